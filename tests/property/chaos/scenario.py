"""One example of the search: a workload, and the faults that it meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from itemwise.testing import (
    ContradictItems,
    FailItems,
    Fault,
    ForgetItems,
    LowerLimit,
    PoisonItems,
    RenameItems,
)
from tests.property.chaos.workload import Workload, short_repr
from tests.wire.cases import case_id

__all__ = ["Scenario"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A workload and its faults. By default there are none.

    Attributes:
        workload: what the caller does.
        faults: faults of whole calls, each with the number of requests sent before it is in force.
        failing: items that fail for good.
        healing: items that fail in a retryable way, so many times.
        busy: items that stay retryable.
        forgotten: items without an entry.
        contradicted: items in both lists.
        poison: items that spoil their call.
        renamed: whether failure entries name items that were not sent.
        limit: what the service takes in a call.
        refuse_repeats: whether an item that was applied fails when it comes again.
    """

    workload: Workload
    faults: tuple[tuple[int, Fault], ...] = ()
    failing: frozenset[int] = frozenset()
    healing: tuple[frozenset[int], int] = (frozenset(), 1)
    busy: frozenset[int] = frozenset()
    forgotten: frozenset[int] = frozenset()
    contradicted: frozenset[int] = frozenset()
    poison: frozenset[int] = frozenset()
    renamed: bool = False
    limit: int | None = None
    refuse_repeats: bool = False

    def __repr__(self) -> str:
        return short_repr(self)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        # How hypothesis shows an example that fails.
        printer.text(repr(self))

    @property
    def service(self) -> str:
        return case_id(self.workload.case)

    def lasting_faults(self) -> Iterator[Fault]:
        """Make the faults that are in force from the start."""
        case = self.workload.case
        many, times = self.healing
        # The first that is about an item counts.
        for numbers, fault in (
            (self.failing, FailItems(items=(), code=case.final_code)),
            (many, FailItems(items=(), code=case.retryable_code, times=times)),
            (self.busy, FailItems(items=(), code=case.retryable_code)),
            (self.forgotten, ForgetItems(items=())),
            (self.contradicted, ContradictItems(items=())),
            (self.poison, PoisonItems(items=())),
        ):
            if numbers:
                yield replace(fault, items=frozenset(case.keys(*numbers)))
        if self.renamed:
            yield RenameItems(rename=lambda name: f"not-{name}")
        if self.limit is not None:
            yield LowerLimit(limit=self.limit)
