"""One fault in force: which calls and items it hits, and what it still remembers of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from random import Random
from typing import Generic, TypeVar

from itemwise.testing._bucket import TokenBucket
from itemwise.testing._call_faults import RateLimit
from itemwise.testing._faults import CallFault, Fault, ItemFault
from itemwise.testing._item_faults import FailItems
from itemwise.testing._served import Key

__all__ = ["ActiveFault", "selector"]

FaultT = TypeVar("FaultT", bound=Fault)


class ActiveFault(Generic[FaultT]):
    """A fault in force.

    Attributes:
        fault: the fault as it is now.
        fired: how often it has hit a call, or an item in case of a fault about items.
        in_force: whether it was not removed.

    Args:
        fault: the fault.
        rng: where its random numbers come from.
    """

    def __init__(self, fault: FaultT, rng: Random) -> None:
        self.fault = fault
        self.fired = 0
        self.in_force = True
        self._rng = rng
        self._selects = selector(fault)
        self._attempts: Counter[Key] = Counter()
        self._bucket: TokenBucket | None = None

    def replace(self, fault: FaultT) -> None:
        """Go on with other values: counts of hits and a bucket's fill stay as they are."""
        self.fault = fault
        self._selects = selector(fault)

    def hits_call(self) -> bool:
        """Decide on one call, and count it."""
        fault = self.fault
        if isinstance(fault, CallFault):
            if fault.times is not None and self.fired >= fault.times:
                return False
            if fault.probability < 1 and self._rng.random() >= fault.probability:
                return False
        self.fired += 1
        return True

    def overflows(self, now: float) -> bool:
        """Take a token for one call out of a `RateLimit` bucket, and tell whether there was none.

        Args:
            now: the event loop's time, in seconds.
        """
        fault = self.fault
        if not isinstance(fault, RateLimit):
            return False
        bucket = self._bucket = self._bucket or TokenBucket(fault.rate, fault.burst)
        # They may have been replaced since the last call.
        bucket.rate, bucket.burst = fault.rate, fault.burst
        if bucket.take(now):
            return False
        self.fired += 1
        return True

    def selects(self, key: Key) -> bool:
        """Tell whether the fault is about the item."""
        return self._selects(key)

    def hits_item(self, key: Key) -> bool:
        """Decide on one attempt on an item, and count it."""
        if not self._selects(key):
            return False
        fault = self.fault
        if isinstance(fault, FailItems) and fault.times is not None:
            if self._attempts[key] >= fault.times:
                return False
            self._attempts[key] += 1
        self.fired += 1
        return True


def _chosen(items: str | Collection[str | Key]) -> Collection[str | Key]:
    if isinstance(items, str):
        return [items]
    if isinstance(items, tuple):
        # A tuple of strings is one key, and not as many items.
        names = [name for name in items if isinstance(name, str)]
        if names and len(names) == len(items):
            return [tuple(names)]
    return items


def selector(fault: Fault) -> Callable[[Key], bool]:
    """Make what tells whether a fault is about an item."""
    if not isinstance(fault, ItemFault):
        return lambda _: True
    items = fault.items
    if callable(items):
        return items
    chosen = _chosen(items)
    parts = {item for item in chosen if isinstance(item, str)}
    keys = {item for item in chosen if isinstance(item, tuple)}
    return lambda key: key in keys or not parts.isdisjoint(key)
