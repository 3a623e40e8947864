"""Pure: a chunk and what was said of it in, outcomes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from itemwise._classify import is_throttling
from itemwise._operation import Operation, Verdict
from itemwise._plan import Chunk
from itemwise._shape import Response, ResponseShape
from itemwise.errors import CallError, Delivery, ResponseError
from itemwise.results import (
    Failed,
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    Succeeded,
    Unknown,
    UnmatchedEntry,
)

__all__ = ["Said", "Settlement", "refused", "settle", "unsettled"]

ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


_THROTTLED_SHARE = 0.2
"""Of a call's items, the share that must be throttled for the call to count as throttled: a few go
again by themselves, and the service has taken the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Generic[ItemT, EntryT]):
    """What one reply settled.

    Attributes:
        outcomes: final outcomes, for the items that have one now.
        again: by position, the verdicts on items that are worth another attempt.
        unmatched: entries that name no item of the chunk.
        throttled: whether so many entries asked to slow down that the run should.
    """

    outcomes: Sequence[Outcome[ItemT, EntryT]]
    again: Mapping[int, Verdict[EntryT]]
    unmatched: Sequence[UnmatchedEntry]
    throttled: bool


def settle(
    operation: Operation[Any, ResponseT, ItemT, EntryT],
    chunk: Chunk[ItemT],
    response: ResponseT,
    doubt: CallError | None,
) -> Settlement[ItemT, EntryT]:
    """Hold a reply against the chunk that it answers.

    An item in both lists has failed. An item in neither has succeeded only where silence means
    success and no failure of the reply goes to an item that was not sent: that failure may be this
    item's, under another name.

    Args:
        operation: the operation.
        chunk: what was sent.
        response: what came back.
        doubt: the fault of an earlier attempt at these items that may have been applied.
    """
    failures: dict[int, Verdict[EntryT]] = {}
    successes: dict[int, Verdict[EntryT]] = {}
    unmatched: list[UnmatchedEntry] = []
    verdicts = tuple(operation.verdicts(response))
    position_of = (
        {operation.key(position, item): position for position, item in enumerate(chunk.items)}
        if verdicts
        else {}
    )
    for verdict in verdicts:
        position = None if verdict.key is None else position_of.get(verdict.key)
        if position is None:
            entry = verdict.entry if verdict.failed else verdict.success
            unmatched.append(
                UnmatchedEntry(entry=entry, failed=verdict.failed, request_id=response.request_id)
            )
        elif not verdict.failed:
            successes.setdefault(position, verdict)
        elif position not in failures or failures[position].code in operation.retryable_codes:
            # Of two failures of one item, one that is final wins.
            failures[position] = verdict
    again = {
        position: verdict
        for position, verdict in failures.items()
        if verdict.code in operation.retryable_codes and position not in successes
    }
    silence: CallError | None = None
    if not operation.silence_is_success:
        silence = _silent(operation, response, "the reply does not mention the item")
    elif any(entry.failed for entry in unmatched):
        silence = _silent(operation, response, "the reply has a failure of an item not sent")
    outcomes: list[Outcome[ItemT, EntryT]] = []
    # One look for each item: nearly all of them have succeeded.
    said_of = {**successes, **failures}
    for position, (index, item) in enumerate(zip(chunk.indexes, chunk.items, strict=True)):
        said = said_of.get(position)
        if said is None:
            if silence is None:
                outcomes.append(_succeeded(index, item, None))
            else:
                outcomes.append(Unknown(index=index, item=item, error=silence))
        elif not said.failed:
            outcomes.append(_succeeded(index, item, said.success))
        elif position not in again:
            outcomes.append(refused(index, item, said, doubt))
    slowed = sum(is_throttling(verdict.code) for verdict in again.values())
    return Settlement(
        outcomes=outcomes,
        again=again,
        unmatched=unmatched,
        throttled=slowed > 0 and slowed >= _THROTTLED_SHARE * len(chunk),
    )


_new: Callable[[type[Succeeded[Any]]], Succeeded[Any]] = object.__new__
_set_index = Succeeded.__dict__["index"].__set__
_set_item = Succeeded.__dict__["item"].__set__
_set_entry = Succeeded.__dict__["entry"].__set__


def _succeeded(index: int, item: ItemT, entry: ResponseShape | None) -> Succeeded[ItemT]:
    # Nearly every item gets one, and this costs half of the constructor, which finds each slot of a
    # frozen dataclass by name as it sets it.
    outcome = _new(Succeeded)
    _set_index(outcome, index)
    _set_item(outcome, item)
    _set_entry(outcome, entry)
    return outcome


def _silent(operation: Operation[Any, Any, Any, Any], response: Response, why: str) -> CallError:
    return ResponseError(
        f"{why}: it may have been applied",
        operation=operation.name,
        code="ItemNotInReply",
        delivery=Delivery.IN_DOUBT,
        request_id=response.request_id,
    )


def refused(
    index: int, item: ItemT, said: Verdict[EntryT] | CallError, doubt: CallError | None
) -> Failed[ItemT, EntryT]:
    """Make the outcome of an item that the service refused, alone or with its whole call.

    Args:
        index: the item's place in the caller's request.
        item: the item.
        said: the entry's verdict, or the refusal of the whole call.
        doubt: the fault of an earlier attempt that may have been applied: the refusal may then be
            of a repeat, and the outcome tells.
    """
    if isinstance(said, CallError):
        return Failed(
            index=index, item=item, code=said.code, message=said.message, error=doubt or said
        )
    return Failed(
        index=index,
        item=item,
        # Enumerated codes are strings already; plain ones are what users compare and print.
        code=None if said.code is None else str(said.code),
        message=said.message,
        entry=said.entry,
        error=doubt,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[EntryT]):
    """What is known of items that have no outcome yet.

    Attributes:
        doubt: the fault of the latest attempt that may have been applied.
        refusal: the latest refusal of a whole call.
        verdicts: by index, the latest retryable verdicts.
    """

    doubt: CallError | None
    refusal: CallError | None
    verdicts: Mapping[int, Verdict[EntryT]]


def unsettled(
    chunk: Chunk[ItemT], said: Said[EntryT], reason: NotAttemptedReason
) -> Iterable[Outcome[ItemT, EntryT]]:
    """Give items their outcome where nothing more will be sent.

    `Unknown` if an attempt may have been applied, else `Failed` with what the last attempt said,
    else `NotAttempted`.

    Args:
        chunk: items without an outcome.
        said: what attempts at them have brought.
        reason: why nothing more is sent.
    """
    for index, item in zip(chunk.indexes, chunk.items, strict=True):
        last = said.verdicts.get(index) or said.refusal
        if said.doubt is not None:
            yield Unknown(index=index, item=item, error=said.doubt)
        elif last is not None:
            yield refused(index, item, last, None)
        else:
            yield NotAttempted(index=index, item=item, reason=reason)
