"""Outcomes of items, and the result of a run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from itemwise._operation import Operation
from itemwise._shape import Request, ResponseShape
from itemwise.errors import BatchError, CallError

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
]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")
ItemT_co = TypeVar("ItemT_co", covariant=True)
EntryT_co = TypeVar("EntryT_co", covariant=True)
RequestT = TypeVar("RequestT", bound=Request)


class Status(StrEnum):
    """The four ways in which an item can end."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"


class NotAttemptedReason(StrEnum):
    """Why an item was never sent."""

    PENDING = "pending"
    """The run has not come to it yet: seen only while a run is under way."""
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    STOPPED = "stopped"
    """A fault that every other call would share stopped the run: see `BatchResult.error`."""
    UNREACHABLE = "unreachable"
    """The request could not leave: no credentials, connection refused, unknown host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded(Generic[ItemT_co]):
    """The service said so, or said nothing of the item where silence means success.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        entry: the service's entry on it, where it sent one.
    """

    status: ClassVar[Literal[Status.SUCCEEDED]] = Status.SUCCEEDED
    index: int
    item: ItemT_co
    entry: ResponseShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Generic[ItemT_co, EntryT_co]):
    """The service refused the item for good, alone or with its whole call.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        code: the service's code for the failure; ``None`` where it gives none.
        message: the service's words; ``None`` where it gives none.
        entry: the service's entry on the item; ``None`` where the whole call was refused.
        error: the whole call's refusal; or, where an earlier attempt at the item was left in doubt,
            that attempt's fault: the refusal may then be of a repeat.
    """

    status: ClassVar[Literal[Status.FAILED]] = Status.FAILED
    index: int
    item: ItemT_co
    code: str | None
    message: str | None
    entry: EntryT_co | None = None
    error: CallError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Generic[ItemT_co]):
    """The item may have been applied: no trustworthy answer came back.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        error: why there is no answer.
    """

    status: ClassVar[Literal[Status.UNKNOWN]] = Status.UNKNOWN
    index: int
    item: ItemT_co
    error: CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAttempted(Generic[ItemT_co]):
    """The item was never sent.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        reason: why not.
    """

    status: ClassVar[Literal[Status.NOT_ATTEMPTED]] = Status.NOT_ATTEMPTED
    index: int
    item: ItemT_co
    reason: NotAttemptedReason


Outcome: TypeAlias = Succeeded[ItemT] | Failed[ItemT, EntryT] | Unknown[ItemT] | NotAttempted[ItemT]
"""The final word on one item; told apart by ``.status``, by ``match`` or by ``isinstance``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedEntry:
    """An entry of a reply that names no item of its call.

    Attributes:
        entry: the entry, as the service sent it.
        failed: whether it stands for a failure.
        request_id: the id of the request that it answered.
    """

    entry: object
    failed: bool
    request_id: str | None


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


class TextSink(Protocol):
    """Anything that text can be written to, such as an open file."""

    def write(self, text: str, /) -> object:
        """Take the next piece of text."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class BatchResult(Generic[ItemT_co, EntryT_co]):
    """The accounting of one run: one outcome for each item, in input order.

    Attributes:
        operation: the operation that ran.
        outcomes: one outcome for each item of the request, in its order.
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
        return tuple(o for o in self.outcomes if isinstance(o, Succeeded))

    @cached_property
    def failed(self) -> Sequence[Failed[ItemT_co, EntryT_co]]:
        """Items that the service refused for good."""
        return tuple(o for o in self.outcomes if isinstance(o, Failed))

    @cached_property
    def unknown(self) -> Sequence[Unknown[ItemT_co]]:
        """Items that may or may not have been applied."""
        return tuple(o for o in self.outcomes if isinstance(o, Unknown))

    @cached_property
    def not_attempted(self) -> Sequence[NotAttempted[ItemT_co]]:
        """Items that were never sent."""
        return tuple(o for o in self.outcomes if isinstance(o, NotAttempted))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many items ended in each status; all four are there, and they sum to the items."""
        found = Counter(outcome.status for outcome in self.outcomes)
        counts: dict[str, int] = {status.value: found[status] for status in Status}
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
        left = [o.item for o in self.outcomes if not isinstance(o, Succeeded)]
        # Emptied first, so that a client token already used does not come along.
        remaining: RequestT = operation.with_items(operation.with_items(request, ()), left)
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

        Items and entries are written under their wire names. A file is created with mode 0600,
        since items can name resources that are nobody else's business.

        Args:
            target: a path, whose file is replaced, or an open text file.
        """
        if not isinstance(target, str | os.PathLike):
            for line in _jsonl(self.outcomes):
                target.write(line)
            return
        with open(target, "w", encoding="utf-8", opener=_private) as file:
            file.writelines(_jsonl(self.outcomes))


def _private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    # A file that was there before keeps its own mode otherwise.
    os.fchmod(descriptor, 0o600)
    return descriptor


def _jsonl(outcomes: Iterable[Outcome[object, object]]) -> Iterable[str]:
    for outcome in outcomes:
        record: dict[str, object] = {"index": outcome.index, "status": outcome.status.value}
        for name in ("item", "code", "message", "reason", "entry", "error"):
            value = getattr(outcome, name, None)
            if isinstance(value, CallError):
                value = _described(value)
            elif isinstance(value, BaseModel):
                # Of its own: pydantic before 2.14 stumbles over nested models built on first use.
                value = value.model_dump(mode="json", by_alias=True, exclude_none=True)
            if value is not None:
                record[name] = value
        # `fallback` keeps a trail complete whatever type an operation of the user's own has.
        line = to_json(record, by_alias=True, exclude_none=True, bytes_mode="base64", fallback=str)
        yield line.decode() + "\n"


def _described(error: CallError) -> dict[str, object]:
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "status": error.status,
        "request_id": error.request_id,
    }
