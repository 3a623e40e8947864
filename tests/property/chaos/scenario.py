"""One example of the search: what is sent through one client, and the faults that it meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from itemwise.testing import (
    ContradictItems,
    FailItems,
    Fault,
    ForgetItems,
    Key,
    LowerLimit,
    PoisonItems,
    RenameItems,
)
from tests.property.chaos.plain_call import PlainCall
from tests.property.chaos.workload import Workload, short_repr
from tests.wire.cases import Case, case_id

__all__ = ["Scenario"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is sent through one client, and faults. By default there are none.

    Attributes:
        workloads: what is sent, side by side: all of one service, and those of one operation with
            no item in common.
        share_pace: whether all keep the pace of the first.
        plain_calls: calls of aiobotocore, between theirs.
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

    workloads: tuple[Workload, ...]
    share_pace: bool = False
    plain_calls: tuple[PlainCall, ...] = ()
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
        return case_id(self._case)

    @property
    def senders(self) -> Sequence[Workload | PlainCall]:
        """All that sends something."""
        return (*self.workloads, *self.plain_calls)

    @property
    def _case(self) -> Case:
        """Any of the cases: all of one service have the same codes and keys."""
        return self.workloads[0].case

    def keys(self, numbers: Iterable[int]) -> set[Key]:
        """Give the ledger's keys of items."""
        return set(self._case.keys(*numbers))

    def lasting_faults(self) -> Iterator[Fault]:
        """Make the faults that are in force from the start."""
        case = self._case
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
                yield replace(fault, items=self.keys(numbers))
        if self.renamed:
            yield RenameItems(rename=lambda name: f"not-{name}")
        if self.limit is not None:
            yield LowerLimit(limit=self.limit)
