"""Outcomes of items, and the result of a run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from itemwise._errors import CallError, ItemwiseError
from itemwise._jsonl import TextSink, json_line, write
from itemwise._lazy import LazyOutcomes
from itemwise._operation import Operation
from itemwise._outcomes import (
    Failed,
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    Status,
    Succeeded,
    Unknown,
    UnmatchedEntry,
)
from itemwise._shape import Request

__all__ = [
    "BatchResult",
    "CallRecord",
    "Failed",
    "NotAttempted",
    "NotAttemptedReason",
    "Outcome",
    "Progress",
    "Status",
    "Succeeded",
    "Unknown",
    "UnmatchedEntry",
    "json_line",
]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")
ItemT_co = TypeVar("ItemT_co", covariant=True)
EntryT_co = TypeVar("EntryT_co", covariant=True)
RequestT = TypeVar("RequestT", bound=Request)
OutcomeT = TypeVar("OutcomeT", bound="Outcome[Any, Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One chunk's exchange with the service.

    Attributes:
        items: how many items it carried at first.
        attempts: how many times it was tried.
        throttled: how many of these tries the service throttled.
        request_id: the id of the last answered try.
        code: the error code of the last try; ``None`` where it was answered.
        seconds: from the first try to the last answer, waits included.
    """

    items: int
    attempts: int
    throttled: int
    request_id: str | None
    code: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of a run under way, cheap enough to read for a progress bar.

    Attributes:
        total: items of the request; of a stream, items read so far.
        settled: items with a final outcome.
        succeeded: of these, how many succeeded.
        failed: of these, how many failed.
        unknown: of these, how many are unknown.
        not_attempted: of these, how many were never sent.
        calls: calls begun.
        retries: attempts beyond each call's first.
        throttled: attempts that the service throttled.
    """

    total: int
    settled: int
    succeeded: int
    failed: int
    unknown: int
    not_attempted: int
    calls: int
    retries: int
    throttled: int


@dataclass(frozen=True, kw_only=True, repr=False)
class BatchResult(Generic[ItemT_co, EntryT_co]):
    """The accounting of one run: one outcome for each item, in input order.

    Attributes:
        operation: the operation that ran.
        outcomes: one outcome for each item of the request, in its order. A run's successes are made
            when they are read: two reads give equal objects.
        unmatched: entries of replies that name no item that was sent.
        error: what stopped the run, if anything did.
        calls: one record for each call, in the order in which they ended.
    """

    operation: Operation[Any, Any, ItemT_co, EntryT_co]
    outcomes: Sequence[Outcome[ItemT_co, EntryT_co]]
    unmatched: Sequence[UnmatchedEntry] = ()
    error: CallError | None = None
    calls: Sequence[CallRecord] = ()

    @cached_property
    def succeeded(self) -> Sequence[Succeeded[ItemT_co]]:
        """Items that the service has accepted."""
        kind: type[Succeeded[ItemT_co]] = Succeeded
        return _select(self.outcomes, kind)

    @cached_property
    def failed(self) -> Sequence[Failed[ItemT_co, EntryT_co]]:
        """Items that the service refused for good."""
        kind: type[Failed[ItemT_co, EntryT_co]] = Failed
        return _select(self.outcomes, kind)

    @cached_property
    def unknown(self) -> Sequence[Unknown[ItemT_co]]:
        """Items that may or may not have been applied."""
        kind: type[Unknown[ItemT_co]] = Unknown
        return _select(self.outcomes, kind)

    @cached_property
    def not_attempted(self) -> Sequence[NotAttempted[ItemT_co]]:
        """Items that were never sent."""
        kind: type[NotAttempted[ItemT_co]] = NotAttempted
        return _select(self.outcomes, kind)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many items ended in each status; all four are there, and they sum to the items."""
        found = _count(self.outcomes)
        counts = {status.value: found[status.value] for status in Status}
        assert sum(counts.values()) == len(self.outcomes)
        return counts

    @property
    def ok(self) -> bool:
        """Whether every item succeeded; true of an empty batch."""
        return self.counts[Status.SUCCEEDED] == len(self.outcomes)

    def leftovers(self, request: RequestT) -> RequestT:
        """Make a request with all that did not succeed, in order, ready to run again.

        Args:
            request: the request of this run, for its shared members. A client token in it is not
                carried over: it belongs to what was sent.

        Raises:
            TypeError: a request of another operation.
        """
        operation = self.operation
        if not isinstance(request, operation.request):
            raise TypeError(
                f"leftovers of {operation.name} need a {operation.request.__name__}, "
                f"not a {type(request).__name__}"
            )
        # Emptied first, so that a client token already used does not come along.
        shared: RequestT = operation.with_items(request, ())
        remaining: RequestT = operation.with_items(shared, _left(self.outcomes))
        return remaining

    def raise_for_failures(self) -> None:
        """Raise if any item did not succeed.

        Raises:
            BatchError: with this result as its ``result``.
        """
        if not self.ok:
            raise BatchError(self) from self.error

    def summary(self) -> str:
        """Say what happened in one line: operation, counts, first codes, what stopped the run."""
        counts = ", ".join(
            f"{count} {status.replace('_', ' ')}" for status, count in self.counts.items() if count
        )
        line = f"{self.operation.name}: {len(self.outcomes)} items"
        if counts:
            line += f", {counts}"
        codes = Counter(o.code or "no code" for o in self.failed)
        codes.update(o.error.code for o in self.unknown)
        if codes:
            line += "; " + ", ".join(f"{code} ×{n}" for code, n in codes.most_common(3))
        if self.error is not None:
            line += f"; stopped by {self.error}"
        return line

    def __repr__(self) -> str:
        return f"<BatchResult {self.summary()}>"

    def to_jsonl(self, target: str | os.PathLike[str] | TextSink) -> None:
        """Write one JSON object a line for each outcome: an audit trail, or a dead-letter queue.

        Items and entries are written under their wire names. A file is written beside the path and
        takes its place when it is complete, so that a crash leaves the one that was there. Its mode
        is 0600, since items can name resources that are nobody else's business.

        Args:
            target: a path, whose file is replaced, or an open text file. What a path names but is
                no file, such as a pipe or a device, is written to as it is.
        """
        write(target, (json_line(self.operation, outcome) + "\n" for outcome in self.outcomes))


class BatchError(ItemwiseError):
    """Not every item of a batch succeeded.

    Attributes:
        result: the complete accounting of the run, a `BatchResult`.
    """

    def __init__(self, result: BatchResult[object, object]) -> None:
        super().__init__(result)
        self.result = result

    def __str__(self) -> str:
        return self.result.summary()


def _count(outcomes: Sequence[Outcome[Any, Any]]) -> Mapping[str, int]:
    if isinstance(outcomes, LazyOutcomes):
        return outcomes.counts
    return Counter(outcome.status.value for outcome in outcomes)


def _select(outcomes: Sequence[Outcome[Any, Any]], kind: type[OutcomeT]) -> Sequence[OutcomeT]:
    if isinstance(outcomes, LazyOutcomes):
        return outcomes.select(kind)
    return tuple(outcome for outcome in outcomes if isinstance(outcome, kind))


def _left(outcomes: Sequence[Outcome[ItemT, EntryT]]) -> Sequence[ItemT]:
    if isinstance(outcomes, LazyOutcomes):
        # The check leaves its parameters open.
        return cast("LazyOutcomes[ItemT, EntryT]", outcomes).left()
    return [outcome.item for outcome in outcomes if not isinstance(outcome, Succeeded)]
