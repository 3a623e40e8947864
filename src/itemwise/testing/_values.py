"""What the values of faults and rows must be: a slip is refused where one is made.

A typo that got through would make a fault that never hits, and then a test passes for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from itemwise._argument_types import is_number, is_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "FLAG",
    "FUNCTION",
    "ITEMS",
    "TEXT",
    "TUPLE",
    "TUPLE_OR_EMPTY",
    "Rule",
    "check",
    "number",
    "one_of",
    "whole",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field must be.

    Attributes:
        words: the rule in plain English, for the message.
        is_kind: whether a value is of the right kind.
        holds: whether a value of that kind will do.
    """

    words: str
    is_kind: Callable[[object], bool]
    holds: Callable[[Any], bool] = lambda _: True


def check(instance: DataclassInstance, rules: Mapping[str, Rule]) -> None:
    """Check the fields of a dataclass by their names. ``None`` will do where it is the default.

    Raises:
        TypeError: a value is of the wrong kind.
        ValueError: a value is none that its field can have.
    """
    for field in fields(instance):
        rule = rules.get(field.name)
        value: object = getattr(instance, field.name)
        optional = field.default is None
        if rule is None or (optional and value is None):
            continue
        words = f"{rule.words} or None" if optional else rule.words
        message = f"{field.name} must be {words}, not {short(value)}"
        if not rule.is_kind(value):
            raise TypeError(message)
        if not rule.holds(value):
            raise ValueError(message)


def whole(least: int, most: int | None = None) -> Rule:
    """Make the rule of a whole number."""
    return Rule(f"a whole number {_range(least, most)}", is_whole, _within(least, most))


def number(least: int, most: int | None = None) -> Rule:
    """Make the rule of a finite number, which is no NaN either."""
    return Rule(f"a finite number {_range(least, most)}", is_number, _within(least, most))


def one_of(literal: object) -> Rule:
    """Make the rule of a string that is one of a `Literal`'s."""
    choices: tuple[str, ...] = get_args(literal)
    return Rule(f"one of {', '.join(map(repr, choices))}", _is_text, choices.__contains__)


def _range(least: int, most: int | None) -> str:
    return f"from {least}" if most is None else f"from {least} to {most}"


def _within(least: int, most: int | None) -> Callable[[float], bool]:
    # The largest number that is finite; and every comparison with NaN is false.
    end = sys.float_info.max if most is None else most
    return lambda value: least <= value <= end


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _names_items(value: object) -> bool:
    if isinstance(value, str) or callable(value):
        return True
    # Bytes are a collection as well, of numbers. Of what it is, isinstance does not tell.
    return isinstance(value, Collection) and all(
        map(_names_item, cast("Collection[object]", value))
    )


def _names_item(value: object) -> bool:
    if isinstance(value, tuple):
        # The same.
        return all(map(_is_text, cast("tuple[object, ...]", value)))
    return isinstance(value, str)


TEXT: Final = Rule("a string", _is_text)
FLAG: Final = Rule("True or False", lambda value: isinstance(value, bool))
FUNCTION: Final = Rule("a function", callable)
TUPLE: Final = Rule("a tuple that is not empty", lambda value: isinstance(value, tuple), bool)
TUPLE_OR_EMPTY: Final = Rule("a tuple", lambda value: isinstance(value, tuple))
ITEMS: Final = Rule(
    "a string, a function of a key, or a list or set of strings and keys (tuples of strings)",
    _names_items,
)
