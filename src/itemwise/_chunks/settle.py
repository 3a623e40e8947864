"""Pure: what a reply says of the chunk that it answers becomes outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from itemwise._chunks.open_items import refused
from itemwise._chunks.plan import Chunk
from itemwise._describe_error import describe_error
from itemwise._description import Description, Key, Verdict, by_value
from itemwise._errors import CallError, Delivery, ResponseError
from itemwise._outcomes import Outcome, Succeeded, Unknown, UnmatchedEntry, Unsuccessful
from itemwise._shape import Response, ResponseShape
from itemwise._throttling import is_throttling

__all__ = ["Settlement", "positions", "settle"]

ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


_MOST_ENTRIES, _MORE_ENTRIES = 10, 1000
"""A reply is refused that has more entries than so many for each item and so many besides: to read
a million would hold up the event loop for long."""

_THROTTLED_SHARE = 0.2
"""Of a call's items, the share that must be throttled for the call to count as throttled: a few go
again by themselves, and the service has taken the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Generic[ItemT, EntryT]):
    """What one reply settled. An item in neither `others` nor `again` has succeeded.

    Attributes:
        chunk: what was sent.
        others: by position, final outcomes that are not successes.
        again: by position, the verdicts on items that are worth another attempt.
        entries: by position, the entries that stand for a success, where the service sends any.
        unmatched: entries that name no item of the chunk.
        throttled: whether so many entries asked to slow down that the run should.
    """

    chunk: Chunk[ItemT]
    others: Mapping[int, Unsuccessful[ItemT, EntryT]]
    again: Mapping[int, Verdict[EntryT]]
    entries: Mapping[int, ResponseShape | None]
    unmatched: Sequence[UnmatchedEntry]
    throttled: bool

    @property
    def settled(self) -> int:
        """How many items have their outcome now."""
        return len(self.chunk) - len(self.again)

    def succeeded(self) -> Iterator[Sequence[int]]:
        """Give the indexes of the items that succeeded, neighbours together."""
        indexes, start = self.chunk.indexes, 0
        for position in sorted([*self.others, *self.again]):
            if start < position:
                yield indexes[start:position]
            start = position + 1
        if start < len(indexes):
            yield indexes[start:]

    def outcomes(self) -> Iterator[Outcome[ItemT, EntryT]]:
        """Make the outcomes of the items that have one now, in order."""
        others, again, entries = self.others, self.again, self.entries
        chunk = self.chunk
        for position, (index, item) in enumerate(chunk.pairs()):
            other = others.get(position)
            if other is not None:
                yield other
            elif position not in again:
                yield Succeeded(index=index, item=item, entry=entries.get(position))


def positions(
    operation: Description[Any, Any, ItemT, Any], items: Sequence[ItemT]
) -> Mapping[Key | None, int]:
    """Find the positions of a call's items by their keys; what has no key has no position."""
    places = range(len(items))
    # The keys that `by_value` gives, without a call for each.
    keys = zip(items) if operation.key is by_value else map(operation.key, places, items)
    return dict(zip(keys, places, strict=True))


def settle(
    operation: Description[Any, ResponseT, ItemT, EntryT],
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

    Raises:
        ResponseError: the operation cannot read the entries, or there are far more than items.
    """
    try:
        return _held_against(operation, chunk, response, doubt)
    except ResponseError:
        raise
    except Exception as error:
        # The operation's own functions read the reply, and a strange one can break them.
        why = f"the entries of the reply cannot be read: {describe_error(error)}"
        raise _untrusted(operation, response, "UnreadableReply", why) from error


def _held_against(
    operation: Description[Any, ResponseT, ItemT, EntryT],
    chunk: Chunk[ItemT],
    response: ResponseT,
    doubt: CallError | None,
) -> Settlement[ItemT, EntryT]:
    failures, entries, unmatched = _by_position(operation, chunk, response)
    again: dict[int, Verdict[EntryT]] = {}
    others: dict[int, Unsuccessful[ItemT, EntryT]] = {}
    for position, verdict in failures.items():
        if verdict.code in operation.retryable_codes and position not in entries:
            again[position] = verdict
        else:
            others[position] = refused(
                chunk.indexes[position], chunk.items[position], verdict, doubt
            )
    mentioned = len(entries) + sum(position not in entries for position in failures)
    silent = mentioned < len(chunk)
    silence = _meaning_of_silence(operation, response, unmatched) if silent else None
    if silence is not None:
        for position, (index, item) in enumerate(chunk.pairs()):
            if position not in entries and position not in failures:
                others[position] = Unknown(index=index, item=item, error=silence)
    slowed = sum(is_throttling(verdict.code) for verdict in again.values())
    return Settlement(
        chunk=chunk,
        others=others,
        again=again,
        entries=entries,
        unmatched=unmatched,
        throttled=slowed > 0 and slowed >= _THROTTLED_SHARE * len(chunk),
    )


def _by_position(
    operation: Description[Any, ResponseT, ItemT, EntryT],
    chunk: Chunk[ItemT],
    response: ResponseT,
) -> tuple[
    Mapping[int, Verdict[EntryT]], Mapping[int, ResponseShape | None], Sequence[UnmatchedEntry]
]:
    """Find which item each entry of a reply is about.

    Returns:
        By position, the failures and the entries that stand for a success, of which an item can
        have both; and the entries that name no item of the chunk.
    """
    most = _MOST_ENTRIES * len(chunk) + _MORE_ENTRIES
    failures: dict[int, Verdict[EntryT]] = {}
    entries: dict[int, ResponseShape | None] = {}
    unmatched: list[UnmatchedEntry] = []
    position_of: Mapping[Key | None, int] = {}
    for number, verdict in enumerate(operation.verdicts(response)):
        if number == most:
            why = f"the reply has more than {most} entries, for {len(chunk)} items"
            raise _untrusted(operation, response, "UnreadableReply", why)
        # Most replies of services that list failures alone are empty.
        position_of = position_of or positions(operation, chunk.items)
        position = position_of.get(verdict.key)
        if position is None:
            entry = verdict.entry if verdict.failed else verdict.success
            unmatched.append(
                UnmatchedEntry(entry=entry, failed=verdict.failed, request_id=response.request_id)
            )
        elif not verdict.failed:
            entries.setdefault(position, verdict.success)
        elif position not in failures or failures[position].code in operation.retryable_codes:
            # Of two failures of one item, one that is final wins.
            failures[position] = verdict
    return failures, entries, unmatched


def _meaning_of_silence(
    operation: Description[Any, Any, Any, Any],
    response: Response,
    unmatched: Iterable[UnmatchedEntry],
) -> CallError | None:
    if not operation.silence_is_success:
        why = "the reply does not mention the item"
    elif any(entry.failed for entry in unmatched):
        why = "the reply has a failure of an item not sent"
    else:
        return None
    return _untrusted(operation, response, "ItemNotInReply", f"{why}: it may have been applied")


def _untrusted(
    operation: Description[Any, Any, Any, Any], response: Response, code: str, why: str
) -> ResponseError:
    """Make the error of a reply that came and does not say what became of the items."""
    return ResponseError(
        why,
        operation=operation.name,
        code=code,
        delivery=Delivery.IN_DOUBT,
        request_id=response.request_id,
    )
