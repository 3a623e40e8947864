"""The accounts of one run: a byte for each item that succeeded, an outcome for each other.

Nearly all items succeed, and an object for each of them would cost more than the rest of the run
does, most of it in the garbage collector, which visits whatever is kept. So a reply is kept as it
came, packed, and a success is made when somebody asks for it.
"""

from __future__ import annotations

import zlib
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import eq
from typing import Any, Final, Generic, TypeVar, cast, overload

from itemwise._operation import Operation
from itemwise._outcomes import (
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    Status,
    Succeeded,
    Unsuccessful,
)
from itemwise._reply import Reply
from itemwise._settle import Settlement, positions
from itemwise._shape import Response, ResponseShape

__all__ = ["Accounts", "LazyOutcomes"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")
OutcomeT = TypeVar("OutcomeT", bound=Outcome[Any, Any])
T_co = TypeVar("T_co", covariant=True)

_OPEN: Final = 0
_MARKS: Final = {status: mark for mark, status in enumerate(Status, start=1)}
_SUCCEEDED: Final = _MARKS[Status.SUCCEEDED]
_NOT_ATTEMPTED: Final = _MARKS[Status.NOT_ATTEMPTED]

_ROOM: Final = 2**19
"""Bytes of replies that a run keeps as they are, before it packs those that follow."""

_OPEN_PAGES: Final = 8
"""Pages whose entries stay read, at most."""


@dataclass(slots=True, kw_only=True)
class Accounts(Generic[ItemT, EntryT]):
    """What is known of each item of a run. An outcome once noted never changes.

    Attributes:
        operation: the operation of the run.
        items: its items.
        twins: for the index of an item that travels, the indexes of its equals, which do not.
        counts: how many items have ended in each status.
        marks: by index, one byte for the status.
        made: by index, the outcomes that are not successes.
        pages: replies with entries on items that succeeded.
        kept: bytes of the replies, as they came.
        page_of: by index, the number of the page with the item's entry, from 1. Empty without any.
    """

    operation: Operation[Any, Any, ItemT, EntryT]
    items: Sequence[ItemT]
    twins: Mapping[int, Sequence[int]]
    counts: dict[str, int] = field(default_factory=lambda: {s.value: 0 for s in Status})
    marks: bytearray = field(default_factory=bytearray)
    made: dict[int, Unsuccessful[ItemT, EntryT]] = field(
        default_factory=dict[int, "Unsuccessful[ItemT, EntryT]"]
    )
    pages: list[Page] = field(default_factory=list["Page"])
    kept: int = 0
    page_of: array[int] = field(default_factory=lambda: array("L"))

    def __post_init__(self) -> None:
        self.marks = self.marks or bytearray(len(self.items))

    def answered(self, settlement: Settlement[ItemT, EntryT], reply: Reply[Response]) -> None:
        """Note what a reply settled."""
        page = 0
        if any(entry is not None for entry in settlement.entries.values()):
            self.pages.append(self._page(settlement.chunk.indexes, reply))
            page = len(self.pages)
            if not self.page_of:
                self.page_of = array("L", [0]) * len(self.items)
        for indexes in settlement.succeeded():
            self._succeeded(indexes, page)
        self.settled(settlement.others.values())

    def settled(self, outcomes: Iterable[Unsuccessful[ItemT, EntryT]]) -> None:
        """Note outcomes of items that did not succeed."""
        for outcome in outcomes:
            self._note(outcome)
            for twin in self.twins.get(outcome.index, ()):
                self._note(replace(outcome, index=twin, item=self.items[twin]))

    def closed(
        self, unsettled: Iterable[Unsuccessful[ItemT, EntryT]], reason: NotAttemptedReason
    ) -> LazyOutcomes[ItemT, EntryT]:
        """Close a copy of these accounts: each item has its outcome there.

        Args:
            unsettled: outcomes of items whose calls have begun and not ended.
            reason: why the rest was not sent.
        """
        # Pages are only added, and none takes the place of another: both may share them.
        copy = replace(self, counts=dict(self.counts), marks=self.marks[:], made=dict(self.made))
        copy.settled(unsettled)
        return LazyOutcomes(copy, reason)

    def _page(self, indexes: Sequence[int], reply: Reply[Response]) -> Page:
        body = reply.body
        if body is None:
            return Page(indexes=indexes, reply=reply.response, packed=False)
        self.kept += len(body)
        # Packing takes its time, and saves nine tenths: entries repeat their names, and more.
        if self.kept <= _ROOM:
            return Page(indexes=indexes, reply=body, packed=False)
        return Page(indexes=indexes, reply=zlib.compress(body, 1), packed=True)

    def _note(self, outcome: Unsuccessful[ItemT, EntryT]) -> None:
        index = outcome.index
        if self.marks[index] == _OPEN:
            self.marks[index] = _MARKS[outcome.status]
            self.made[index] = outcome
            self.counts[outcome.status] += 1

    def _succeeded(self, indexes: Sequence[int], page: int) -> None:
        size = len(indexes)
        # Nearly always neighbours, and none has an equal: those come one by one.
        if isinstance(indexes, range) and not self.twins:
            start, stop = indexes.start, indexes.stop
            if self.marks.count(_OPEN, start, stop) == size:
                self.marks[start:stop] = bytes([_SUCCEEDED]) * size
                if page:
                    self.page_of[start:stop] = array("L", [page]) * size
                self.counts[Status.SUCCEEDED] += size
                return
        for first in indexes:
            for index in (first, *self.twins.get(first, ())):
                if self.marks[index] == _OPEN:
                    self.marks[index] = _SUCCEEDED
                    if page:
                        self.page_of[index] = page
                    self.counts[Status.SUCCEEDED] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
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
        self, operation: Operation[Any, Any, ItemT, Any], items: Sequence[ItemT]
    ) -> Mapping[int, ResponseShape | None]:
        """Read the entries again, by the indexes of their items."""
        reply = self.reply
        if isinstance(reply, bytes):
            body = zlib.decompress(reply) if self.packed else reply
            reply = operation.response.model_validate_json(body)
        position_of = positions(operation, [items[index] for index in self.indexes])
        found: dict[int, ResponseShape | None] = {}
        for verdict in operation.verdicts(reply):
            position = None if verdict.key is None else position_of.get(verdict.key)
            if position is not None and not verdict.failed:
                found.setdefault(self.indexes[position], verdict.success)
        return found


