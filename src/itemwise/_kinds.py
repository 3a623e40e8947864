"""Pure: arguments of another kind are refused by name."""

from __future__ import annotations

__all__ = ["flag", "number", "whole"]


def whole(name: str, value: object) -> int:
    """Take a whole number.

    Raises:
        TypeError: it is something else; the message has the name.
    """
    # True is a number to Python, and a slip here.
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    return value


def number(name: str, value: object, of: str, *, absent: str = "") -> float:
    """Take a number.

    Args:
        name: the argument's name.
        value: the argument.
        of: the unit.
        absent: what may stand there instead, for the message.

    Raises:
        TypeError: it is something else; the message has the name.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of {of}{absent}, not {value!r}")
    return value


def flag(name: str, value: object) -> bool:
    """Take a truth value.

    Raises:
        TypeError: it is something else, such as ``"no"``; the message has the name.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value
