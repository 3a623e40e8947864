"""Imports go one way, also those for type checkers and those that come late."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import itemwise

ROOT = Path(itemwise.__file__).parent


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, modules: AbstractSet[str]) -> set[str]:
    """Name the modules of ours that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            # A name of a package can be a module of its own.
            names = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            found |= names or {node.module} & modules
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & modules
    return found - {module_of(path)}


@pytest.fixture(scope="module")
def imports() -> Mapping[str, set[str]]:
    paths = {module_of(path): path for path in ROOT.rglob("*.py")}
    return {module: imported(path, paths.keys()) for module, path in paths.items()}


def test_no_modules_import_each_other_in_a_circle(imports: Mapping[str, set[str]]) -> None:
    # The package itself is the public entry: what stands above the engine enters by it.
    graph = {module: of - {"itemwise"} for module, of in imports.items() if module != "itemwise"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_packages_import_each_other_in_a_circle(imports: Mapping[str, set[str]]) -> None:
    graph: dict[str, set[str]] = {}
    for module, of in imports.items():
        package = module.removeprefix("itemwise").removeprefix(".").partition(".")[0]
        others = {name.removeprefix("itemwise.").partition(".")[0] for name in of - {"itemwise"}}
        graph.setdefault(package, set()).update(others - {package})
    # The public entry stands above all.
    del graph[""]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_engine_does_not_enter_by_the_public_entry(imports: Mapping[str, set[str]]) -> None:
    entering = {module for module, of in imports.items() if "itemwise" in of}
    assert not {module for module in entering if module.removeprefix("itemwise.")[0] == "_"}


def test_a_service_imports_its_shapes_and_the_two_bases_alone(
    imports: Mapping[str, set[str]],
) -> None:
    for module, of in imports.items():
        parts = module.split(".")
        if parts[1:2] == ["services"] and len(parts) > 3:
            package = ".".join(parts[:3])
            others = {name for name in of if not name.startswith(f"{package}.")}
            assert others <= {"itemwise._operation", "itemwise._shape"}, module
