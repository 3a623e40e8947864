"""The family: which operations of all services associate or disassociate item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from codegen.source import Models, installed, read, service_names

__all__ = ["RULE", "family", "speaks_of_failures"]

RULE: Final = (
    "its name has *Associate* or *Disassociate* in it, its input has a list, and its output has a "
    "list or a map whose name speaks of failures, errors, or unprocessed or unsuccessful entries. "
    "RAM's two belong to it as well: their failures stand in a status"
)

_NAME: Final = re.compile(r"Associate|Disassociate")
_FAILURES: Final = re.compile(r"fail|error|unprocess|unsuccess", re.IGNORECASE)
_BY_STATUS: Final = {("ram", "AssociateResourceShare"), ("ram", "DisassociateResourceShare")}


def speaks_of_failures(name: str) -> bool:
    """Say whether a member's name is one of failures."""
    return _FAILURES.search(name) is not None


def family(
    names: Iterable[str] | None = None, models: Models = installed
) -> Sequence[tuple[str, str]]:
    """Find the family's operations: pairs of a service and an operation, sorted.

    Args:
        names: the services to look at; ``None`` looks at all that the installed botocore knows.
        models: where their descriptions come from.
    """
    if names is None and models is installed:
        return _installed_family()
    return sorted(
        (name, operation)
        for name in (service_names() if names is None else names)
        for description in [models(name)]
        for operation, model in description["operations"].items()
        if (name, operation) in _BY_STATUS
        or (_NAME.search(operation) and _belongs(model, description["shapes"]))
    )


@cache
def _installed_family() -> Sequence[tuple[str, str]]:
    """Find the operations in the installed botocore, once: reading all its models takes seconds."""
    # All models at once would fill the memory: none is kept.
    return family(service_names(), read)


def _belongs(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    inputs = _members(operation.get("input"), shapes)
    outputs = _members(operation.get("output"), shapes)
    return "list" in inputs.values() and any(
        speaks_of_failures(name) and kind in {"list", "map"} for name, kind in outputs.items()
    )


def _members(side: Mapping[str, str] | None, shapes: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the types of one side's members, by name."""
    members: Mapping[str, Any] = shapes[side["shape"]].get("members", {}) if side else {}
    return {name: shapes[member["shape"]]["type"] for name, member in members.items()}
