"""What an import brings along: a user pays for the names and the services that they import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import itemwise
from itemwise import errors, otel, results, testing

MODULES = "_MODULES"


def loaded_by(code: str, *packages: str) -> set[str]:
    """The modules of these packages that a fresh process has after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in done.stdout.split() if name.split(".")[0] in packages}


def imported_for_checkers() -> dict[str, set[str]]:
    """The names that type checkers are shown, by module."""
    tree = ast.parse(Path(itemwise.__file__).read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {
        str(node.module).removeprefix("itemwise."): {alias.name for alias in node.names}
        for node in imports
    }


def test_importing_itemwise_imports_nothing_else() -> None:
    assert loaded_by("import itemwise", "itemwise", "pydantic", "aiobotocore", "tenacity") == {
        "itemwise"
    }


def test_all_public_names_import_no_service_no_test_server_and_nothing_for_rare_paths() -> None:
    loaded = loaded_by("from itemwise import *", "itemwise", "opentelemetry")
    assert {name for name in loaded if not name.startswith("itemwise")} == set()
    assert not {name for name in loaded if name.startswith("itemwise.services")}
    assert not {name for name in loaded if name.startswith("itemwise.testing")}


def test_importing_a_service_imports_no_other() -> None:
    loaded = loaded_by("import itemwise.services.fms", "itemwise")
    services = {name for name in loaded if name.startswith("itemwise.services.")}
    assert services
    assert {name.split(".")[2] for name in services} == {"fms"}


def test_who_only_makes_requests_waits_for_no_aws_client() -> None:
    code = (
        "from itemwise.services.fms import BatchDisassociateResourceRequest as Request\n"
        "Request(resource_set_identifier='rs-1', items=['arn'])"
    )
    heavy = loaded_by(code, "aiobotocore", "botocore", "aiohttp", "asyncio", "tenacity")
    assert heavy == set()


def test_who_only_reads_results_waits_for_no_aws_client() -> None:
    code = "from itemwise import BatchResult, Outcome, Progress"
    assert loaded_by(code, "aiobotocore", "botocore", "aiohttp", "tenacity") == set()


@pytest.mark.parametrize("name", ["open_client", "run_batch", "stream_batch"])
def test_what_repeats_calls_is_there_before_the_first_call(name: str) -> None:
    # At the first throttle the event loop would wait for the import, with other calls in flight.
    assert "tenacity.asyncio" in loaded_by(f"from itemwise import {name}", "tenacity")


def test_importing_the_test_server_imports_no_service() -> None:
    loaded = loaded_by("import itemwise.testing", "itemwise")
    assert not {name for name in loaded if name.startswith("itemwise.services")}


def test_checkers_readers_and_programs_are_shown_the_same_names() -> None:
    modules: dict[str, str] = getattr(itemwise, MODULES)
    shown = imported_for_checkers()
    assert shown == {module: set(names.split()) for module, names in modules.items()}
    assert sorted(itemwise.__all__) == sorted(name for names in shown.values() for name in names)
    assert dir(itemwise) == sorted([*itemwise.__all__, "errors", "results"])


@pytest.mark.parametrize("module", [itemwise, errors, results, otel, testing])
def test_public_names_are_listed_in_order(module: ModuleType) -> None:
    names: list[str] = module.__all__
    assert names == sorted(names)


@pytest.mark.parametrize("module", sorted(getattr(itemwise, MODULES)))
def test_any_module_may_be_the_first_to_be_entered(module: str) -> None:
    names: list[str] = getattr(itemwise, MODULES)[module].split()
    code = (
        f"from itemwise import {', '.join(names)}\n"
        f"import itemwise, itemwise.{module} as module\n"
        f"assert all(getattr(itemwise, n) is getattr(module, n) for n in {names})"
    )
    assert f"itemwise.{module}" in loaded_by(code, "itemwise")


@pytest.mark.parametrize("module", ["errors", "results"])
def test_a_public_module_is_an_attribute_without_an_import_of_its_own(module: str) -> None:
    code = f"import itemwise\nassert itemwise.{module}.__name__ == 'itemwise.{module}'"
    assert f"itemwise.{module}" in loaded_by(code, "itemwise")


def test_a_star_brings_all_public_names() -> None:
    code = f"from itemwise import *\nassert set({itemwise.__all__}) <= set(globals())"
    assert "itemwise" in loaded_by(code, "itemwise")


def test_what_is_not_there_is_not_there() -> None:
    assert not hasattr(itemwise, "run_bach")
    assert not hasattr(itemwise, "_rooms")
    with pytest.raises(AttributeError, match="'itemwise' has no attribute 'run_bach'"):
        getattr(itemwise, "run_bach")  # noqa: B009 - no checker lets the plain form pass
    with pytest.raises(ImportError, match="cannot import name 'run_bach'"):
        exec("from itemwise import run_bach")  # noqa: S102 - the same


def test_a_name_that_was_not_asked_for_yet_can_be_replaced_and_put_back() -> None:
    code = (
        "import itemwise\nfrom unittest import mock\n"
        "with mock.patch('itemwise.run_batch') as stand_in:\n"
        "    assert itemwise.run_batch is stand_in\n"
        "from itemwise._run.batch import run_batch\n"
        "assert itemwise.run_batch is run_batch"
    )
    assert "itemwise._run.batch" in loaded_by(code, "itemwise")


def test_threads_that_ask_at_once_get_the_same() -> None:
    code = (
        "import itemwise, threading\n"
        "together, got = threading.Barrier(8), []\n"
        "def ask():\n"
        "    together.wait()\n"
        "    got.append((itemwise.BatchRun, itemwise.open_client, itemwise.Failed))\n"
        "threads = [threading.Thread(target=ask) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "assert len(got) == 8 and len(set(got)) == 1"
    )
    assert "itemwise._run.batch" in loaded_by(code, "itemwise")


def test_what_goes_wrong_in_an_import_is_not_taken_for_a_missing_name(tmp_path: Path) -> None:
    # As where a file of the user's own has the name of a module that some package needs.
    (tmp_path / "attr.py").write_text("ours = 1\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from itemwise import run_batch"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert (
        "ImportError: itemwise._run.batch cannot be imported: module 'attr' has no" in done.stderr
    )
