"""The outcomes of one run: a byte for each item that succeeded, an outcome for each other.

Nearly all items succeed, and an object for each of them would cost more than the rest of the run
does, most of it in the garbage collector, which visits whatever is kept. So the replies are kept,
and `_lazy` makes a success when somebody asks for it.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

from itemwise._call.reply import Reply
from itemwise._chunks.settle import Settlement, positions
from itemwise._description import Description
from itemwise._outcomes import Status, Unsuccessful
from itemwise._shape import Response, ResponseShape

__all__ = ["MARKS", "OPEN", "KeptReply", "OutcomeStore"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

OPEN: Final = 0
"""The mark of an item that has no outcome yet."""

MARKS: Final = {status: mark for mark, status in enumerate(Status, start=1)}
"""The mark of each status."""

_SUCCEEDED: Final = MARKS[Status.SUCCEEDED]

_ROOM, _ROOM_FOR_EACH = 2**19, 75
"""Bytes of replies that a run keeps as they are before it packs those that follow, and those for
each of its items, where they are more: packing a small reply costs a hundredth of its call."""

_RAW: Final = -zlib.MAX_WBITS
"""Without a checksum: it would cost as much as the packing, and the bytes stay in the process."""


@dataclass(slots=True, kw_only=True)
class OutcomeStore(Generic[ItemT, EntryT]):
    """What is known of each item of a run. An outcome once noted never changes.

    Attributes:
        operation: the operation of the run.
        items: its items.
        duplicates: for the index of an item that travels, the indexes of its equals, which do not.
        counts: how many items have ended in each status.
        marks: by index, one byte for the status.
        unsuccessful: by index, the outcomes that are not successes.
        replies: replies with entries on items that succeeded.
        kept: bytes of the replies, as they came.
        reply_of: by index, the number of the reply with its entry, from 1. Empty without any.
    """

    operation: Description[Any, Any, ItemT, EntryT]
    items: Sequence[ItemT]
    duplicates: Mapping[int, Sequence[int]]
    counts: dict[str, int] = field(default_factory=lambda: {s.value: 0 for s in Status})
    marks: bytearray = field(default_factory=bytearray)
    unsuccessful: dict[int, Unsuccessful[ItemT, EntryT]] = field(
        default_factory=dict[int, "Unsuccessful[ItemT, EntryT]"]
    )
    replies: list[KeptReply] = field(default_factory=list["KeptReply"])
    kept: int = 0
    reply_of: array[int] = field(default_factory=lambda: array("I"))

    def __post_init__(self) -> None:
        self.marks = self.marks or bytearray(len(self.items))

    def answered(self, settlement: Settlement[ItemT, EntryT], reply: Reply[Response]) -> None:
        """Note what a reply settled."""
        number = 0
        if any(entry is not None for entry in settlement.entries.values()):
            self.replies.append(self._kept(settlement.chunk.indexes, reply))
            number = len(self.replies)
            if not self.reply_of:
                self.reply_of = array("I", [0]) * len(self.items)
        for indexes in settlement.succeeded():
            self._succeeded(indexes, number)
        self.settled(settlement.others.values())

    def settled(self, outcomes: Iterable[Unsuccessful[ItemT, EntryT]]) -> None:
        """Note outcomes of items that did not succeed."""
        for outcome in outcomes:
            self._note(outcome)
            for duplicate in self.duplicates.get(outcome.index, ()):
                self._note(replace(outcome, index=duplicate, item=self.items[duplicate]))

    def copy(self) -> OutcomeStore[ItemT, EntryT]:
        """Copy what is known now: what comes in later does not change the copy."""
        # Replies are only added, and none takes the place of another: both may share them.
        return replace(
            self,
            counts=dict(self.counts),
            marks=self.marks[:],
            unsuccessful=dict(self.unsuccessful),
        )

    def _kept(self, indexes: Sequence[int], reply: Reply[Response]) -> KeptReply:
        body = reply.body
        if body is None:
            return KeptReply(indexes=indexes, reply=reply.response, packed=False)
        self.kept += len(body)
        # Packing takes its time, and saves nine tenths: entries repeat their names, and more.
        if self.kept <= max(_ROOM, _ROOM_FOR_EACH * len(self.items)):
            return KeptReply(indexes=indexes, reply=body, packed=False)
        return KeptReply(indexes=indexes, reply=zlib.compress(body, 1, _RAW), packed=True)

    def _note(self, outcome: Unsuccessful[ItemT, EntryT]) -> None:
        index = outcome.index
        if self.marks[index] == OPEN:
            self.marks[index] = MARKS[outcome.status]
            self.unsuccessful[index] = outcome
            self.counts[outcome.status] += 1

    def _succeeded(self, indexes: Sequence[int], number: int) -> None:
        size = len(indexes)
        # Nearly always neighbours, and none has an equal: those come one by one.
        if isinstance(indexes, range) and not self.duplicates:
            start, stop = indexes.start, indexes.stop
            if self.marks.count(OPEN, start, stop) == size:
                self.marks[start:stop] = bytes([_SUCCEEDED]) * size
                if number:
                    self.reply_of[start:stop] = array("I", [number]) * size
                self.counts[Status.SUCCEEDED] += size
                return
        for first in indexes:
            for index in (first, *self.duplicates.get(first, ())):
                if self.marks[index] == OPEN:
                    self.marks[index] = _SUCCEEDED
                    if number:
                        self.reply_of[index] = number
                    self.counts[Status.SUCCEEDED] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """One reply with entries on items that succeeded.

    Attributes:
        indexes: the items of its call.
        reply: its bytes; or what was read of it, where there are none.
        packed: whether the bytes are compressed.
    """

    indexes: Sequence[int]
    reply: bytes | Response
    packed: bool

    def entries(
        self, operation: Description[Any, Any, ItemT, Any], items: Sequence[ItemT]
    ) -> Mapping[int, ResponseShape | None]:
        """Read the entries again, by the indexes of their items."""
        reply = self.reply
        if isinstance(reply, bytes):
            body = zlib.decompress(reply, _RAW) if self.packed else reply
            reply = operation.response.model_validate_json(body)
        position_of = positions(operation, [items[index] for index in self.indexes])
        found: dict[int, ResponseShape | None] = {}
        for verdict in operation.verdicts(reply):
            position = position_of.get(verdict.key)
            if position is not None and not verdict.failed:
                found.setdefault(self.indexes[position], verdict.success)
        return found
