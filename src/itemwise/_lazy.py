"""The outcomes of a run as a sequence that makes successes when they are read."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from operator import eq
from typing import Any, Final, Generic, TypeVar, cast, overload

from itemwise._outcome_store import MARKS, OPEN, OutcomeStore
from itemwise._outcomes import NotAttempted, NotAttemptedReason, Outcome, Status, Succeeded
from itemwise._shape import ResponseShape

__all__ = ["LazyOutcomes"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")
OutcomeT = TypeVar("OutcomeT", bound=Outcome[Any, Any])
T_co = TypeVar("T_co", covariant=True)

_SUCCEEDED: Final = MARKS[Status.SUCCEEDED]
_NOT_ATTEMPTED: Final = MARKS[Status.NOT_ATTEMPTED]

_READ_REPLIES: Final = 8
"""Replies whose entries stay read, at most."""


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
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        # What the check leaves open is of what: of anything that can be compared.
        others = cast("Sequence[object]", other)
        return len(self) == len(others) and all(map(eq, self, others))

    def __hash__(self) -> int:
        # As that of the tuple that it equals.
        return hash(tuple(self))

    def __reduce__(self) -> tuple[object, ...]:
        # Without the run behind it: an operation's own functions need not be fit to travel.
        return tuple, (tuple(self),)

    def __repr__(self) -> str:
        return f"<{len(self)} outcomes>"


class LazyOutcomes(_Lazy[Outcome[ItemT, EntryT]], Generic[ItemT, EntryT]):
    """One outcome for each item of a run, in its order.

    Args:
        store: a store that nobody writes to any more.
        reason: why the items without an outcome were not sent.
    """

    __slots__ = ("_first_of", "_marks", "_read", "_reason", "_store", "counts")

    def __init__(self, store: OutcomeStore[ItemT, EntryT], reason: NotAttemptedReason) -> None:
        self._store = store
        self._reason = reason
        self._marks = bytes(store.marks).replace(bytes([OPEN]), bytes([_NOT_ATTEMPTED]))
        self._first_of = {
            duplicate: first
            for first, duplicates in store.duplicates.items()
            for duplicate in duplicates
        }
        self._read: dict[int, Mapping[int, ResponseShape | None]] = {}
        self.counts: Mapping[str, int] = {
            status.value: self._marks.count(mark) for status, mark in MARKS.items()
        }

    def __len__(self) -> int:
        return len(self._marks)

    def select(self, kind: type[OutcomeT]) -> Sequence[OutcomeT]:
        """Give the outcomes of one kind, in order."""
        places = array("I", self._places(MARKS[kind.status]))
        if kind.status is Status.SUCCEEDED:
            return _Selected(self, kind, places)
        # These are few, or have nothing to be made of, and need nothing of the run.
        return tuple(_Selected(self, kind, places))

    def left(self) -> list[ItemT]:
        """Give the items that did not succeed, in order, without making their outcomes."""
        pairs = zip(self._store.items, self._marks, strict=True)
        return [item for item, mark in pairs if mark != _SUCCEEDED]

    def _places(self, mark: int) -> Iterator[int]:
        place = -1
        while (place := self._marks.find(mark, place + 1)) >= 0:
            yield place

    def _make(self, place: int) -> Outcome[ItemT, EntryT]:
        store = self._store
        item = store.items[place]
        if self._marks[place] == _SUCCEEDED:
            return Succeeded(index=place, item=item, entry=self._entry(place))
        unsuccessful = store.unsuccessful.get(place)
        return unsuccessful or NotAttempted(index=place, item=item, reason=self._reason)

    def _entry(self, index: int) -> ResponseShape | None:
        store = self._store
        number = store.reply_of[index] if store.reply_of else 0
        if not number:
            return None
        # Who reads one item reads its neighbours. They stand in the same reply, but for those that
        # were sent again: hence a few.
        replies = self._read
        entries = replies.get(number)
        if entries is None:
            entries = store.replies[number - 1].entries(store.operation, store.items)
            # Another dict: this one may be in use by another thread.
            latest = list(replies.items())[1 - _READ_REPLIES :]
            self._read = {**dict(latest), number: entries}
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
