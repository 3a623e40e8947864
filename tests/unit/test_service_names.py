"""Where services are named, and where not."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import itemwise

PACKAGE = Path(itemwise.__file__).parent
SERVICES = [path.name for path in (PACKAGE / "services").iterdir() if path.is_dir()]
NAMED = re.compile(rf"\b({'|'.join(SERVICES)})\b", re.IGNORECASE)


def named_in(paths: Iterable[Path], read: Callable[[str], str] = str) -> Mapping[str, list[str]]:
    """Find the services that files name, once they are read in some way."""
    found = {
        path.relative_to(PACKAGE).as_posix(): NAMED.findall(read(path.read_text("utf-8")))
        for path in paths
    }
    assert len(found) > 20
    return {name: services for name, services in found.items() if services}


def without_docstrings(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(tree)


def test_the_engine_names_no_service() -> None:
    own = {path for path in PACKAGE.iterdir() if path.name not in {"services", "testing"}}
    engine = [path for path in PACKAGE.rglob("*.py") if not own.isdisjoint({path, *path.parents})]
    assert any(path.parent != PACKAGE for path in engine)

    assert named_in(engine) == {}


def test_of_local_aws_the_table_alone_names_services() -> None:
    testing = PACKAGE / "testing"
    modules = [path for path in testing.rglob("*.py") if testing / "_table" not in path.parents]

    # Its documentation has examples.
    assert named_in(modules, without_docstrings) == {}
