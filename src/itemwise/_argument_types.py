"""Pure: type checks of arguments; the error names the argument."""

from __future__ import annotations

from typing import TypeGuard

__all__ = ["check_flag", "check_number", "check_whole", "is_number", "is_whole"]


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number. True is one to Python, and a slip here."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a number."""
    return isinstance(value, float) or is_whole(value)


def check_whole(name: str, value: object) -> int:
    """Take a whole number.

    Raises:
        TypeError: it is something else; the message has the name.
    """
    if not is_whole(value):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    return value


def check_number(name: str, value: object, of: str, *, absent: str = "") -> float:
    """Take a number.

    Args:
        name: the argument's name.
        value: the argument.
        of: the unit.
        absent: what may stand there instead, for the message.

    Raises:
        TypeError: it is something else; the message has the name.
        ValueError: no float is as large.
    """
    if not is_number(value):
        raise TypeError(f"{name} must be a number of {of}{absent}, not {value!r}")
    try:
        float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large a number of {of}") from None
    return value


def check_flag(name: str, value: object) -> bool:
    """Take a truth value.

    Raises:
        TypeError: it is something else, such as ``"no"``; the message has the name.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value
