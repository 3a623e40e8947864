"""The operations that itemwise ships, and the botocore from which each was generated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, TypeGuard

import itemwise.services
from itemwise import Operation

AnyOperation = Operation[Any, Any, Any, Any]


def modules() -> Iterator[ModuleType]:
    """Import every module that describes operations."""
    found = walk_packages(itemwise.services.__path__, f"{itemwise.services.__name__}.")
    for info in sorted(found, key=lambda info: info.name):
        if not info.ispkg:
            yield import_module(info.name)


def operations() -> Mapping[str, AnyOperation]:
    """Find every operation that itemwise ships, by its service and the constant's name."""
    return {
        f"{module.__name__.split('.')[-2]}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if _is_operation(value)
    }


def _is_operation(value: object) -> TypeGuard[AnyOperation]:
    return isinstance(value, Operation)


def generated_from(path: str) -> str:
    """Give the version of botocore that an operation was generated from.

    Args:
        path: the package's and the constant's name, such as ``fms.batch_disassociate_resource``.
    """
    package, _, name = path.partition(".")
    module = import_module(f"itemwise.services.{package}._{name}")
    assert module.__file__ is not None
    header = Path(module.__file__).read_text(encoding="utf-8").partition("\n")[0]
    (version,) = re.findall(r"^# Generated from botocore (\S+); do not edit", header)
    return str(version)


def release(version: str) -> tuple[int, ...]:
    """Give a version's numbers, to be compared."""
    return tuple(int(number) for number in version.split(".")[:3])
