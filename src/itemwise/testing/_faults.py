"""What can go wrong, as values: what all faults have in common.

Faults about calls are in `_call_faults.py`, those about items in `_item_faults.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from itemwise.testing._served import Key
from itemwise.testing._values import (
    FLAG,
    FUNCTION,
    ITEMS,
    TEXT,
    TUPLE,
    check,
    number,
    one_of,
    whole,
)

__all__ = [
    "CallFault",
    "DropPoint",
    "Fault",
    "GarbageKind",
    "ItemFault",
    "Items",
    "ThrottleStyle",
]

Items: TypeAlias = str | Collection[str | Key] | Callable[[Key], bool]
"""Which items a fault is about.

A string means every item whose key has it as a part; a tuple means exactly that key; a callable is
asked with the key. Several strings and tuples come in a list or a set.
"""

ThrottleStyle: TypeAlias = Literal["modelled", "400", "429", "bare"]
"""How a throttled call is answered.

``modelled``: the operation's own throttle error with its modelled status. ``400`` and ``429``: that
error with this status. ``bare``: status 429 without code and body, as a proxy would answer.
"""

DropPoint: TypeAlias = Literal["before", "after", "midway"]
"""When a connection closes.

``before`` anything is applied, ``after`` the call was applied, or ``midway`` through the body of
the answer, after the call was applied.
"""

GarbageKind: TypeAlias = Literal["text", "empty", "null", "list", "string", "huge"]
"""What stands in the place of an answer.

``text`` that is no document, an ``empty`` body, ``null``, a ``list`` where a structure belongs, a
``string`` where the list of failures belongs, or a ``huge`` body, streamed in chunks.
"""

_RULES: Final = {
    "apply": FLAG,
    "burst": number(1),
    "code": TEXT,
    "items": ITEMS,
    "kind": one_of(GarbageKind),
    "limit": whole(1),
    "message": TEXT,
    "operation": TEXT,
    "probability": number(0, 1),
    "rate": number(0),
    "rename": FUNCTION,
    "retry_after": number(0),
    "seconds": number(0),
    "sent": TUPLE,
    "size": whole(1),
    "status": whole(400, 599),
    "style": one_of(ThrottleStyle),
    "times": whole(1),
    "when": one_of(DropPoint),
}
"""By field, since a name means the same in every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Base of all faults. Each checks its values when it is made.

    Attributes:
        operation: the wire name of the one operation that is hit; ``None`` hits all.

    Raises:
        TypeError: a value is of the wrong kind, such as a string for a number.
        ValueError: a value is out of its range, or none of those that its field can have.
    """

    operation: str | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        check(self, _RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFault(Fault):
    """Base of the faults that hit some calls and spare others.

    Attributes:
        times: how many calls are hit before the fault is spent, at least 1; ``None`` is without
            end.
        probability: the chance, from 0 to 1, that a call is hit. Drawn from the server's seed.
    """

    times: int | None = None
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFault(Fault):
    """Base of the faults about certain items.

    Attributes:
        items: which items; none where it is empty.
    """

    items: Items
