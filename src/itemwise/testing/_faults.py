"""What can go wrong, as values: one small class per fault."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from itemwise.testing._served import Key

__all__ = [
    "CallFault",
    "ContradictItems",
    "Delay",
    "Drop",
    "ExtraFailures",
    "FailCalls",
    "FailItems",
    "Fault",
    "ForgetItems",
    "Garbage",
    "ItemFault",
    "Items",
    "LowerLimit",
    "PoisonItems",
    "RateLimit",
    "RenameItems",
    "Throttle",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Base of all faults.

    Attributes:
        operation: the wire name of the one operation that is hit; ``None`` hits all.
    """

    operation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFault(Fault):
    """Base of the faults that hit some calls and spare others.

    Attributes:
        times: how many calls are hit before the fault is spent; ``None`` is without end.
        probability: the chance, from 0 to 1, that a call is hit. Drawn from the server's seed.

    Raises:
        ValueError: `times` is below 1, or `probability` is no probability.
    """

    times: int | None = None
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Check the values."""
        _check_times(self.times)
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be from 0 to 1, and is {self.probability}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFault(Fault):
    """Base of the faults about certain items.

    Attributes:
        items: which items.
    """

    items: Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(CallFault):
    """The call waits before anything else happens. Several delays add up.

    Attributes:
        seconds: how long.
    """

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(CallFault):
    """The connection closes without a complete answer.

    Attributes:
        when: ``before`` anything is applied, ``after`` the call was applied, or ``midway`` through
            the body of the answer, after the call was applied.
    """

    when: Literal["before", "after", "midway"] = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(CallFault):
    """Calls are throttled: nothing is applied.

    Attributes:
        style: how the call is answered.
        code: the error's code in place of the operation's own.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    style: ThrottleStyle = "modelled"
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(Fault):
    """Calls beyond a token bucket's rate are throttled. Time is the event loop's.

    Attributes:
        rate: calls per second.
        burst: most calls at once, and the fill at the start.
        style: how a throttled call is answered.
        code: the error's code in place of the operation's own.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.

    Raises:
        ValueError: `rate` is negative, or `burst` is below 1.
    """

    rate: float
    burst: float = 1.0
    style: ThrottleStyle = "modelled"
    code: str | None = None
    retry_after: float | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if self.rate < 0:
            raise ValueError(f"rate must not be negative, and is {self.rate}")
        if self.burst < 1:
            raise ValueError(f"burst must be at least 1, and is {self.burst}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailCalls(CallFault):
    """Whole calls fail with an error.

    Attributes:
        code: the error's code; ``None`` takes the usual one of the status.
        status: the HTTP status; ``None`` takes the modelled one of the code, or else 400. Without
            a code as well it is a 500.
        message: the error's message.
        apply: whether the call is applied first, so that only its answer is lost.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    code: str | None = None
    status: int | None = None
    message: str = "The request could not be completed."
    apply: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerLimit(Fault):
    """The service really takes fewer items per call than it documents.

    Attributes:
        limit: most items in one call.

    Raises:
        ValueError: `limit` is below 1.
    """

    limit: int

    def __post_init__(self) -> None:
        """Check the values."""
        if self.limit < 1:
            raise ValueError(f"limit must be at least 1, and is {self.limit}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoisonItems(ItemFault):
    """A call that holds such an item is rejected as a whole: nothing is applied.

    Attributes:
        code: the error's code; ``None`` takes the operation's validation error.
        message: the error's message. The default names no item.
    """

    code: str | None = None
    message: str = "The request is not valid."


@dataclass(frozen=True, slots=True, kw_only=True)
class FailItems(ItemFault):
    """Items fail while their call succeeds. They are not applied.

    Attributes:
        code: the entry's code; ``None`` takes the operation's usual one.
        message: the entry's message; ``None`` takes the operation's usual one.
        times: how many attempts on each item fail before it heals; ``None`` is without end.

    Raises:
        ValueError: `times` is below 1.
    """

    code: str | None = None
    message: str | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        _check_times(self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetItems(ItemFault):
    """The answer has no entry for these items, whatever became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictItems(ItemFault):
    """The answer calls these items both a success and a failure, where it lists both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameItems(Fault):
    """Failure entries name their items in another way than they were sent.

    Attributes:
        rename: makes the new name from every string of the old, such as ``str.upper``.
    """

    rename: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraFailures(CallFault):
    """The answer has failure entries for items that were not sent.

    Attributes:
        sent: the items, each as a request would hold it. An empty mapping gives an entry without
            any name.
        code: the entries' code; ``None`` takes the operation's usual one.
        message: the entries' message; ``None`` takes the operation's usual one.
    """

    sent: tuple[object, ...]
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage(CallFault):
    """The call is applied, and answered with a 200 that makes no sense.

    Attributes:
        kind: ``text`` that is no document, an ``empty`` body, ``null``, a ``list`` where a
            structure belongs, a ``string`` where the list of failures belongs, or a ``huge`` body,
            streamed in chunks.
        size: bytes of the huge body.
    """

    kind: Literal["text", "empty", "null", "list", "string", "huge"] = "text"
    size: int = 1_000_000


def _check_times(times: int | None) -> None:
    if times is not None and times < 1:
        raise ValueError(f"times must be at least 1, and is {times}")