class _Lazy(Sequence[T_co]):
    """A sequence whose elements are made when asked for; equal to any with equal elements."""

    __slots__ = ()

    @abstractmethod
    def _make(self, place: int) -> T_co: ...

    @overload
    def __getitem__(self, place: int) -> T_co: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T_co]: ...
    def __getitem__(self, place: int | slice) -> T_co | Sequence[T_co]:
        found = range(len(self))[place]
        return self._make(found) if isinstance(found, int) else tuple(map(self._make, found))

    def __iter__(self) -> Iterator[T_co]:
        return map(self._make, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return False
        # What the check leaves open is of what: of anything that can be compared.
        others = cast("Sequence[object]", other)
        return len(self) == len(others) and all(map(eq, self, others))

    def __hash__(self) -> int:
        raise TypeError("outcomes are made when asked for: put them into a tuple to hash them")

    def __repr__(self) -> str:
        return f"<{len(self)} outcomes>"


class LazyOutcomes(_Lazy[Outcome[ItemT, EntryT]], Generic[ItemT, EntryT]):
    """One outcome for each item of a run, in its order.

    Args:
        accounts: accounts that nobody writes to any more.
        reason: why the items without an outcome were not sent.
    """

    __slots__ = ("_accounts", "_first_of", "_marks", "_open_pages", "_reason", "counts")

    def __init__(self, accounts: Accounts[ItemT, EntryT], reason: NotAttemptedReason) -> None:
        self._accounts = accounts
        self._reason = reason
        self._marks = bytes(accounts.marks).replace(bytes([_OPEN]), bytes([_NOT_ATTEMPTED]))
        self._first_of = {twin: first for first, twins in accounts.twins.items() for twin in twins}
        self._open_pages: dict[int, Mapping[int, ResponseShape | None]] = {}
        self.counts: Mapping[str, int] = {
            status.value: self._marks.count(mark) for status, mark in _MARKS.items()
        }

    def __len__(self) -> int:
        return len(self._marks)

    def select(self, kind: type[OutcomeT]) -> Sequence[OutcomeT]:
        """Give the outcomes of one kind, in order."""
        return _Selected(self, kind, array("L", self._places(_MARKS[kind.status])))

    def left(self) -> list[ItemT]:
        """Give the items that did not succeed, in order, without making their outcomes."""
        pairs = zip(self._accounts.items, self._marks, strict=True)
        return [item for item, mark in pairs if mark != _SUCCEEDED]

    def _places(self, mark: int) -> Iterator[int]:
        place = -1
        while (place := self._marks.find(mark, place + 1)) >= 0:
            yield place

    def _make(self, place: int) -> Outcome[ItemT, EntryT]:
        accounts = self._accounts
        item = accounts.items[place]
        if self._marks[place] == _SUCCEEDED:
            return Succeeded(index=place, item=item, entry=self._entry(place))
        made = accounts.made.get(place)
        return made or NotAttempted(index=place, item=item, reason=self._reason)

    def _entry(self, index: int) -> ResponseShape | None:
        accounts = self._accounts
        number = accounts.page_of[index] if accounts.page_of else 0
        if not number:
            return None
        # Who reads one item reads its neighbours. They stand on the same page, but for those that
        # were sent again: hence a few.
        pages = self._open_pages
        entries = pages.get(number)
        if entries is None:
            entries = accounts.pages[number - 1].entries(accounts.operation, accounts.items)
            if len(pages) >= _OPEN_PAGES:
                pages.pop(next(iter(pages)), None)
            pages[number] = entries
        return entries.get(self._first_of.get(index, index))


class _Selected(_Lazy[OutcomeT]):
    __slots__ = ("_kind", "_outcomes", "_places")

    def __init__(
        self, outcomes: LazyOutcomes[Any, Any], kind: type[OutcomeT], places: Sequence[int]
    ) -> None:
        self._outcomes = outcomes
        self._kind = kind
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def _make(self, place: int) -> OutcomeT:
        outcome = self._outcomes[self._places[place]]
        assert isinstance(outcome, self._kind)
        return outcome
