"""Sources of streams, which know how far they were read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from itemwise import Outcome
from tests.property.chaos.workload import CallerError, Workload

__all__ = ["Source"]


class Source:
    """The source of a workload's stream.

    Attributes:
        read: the items that were read.
        taken: the outcomes that the caller has taken, which the caller adds.
        most_ahead: how many more items than outcomes there were at most.
    """

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._all = workload.case.items(workload.numbers)
        self.read: list[Any] = []
        self.taken: list[Outcome[Any, Any]] = []
        self.most_ahead = 0

    def items(self) -> Any:
        """Give what the stream is to read."""
        kind = self._workload.source
        if kind == "list" and self._workload.source_breaks_at is None:
            # How far ahead it is read is not looked at.
            return _RecordedSequence(self._all, self.read)
        return self._asynchronous() if kind == "async" else self._synchronous()

    def _synchronous(self) -> Iterator[Any]:
        for place, item in enumerate(self._all):
            self._record(place, item)
            yield item

    async def _asynchronous(self) -> AsyncIterator[Any]:
        for place, item in enumerate(self._all):
            if place % 3 == 0 and place != self._workload.source_breaks_at:
                await asyncio.sleep(0)
            self._record(place, item)
            yield item

    def _record(self, place: int, item: Any) -> None:
        if place == self._workload.source_breaks_at:
            raise CallerError
        self.read.append(item)
        self.most_ahead = max(self.most_ahead, len(self.read) - len(self.taken))


class _RecordedSequence(Sequence[Any]):
    """A plain sequence, but for what was read of it."""

    def __init__(self, items: Sequence[Any], read: list[Any]) -> None:
        self._items, self._read = items, read

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        item = self._items[place]
        self._read.append(item)
        return item
