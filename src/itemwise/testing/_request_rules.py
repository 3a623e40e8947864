"""The rules of botocore's shapes that the server enforces, compiled once per shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from botocore.model import ListShape, Shape, StructureShape

__all__ = ["Checker", "checker"]

Violation: TypeAlias = tuple[str, str]
"""Where a value breaks a rule of its model, and the rule."""

Checker: TypeAlias = Callable[[object], Violation | None]
"""Finds the first violation in a member's value."""


def checker(shape: Shape) -> Checker | None:
    """Compile a shape's rules: required members, and least lengths of strings and lists.

    Most lengths are left to the operation's own limit, and patterns to the services.

    Returns:
        A function that finds the first violation; ``None`` where there is nothing to check.
    """
    return _checker(shape, ())


def _checker(shape: Shape, outer: tuple[str, ...]) -> Checker | None:
    if shape.name in outer:
        # A shape inside itself: its outermost levels are checked, which is enough for a test.
        return None
    outer = (*outer, shape.name)
    if isinstance(shape, StructureShape):
        return _structure_checker(shape, outer)
    least = cast("int", shape.metadata.get("min", 0))
    if isinstance(shape, ListShape):
        return _list_checker(_checker(shape.member, outer), least)
    if shape.type_name == "string" and least > 0:
        return lambda value: _too_short(least) if len(cast("str", value)) < least else None
    return None


def _structure_checker(shape: StructureShape, outer: tuple[str, ...]) -> Checker | None:
    required = tuple(shape.required_members)
    checks = {
        name: check
        for name, member in shape.members.items()
        if (check := _checker(member, outer)) is not None
    }
    if not required and not checks:
        return None

    def check_structure(value: object) -> Violation | None:
        fields = cast("Mapping[str, object]", value)
        for name in required:
            if name not in fields:
                return f".{name}", "Member must not be null"
        for name, field in fields.items():
            check = checks.get(name)
            if check is not None and (bad := check(field)) is not None:
                return f".{name}{bad[0]}", bad[1]
        return None

    return check_structure


def _list_checker(check: Checker | None, least: int) -> Checker | None:
    if check is None and least <= 0:
        return None

    def check_list(value: object) -> Violation | None:
        members = cast("list[object]", value)
        if len(members) < least:
            return _too_short(least)
        if check is not None:
            for place, member in enumerate(members, 1):
                if (bad := check(member)) is not None:
                    return f".{place}.member{bad[0]}", bad[1]
        return None

    return check_list


def _too_short(least: int) -> Violation:
    return "", f"Member must have length greater than or equal to {least}"
