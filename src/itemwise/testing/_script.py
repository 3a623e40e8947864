"""The faults in force, in their order, and the handles by which a test changes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from random import Random
from reprlib import repr as short
from typing import Final, Generic, TypeVar, cast

from itemwise.testing._active_fault import ActiveFault
from itemwise.testing._faults import Fault
from itemwise.testing._served_names import check_served

__all__ = ["FaultScript", "InjectedFault"]

FaultT = TypeVar("FaultT", bound=Fault)

_UNSHOWN: Final = frozenset({"items", "message", "rename", "sent"})
"""Fields that hold items, or may be long."""


class InjectedFault(Generic[FaultT]):
    """A fault in force: changes it, or takes it back."""

    def __init__(
        self,
        active: ActiveFault[FaultT],
        check: Callable[[object], None],
        changed: Callable[[], None],
    ) -> None:
        self._active = active
        self._check = check
        self._changed = changed

    def __repr__(self) -> str:
        fault = self.fault
        shown = ", ".join(
            f"{field.name}={value!r}"
            for field in fields(fault)
            if field.name not in _UNSHOWN and (value := getattr(fault, field.name)) != field.default
        )
        removed = "" if self.in_force else ", removed"
        return f"<InjectedFault {type(fault).__name__}({shown}): fired {self.fired}{removed}>"

    @property
    def fault(self) -> FaultT:
        """The fault as it is now."""
        return self._active.fault

    @property
    def fired(self) -> int:
        """How often it has hit a call, or an item in case of a fault about items."""
        return self._active.fired

    @property
    def in_force(self) -> bool:
        """Whether it was not removed."""
        return self._active.in_force

    def replace(self, fault: FaultT) -> None:
        """Go on with other values: counts of hits and a bucket's fill stay as they are.

        Args:
            fault: the new values, best made with `dataclasses.replace`.

        Raises:
            TypeError: it is no fault, such as a fault's class.
            ValueError: the fault is about an operation that is not served.
        """
        self._check(fault)
        self._active.replace(fault)
        self._changed()

    def remove(self) -> None:
        """Take the fault back."""
        self._active.in_force = False
        self._changed()


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
        self._active: list[ActiveFault[Fault]] = []
        self._count = 0
        self._found: dict[tuple[type[Fault], str], Sequence[ActiveFault[Fault]]] = {}

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
        active = ActiveFault(fault, rng)
        injected = InjectedFault(active, self._check, self._found.clear)
        self._active.append(cast("ActiveFault[Fault]", active))
        self._injected.append(cast("InjectedFault[Fault]", injected))
        self._found.clear()
        return injected

    def clear(self) -> None:
        """Take all faults back."""
        for injected in self._injected:
            injected.remove()
        self._injected.clear()
        self._active.clear()

    def of(self, kind: type[FaultT], operation: str) -> Sequence[ActiveFault[FaultT]]:
        """List the faults of one kind that are about the operation."""
        found = self._found.get((kind, operation))
        if found is None:
            found = tuple(
                active
                for active in self._active
                if active.in_force
                and isinstance(active.fault, kind)
                and active.fault.operation in (None, operation)
            )
            self._found[kind, operation] = found
        return cast("Sequence[ActiveFault[FaultT]]", found)

    def first(self, kind: type[FaultT], operation: str) -> FaultT | None:
        """Return the first fault of the kind that hits this call; later ones are not asked."""
        for active in self.of(kind, operation):
            if active.hits_call():
                return active.fault
        return None

    def _check(self, fault: object) -> None:
        """Refuse what can never hit."""
        if not isinstance(fault, Fault):
            kind = f"the class {fault.__name__}" if isinstance(fault, type) else short(fault)
            raise TypeError(f"fault must be a fault, such as Throttle(times=1), not {kind}")
        if fault.operation is not None:
            check_served(fault.operation, self._served)
