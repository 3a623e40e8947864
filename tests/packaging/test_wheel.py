"""The wheel and the sdist, as a user gets them. `make package` builds both into dist/ first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"<!-- example -->\s*```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)

# Modules whose dependencies only an extra brings; every other public one imports without extras.
NEEDS_EXTRA = ("pytest_itemwise",)

# The star asks for the names that are imported only when they are asked for.
IMPORT = (
    "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; "
    "from itemwise import *"
)

# Where the client is Any, the check of its type fails, and so does a suppression of nothing.
CLIENT = """
from typing import assert_type

from aiobotocore.client import AioBaseClient
from itemwise import open_client
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource


async def main(request: BatchDisassociateResourceRequest) -> None:
    async with open_client("fms") as client:
        assert_type(client, AioBaseClient)
    await batch_disassociate_resource("fms", request)  # type: ignore[arg-type]  # no client
"""


def only(pattern: str) -> Path:
    built = list((ROOT / "dist").glob(pattern))
    assert len(built) == 1, f"dist/ holds {len(built)} files like {pattern}; run `make package`"
    return built[0]


@pytest.fixture(scope="module")
def wheel() -> Path:
    return only("itemwise-*.whl")


@pytest.fixture(scope="module")
def sdist() -> Path:
    return only("itemwise-*.tar.gz")


def run(*command: str | Path, cwd: Path | None = None, bare: bool = False) -> str:
    """Runs a command; with `bare`, without this shell's variables, so without its credentials."""
    environment = {"PATH": os.defpath} if bare else None
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stderr}"
    return done.stdout


def environment_with(wheel: Path, directory: Path, extras: str = "") -> Path:
    """Makes an environment that holds the wheel and what it asks for, and nothing else."""
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    python = directory / "bin" / "python"
    install = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python)
    run(*install, f"itemwise{extras} @ {wheel.as_uri()}")
    return python


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_with(wheel, tmp_path_factory.mktemp("plain") / "venv")


@pytest.fixture(scope="module")
def with_extras(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_with(wheel, tmp_path_factory.mktemp("extras") / "venv", "[otel,testing]")


def public_modules() -> list[str]:
    """The public modules, by the files in the source tree."""
    names: list[str] = []
    for path in (ROOT / "src").rglob("*.py"):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if not any(part.startswith("_") for part in parts):
            names.append(".".join(parts))
    assert "itemwise" in names
    return sorted(names)


def test_the_wheel_holds_the_package_its_marker_and_its_license_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert "itemwise/py.typed" in names
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    # The pytest plugin is outside of the package, so that to load it does not import the package.
    top = {name.split("/")[0].split("-")[0] for name in names}
    assert top == {"itemwise", "pytest_itemwise.py"}
    shipped = {name for name in names if name.endswith(".py")}
    written = (ROOT / "src").rglob("*.py")
    assert shipped == {path.relative_to(ROOT / "src").as_posix() for path in written}


def test_the_sdist_holds_what_building_and_testing_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    top = {name.split("/")[0] for name in names}
    assert {"src", "tests", "docs", "examples"} <= top
    assert {"README.md", "LICENSE", "CHANGELOG.md", "Makefile", "pyproject.toml"} <= top
    assert "tests/packaging/test_wheel.py" in names
    assert not [name for name in names if name.startswith((".venv", "dist/", "site/"))]


def test_every_public_module_imports_with_no_extra_installed(plain: Path, tmp_path: Path) -> None:
    names = [name for name in public_modules() if not name.startswith(NEEDS_EXTRA)]

    run(plain, "-I", "-c", IMPORT, *names, cwd=tmp_path, bare=True)


def test_every_public_module_imports_with_the_extras(with_extras: Path, tmp_path: Path) -> None:
    run(with_extras, "-I", "-c", IMPORT, *public_modules(), cwd=tmp_path, bare=True)


def test_the_readme_example_runs_on_the_wheel(with_extras: Path, tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    assert readme.exists(), "there is no README.md to take the example from"
    example = EXAMPLE.search(readme.read_text(encoding="utf-8"))
    assert example, "README.md has no ```python block right after a line `<!-- example -->`"
    script = tmp_path / "example.py"
    script.write_text(example["code"], encoding="utf-8")

    run(with_extras, "-I", script, cwd=tmp_path, bare=True)


def test_the_stubs_of_an_extra_give_clients_their_type(wheel: Path, tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(CLIENT, encoding="utf-8")
    python = environment_with(wheel, tmp_path / "venv", "[types]")
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache")

    run(*mypy, "--python-executable", python, script, cwd=tmp_path)
