"""The faults in force, and what each of them still remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from random import Random
from reprlib import repr as short
from typing import Final, Generic, TypeVar, cast

from itemwise.testing._bucket import TokenBucket
from itemwise.testing._call_faults import RateLimit
from itemwise.testing._faults import CallFault, Fault, ItemFault
from itemwise.testing._item_faults import FailItems
from itemwise.testing._served import Key
from itemwise.testing._served_names import check_served

__all__ = ["FaultScript", "InjectedFault"]

FaultT = TypeVar("FaultT", bound=Fault)

_UNSHOWN: Final = frozenset({"items", "message", "rename", "sent"})
"""Fields that hold items, or may be long."""


class InjectedFault(Generic[FaultT]):
    """A fault in force: changes it, or takes it back.

    Attributes:
        fired: how often it has hit a call, or an item in case of a fault about items.
    """

    def __init__(
        self,
        fault: FaultT,
        rng: Random,
        check: Callable[[object], None],
        changed: Callable[[], None],
    ) -> None:
        self.fired = 0
        self._fault = fault
        self._rng = rng
        self._check = check
        self._changed = changed
        self._in_force = True
        self._selects = _selector(fault)
        self._attempts: Counter[Key] = Counter()
        self._bucket: TokenBucket | None = None

    def __repr__(self) -> str:
        fault = self._fault
        shown = ", ".join(
            f"{field.name}={value!r}"
            for field in fields(fault)
            if field.name not in _UNSHOWN and (value := getattr(fault, field.name)) != field.default
        )
        removed = "" if self._in_force else ", removed"
        return f"<InjectedFault {type(fault).__name__}({shown}): fired {self.fired}{removed}>"

    @property
    def fault(self) -> FaultT:
        """The fault as it is now."""
        return self._fault

    @property
    def in_force(self) -> bool:
        """Whether it was not removed."""
        return self._in_force

    def replace(self, fault: FaultT) -> None:
        """Go on with other values: counts of hits and a bucket's fill stay as they are.

        Args:
            fault: the new values, best made with `dataclasses.replace`.

        Raises:
            TypeError: it is no fault, such as a fault's class.
            ValueError: the fault is about an operation that is not served.
        """
        self._check(fault)
        self._fault = fault
        self._selects = _selector(fault)
        self._changed()

    def remove(self) -> None:
        """Take the fault back."""
        self._in_force = False
        self._changed()

    def hits_call(self) -> bool:
        """Decide on one call, and count it."""
        fault = self._fault
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
        fault = self._fault
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
        fault = self._fault
        if isinstance(fault, FailItems) and fault.times is not None:
            if self._attempts[key] >= fault.times:
                return False
            self._attempts[key] += 1
        self.fired += 1
        return True


class FaultScript:
    """All faults in force, in the order in which they were injected.

    Each fault draws from random numbers of its own, so that one does not change what another does.

    Args:
        seed: where the random numbers start.
        served: the wire names that a fault may be about.
    """

    def __init__(self, seed: int, served: Collection[str]) -> None:
        self._seed = seed
        self._served = served
        self._injected: list[InjectedFault[Fault]] = []
        self._count = 0
        self._found: dict[tuple[type[Fault], str], Sequence[InjectedFault[Fault]]] = {}

    @property
    def in_force(self) -> Sequence[InjectedFault[Fault]]:
        """The faults in force, in their order."""
        return tuple(injected for injected in self._injected if injected.in_force)

    def inject(self, fault: FaultT) -> InjectedFault[FaultT]:
        """Put a fault into force, behind those that are.

        Raises:
            TypeError: it is no fault, such as a fault's class.
            ValueError: the fault is about an operation that is not served.
        """
        self._check(fault)
        rng = Random(f"{self._seed}/fault/{self._count}")  # noqa: S311 - repeatable
        self._count += 1
        injected = InjectedFault(fault, rng, self._check, self._found.clear)
        self._injected.append(cast("InjectedFault[Fault]", injected))
        self._found.clear()
        return injected

    def clear(self) -> None:
        """Take all faults back."""
        for injected in self._injected:
            injected.remove()
        self._injected.clear()

    def of(self, kind: type[FaultT], operation: str) -> Sequence[InjectedFault[FaultT]]:
        """List the faults of one kind that are about the operation."""
        found = self._found.get((kind, operation))
        if found is None:
            found = tuple(
                injected
                for injected in self._injected
                if injected.in_force
                and isinstance(injected.fault, kind)
                and injected.fault.operation in (None, operation)
            )
            self._found[kind, operation] = found
        return cast("Sequence[InjectedFault[FaultT]]", found)

    def first(self, kind: type[FaultT], operation: str) -> FaultT | None:
        """Return the first fault of the kind that hits this call; later ones are not asked."""
        for injected in self.of(kind, operation):
            if injected.hits_call():
                return injected.fault
        return None

    def _check(self, fault: object) -> None:
        """Refuse what can never hit."""
        if not isinstance(fault, Fault):
            kind = f"the class {fault.__name__}" if isinstance(fault, type) else short(fault)
            raise TypeError(f"fault must be a fault, such as Throttle(times=1), not {kind}")
        if fault.operation is not None:
            check_served(fault.operation, self._served)


def _chosen(items: str | Collection[str | Key]) -> Collection[str | Key]:
    if isinstance(items, str):
        return [items]
    if isinstance(items, tuple):
        # A tuple of strings is one key, and not as many items.
        names = [name for name in items if isinstance(name, str)]
        if names and len(names) == len(items):
            return [tuple(names)]
    return items


def _selector(fault: Fault) -> Callable[[Key], bool]:
    if not isinstance(fault, ItemFault):
        return lambda _: True
    items = fault.items
    if callable(items):
        return items
    chosen = _chosen(items)
    parts = {item for item in chosen if isinstance(item, str)}
    keys = {item for item in chosen if isinstance(item, tuple)}
    return lambda key: key in keys or not parts.isdisjoint(key)
