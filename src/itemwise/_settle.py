"""Pure: a chunk and what was said of it in, outcomes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from itemwise._classify import is_throttling
from itemwise._operation import Operation, Verdict
from itemwise._plan import Chunk
from itemwise._shape import Response
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Generic[ItemT, EntryT]):
    """What one reply settled.

    Attributes:
        outcomes: final outcomes, for the items that have one now.
        again: by position, the verdicts on items that are worth another attempt.
        unmatched: entries that name no item of the chunk.
        throttled: whether an entry asked to slow down.
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
    for position, (index, item) in enumerate(zip(chunk.indexes, chunk.items, strict=True)):
        if position in again:
            continue
        if position in failures:
            outcomes.append(refused(index, item, failures[position], doubt))
        elif position in successes:
            entry = successes[position].success
            outcomes.append(Succeeded(index=index, item=item, entry=entry))
        elif silence is None:
            outcomes.append(Succeeded(index=index, item=item))
        else:
            outcomes.append(Unknown(index=index, item=item, error=silence))
    return Settlement(
        outcomes=outcomes,
        again=again,
        unmatched=unmatched,
        throttled=any(is_throttling(verdict.code) for verdict in again.values()),
    )


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
