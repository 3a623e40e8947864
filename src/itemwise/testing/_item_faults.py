"""The faults about items: one small class each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from itemwise.testing._faults import CallFault, Fault, ItemFault

__all__ = [
    "ContradictItems",
    "ExtraFailures",
    "FailItems",
    "ForgetItems",
    "PoisonItems",
    "RenameItems",
]


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
        times: how many attempts on each item fail before it heals, at least 1; ``None`` is without
            end.
    """

    code: str | None = None
    message: str | None = None
    times: int | None = None


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
        sent: the items, at least one, each as a request would hold it. An empty mapping gives an
            entry without any name.
        code: the entries' code; ``None`` takes the operation's usual one.
        message: the entries' message; ``None`` takes the operation's usual one.
    """

    sent: tuple[object, ...]
    code: str | None = None
    message: str | None = None
