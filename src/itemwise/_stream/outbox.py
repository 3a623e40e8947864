"""Where a stream's outcomes wait, from when they settle until they are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from itemwise._call.reply import Reply
from itemwise._chunks.settle import Settlement
from itemwise._outcomes import Outcome, Status, Unknown

__all__ = ["Outbox"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


class Outbox(Generic[ItemT, EntryT]):
    """Outcomes in the order in which they settled, and the counts of all that ever did.

    Attributes:
        duplicates: for the index of an item that travels, the indexes and items of its equals in
            the same chunk, which do not.
        counts: how many items have ended in each status.
        first_unknown: the code of the first that has ended `Unknown`.
        news: set by whatever can end the wait for an outcome.
    """

    def __init__(self, most: int) -> None:
        """Make an outbox that is full with `most` outcomes, although it never refuses one."""
        self.duplicates: dict[int, Sequence[tuple[int, ItemT]]] = {}
        self.counts: dict[str, int] = dict.fromkeys(Status, 0)
        self.first_unknown: str | None = None
        self.news = asyncio.Event()
        self._most = most
        self._outcomes: deque[Outcome[ItemT, EntryT]] = deque()
        self._room = asyncio.Event()

    def __len__(self) -> int:
        return len(self._outcomes)

    def answered(self, settlement: Settlement[ItemT, EntryT], _reply: Reply[Any]) -> None:
        """Take in what a reply settled."""
        self.settled(settlement.outcomes())

    def settled(self, outcomes: Iterable[Outcome[ItemT, EntryT]]) -> None:
        """Take in outcomes, and those of the items' equals."""
        for outcome in outcomes:
            for each in self._of_equals(outcome):
                self._outcomes.append(each)
                self.counts[each.status] += 1
            self.duplicates.pop(outcome.index, None)
            if self.first_unknown is None and isinstance(outcome, Unknown):
                self.first_unknown = outcome.error.code
        self.news.set()

    def take(self) -> Outcome[ItemT, EntryT]:
        """Hand out what has waited longest."""
        outcome = self._outcomes.popleft()
        if len(self._outcomes) < self._most:
            self._room.set()
        return outcome

    async def wait_for_news(self) -> None:
        """Wait until something has come in, or nothing more will."""
        self.news.clear()
        await self.news.wait()

    async def wait_for_room(self) -> None:
        """Wait until it is not full."""
        while len(self._outcomes) >= self._most:
            self._room.clear()
            await self._room.wait()

    def with_unsettled(
        self, unsettled: Iterable[Outcome[ItemT, EntryT]]
    ) -> Sequence[Outcome[ItemT, EntryT]]:
        """List what waits here and what would if these were settled, in the order of the source."""
        outcomes = list(self._outcomes)
        for outcome in unsettled:
            outcomes += self._of_equals(outcome)
        return sorted(outcomes, key=lambda outcome: outcome.index)

    def _of_equals(self, outcome: Outcome[ItemT, EntryT]) -> Iterator[Outcome[ItemT, EntryT]]:
        yield outcome
        for index, item in self.duplicates.get(outcome.index, ()):
            yield replace(outcome, index=index, item=item)
