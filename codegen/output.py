"""All generated files: rendered, written, and compared with what is there."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from codegen import pages, served
from codegen.errors import CodegenError
from codegen.family import family
from codegen.modules import ServiceModules
from codegen.outline import RECORDED, outline
from codegen.overlay import OVERLAYS, overlays
from codegen.source import Models, Service, installed, version

__all__ = ["differences", "render", "write"]

_ROOT: Final = Path(__file__).parents[1]
_SERVICES: Final = "src/itemwise/services"
_TABLE: Final = "src/itemwise/testing/_table"
_PAGES: Final = "docs/reference/services"
_RECORDED: Final = RECORDED.relative_to(_ROOT).as_posix()
_LONGEST: Final = 250


def render(
    folder: Path = OVERLAYS,
    models: Models = installed,
    members: Sequence[tuple[str, str]] | None = None,
) -> Mapping[str, str]:
    """Print all generated files, by their paths from the repository's top.

    Args:
        folder: where the overlays are.
        models: where the services' descriptions come from.
        members: the family's operations; ``None`` looks for them in the installed botocore.

    Raises:
        CodegenError: an operation cannot be described, or a module became too long.
    """
    files: dict[str, str] = {}
    known = overlays(folder)
    packages: list[str] = []
    for overlay in known:
        service = Service.load(overlay.service, models)
        if not overlay.operations:
            continue
        modules = ServiceModules(service, overlay)
        package = service.package
        packages.append(package)
        for name, text in modules.files().items():
            files[f"{_SERVICES}/{package}/{name}"] = text
        files[f"{_TABLE}/{package}.py"] = served.rows(overlay, modules.descriptions)
        files[f"{_PAGES}/{package}.md"] = pages.service_page(overlay, package, modules.descriptions)
        recorded = {name: outline(service, name) for name in sorted(overlay.operations)}
        record = {"botocore": version(), "service": overlay.service, "operations": recorded}
        files[f"{_RECORDED}/{package}.json"] = json.dumps(record, indent=1) + "\n"
    files[f"{_TABLE}/__init__.py"] = served.table(packages)
    found = family() if members is None else members
    files["docs/reference/coverage.md"] = pages.coverage_page(found, known)
    return _formatted(files)


def write(files: Mapping[str, str], root: Path = _ROOT) -> Sequence[str]:
    """Write what differs, and take away generated files that are no more; say which.

    Args:
        files: what `render` has printed.
        root: the repository's top.
    """
    changed: list[str] = []
    for name, text in files.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    for name in _stale(files, root):
        (root / name).unlink()
        changed.append(name)
    return changed


def differences(files: Mapping[str, str], root: Path = _ROOT) -> Sequence[str]:
    """Compare the files that are there with what should be: one diff for each that differs."""
    found: list[str] = []
    for name, text in files.items():
        path = root / name
        have = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        wanted = text.splitlines()
        if wanted != have:
            diff = difflib.unified_diff(have, wanted, name, f"{name} (generated)", lineterm="", n=1)
            found.append("\n".join(diff))
    return [*found, *(f"{name}: nothing generates it any more" for name in _stale(files, root))]


def _stale(files: Mapping[str, str], root: Path) -> Sequence[str]:
    there = [
        path.relative_to(root).as_posix()
        for place in (_SERVICES, _TABLE, _PAGES, _RECORDED)
        for path in sorted((root / place).rglob("*"))
        if path.suffix in {".py", ".md", ".json"}
    ]
    return [name for name in there if name not in files and name != f"{_SERVICES}/__init__.py"]


def _formatted(files: Mapping[str, str]) -> Mapping[str, str]:
    """Let ruff take out unused imports, sort, and lay out the Python files."""
    with TemporaryDirectory() as directory:
        top = Path(directory)
        paths = {name: top / name for name in files if name.endswith(".py")}
        for name, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8")
        fixes = "F401,I,RUF022,COM812,Q000"
        _ruff(top, "check", "--fix-only", "--quiet", "--select", fixes)
        _ruff(top, "format")
        printed = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    for name, text in printed.items():
        lines = text.count("\n")
        if lines > _LONGEST:
            raise CodegenError(f"{name} has {lines} lines, and {_LONGEST} are the most")
    return {**files, **printed}


def _ruff(top: Path, command: str, *options: str) -> None:
    config = ("--no-cache", "--config", str(_ROOT / "pyproject.toml"))
    done = subprocess.run(  # noqa: S603 - our own files, by our own formatter
        [sys.executable, "-m", "ruff", command, *config, *options, str(top)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CodegenError(f"ruff {command} ended with {done.returncode}:\n{done.stderr}")
