"""Find the bad items of a rejected chunk by halving it.

Some services reject a whole call because of one item. The culprits are found in O(log n) calls each
and fail alone, with the service's own words; the innocents go through. Two things look alike at
first and are told apart here: a fault of the request itself, which every part shares, and a chunk
that was too large, whose halves both pass.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from itemwise._chunks.open_items import OpenItems
from itemwise._errors import CallError
from itemwise._run.chunk_call import ChunkCall
from itemwise._run.state import RunState
from itemwise._shape import Request, Response

__all__ = ["Isolation", "Suspicion"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_PATIENCE = 3
"""Parts that are rejected alike before the request is blamed, while nothing was answered yet."""

_PROBES = 6
"""Single items that must be rejected as well before the rest of a chunk is given up. A chunk of
which half are good is given up by mistake once in sixty."""

_LONE_PATIENCE = 32
"""Items that are rejected alike before the request is blamed, once something was answered: of
chunks that are too small to be given up."""


class Suspicion:
    """Counts rejections in a row that say the same, of parts that share no item.

    Attributes:
        alike: how many were.
        lone: how many of these were single items.
    """

    __slots__ = ("_answered", "_said", "alike", "lone")

    def __init__(self) -> None:
        self.alike = self.lone = 0
        self._said: tuple[str, str] | None = None
        self._answered: int = 0

    def note(self, error: CallError, answered: int, *, lone: int) -> None:
        """Take note of a rejection.

        Args:
            error: the rejection.
            answered: how many calls of the run were answered so far.
            lone: how many single items it was of; zero for a part of several.
        """
        said = (error.code, error.message)
        if said != self._said or answered != self._answered:
            self._said, self._answered, self.alike, self.lone = said, answered, 0, 0
        self.alike += lone or 1
        self.lone += lone


class Isolation(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """Sends the chunks of one run, and finds the culprits of those that are rejected.

    Args:
        state: what the calls of the run share.
    """

    def __init__(self, state: RunState[RequestT, ResponseT, ItemT, EntryT]) -> None:
        self._state = state
        # Of chunks of which each item was rejected by itself.
        self._lone_rejections = Suspicion()
        # How many calls had been answered when a chunk was last given up.
        self._gave_up_at: int | None = None
        # Held by the one call that is halved while nothing has been answered yet.
        self._probing = asyncio.Lock()

    async def send(self, items: OpenItems[ItemT, EntryT]) -> None:
        """Bring a chunk to its end: each item has its outcome, or the run has ended."""
        state = self._state
        call = ChunkCall(state, items)
        await call.run()
        if call.rejection is None:
            return
        if state.answered:
            await self._isolate(call, call.rejection)
            return
        # Nothing answered yet: it may be the request. One call finds out for all.
        async with self._probing:
            if state.error is None:
                await self._isolate(call, call.rejection)
            else:
                call.refuse()

    async def _isolate(
        self, call: ChunkCall[RequestT, ResponseT, ItemT, EntryT], rejection: CallError
    ) -> None:
        state = self._state
        items, answered = len(call.items), state.answered
        if items == 1:
            call.refuse()
        elif await self._cut_up(call):
            return
        if state.answered == answered:
            # Each of its items was refused, though none of its parts was given up.
            self._lone_rejections.note(rejection, answered, lone=items)
            if self._lone_rejections.lone >= (_LONE_PATIENCE if answered else _PATIENCE):
                state.stop(rejection)

    async def _cut_up(self, call: ChunkCall[RequestT, ResponseT, ItemT, EntryT]) -> bool:
        """Halve a chunk until the culprits stand alone; tell whether the rest was given up."""
        state, suspicion = self._state, Suspicion()
        # Once the run has had an answer, the request is less likely to be at fault than the items.
        patience = 2 * math.ceil(math.log2(len(call.items))) + 2
        # Breadth first, since an answer tells more the larger the part. While there is none, single
        # items come before the halves: they tell a fault of the request from several culprits.
        queue = deque(_halved(call) if state.answered else _probed(call))
        while queue:
            part = queue.popleft()
            call = part.call
            if state.error is not None:
                # Stopped meanwhile: what stands here was refused within its whole chunk.
                call.refuse()
                continue
            size, limit = len(call.items), state.max_chunk
            if size > limit:
                smaller = call.split(*range(limit, size, limit))
                queue.extendleft(_Part(call=piece) for piece in reversed(smaller))
                continue
            await call.run()
            rejection = call.rejection
            if rejection is None:
                if call.answered and part.whole is not None and part.whole.passes():
                    state.max_chunk = min(state.max_chunk, part.whole.largest)
                continue
            suspicion.note(rejection, state.answered, lone=size == 1)
            if size == 1:
                call.refuse()
            else:
                queue.extend(_halved(call))
            if suspicion.alike < (patience if state.answered else _PATIENCE):
                continue
            if state.answered and suspicion.lone < _PROBES:
                # If single items pass, the parts are too large, or bad items stand close together.
                _probe_next(queue)
            elif not state.answered or sum(len(left.call.items) for left in queue) > patience:
                # To go on with the few that are left would cost no more than to have found out.
                self._give_up([waiting.call for waiting in queue], rejection)
                return True
        return False

    def _give_up(
        self,
        parts: Sequence[ChunkCall[RequestT, ResponseT, ItemT, EntryT]],
        rejection: CallError,
    ) -> None:
        """Refuse what is left of a chunk; stop the run where it is not this chunk alone.

        Bad items come in groups, and a group can fill a chunk: it must not keep the rest of the run
        from ever being sent. A second chunk in a row, with nothing answered in between, is the
        request's.
        """
        for part in parts:
            part.refuse()
        answered = self._state.answered
        if not answered or self._gave_up_at == answered:
            self._state.stop(rejection)
        self._gave_up_at = answered


@dataclass(slots=True, kw_only=True)
class _Whole:
    """A rejected chunk that was cut up: where all its parts pass, it was too large."""

    largest: int
    parts: int

    def passes(self) -> bool:
        """Take note that a part passed, and tell whether all have."""
        self.parts -= 1
        return not self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part(Generic[RequestT, ResponseT, ItemT, EntryT]):
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT]
    whole: _Whole | None = None


def _probe_next(queue: deque[_Part[RequestT, ResponseT, ItemT, EntryT]]) -> None:
    """Put single items of the next part that has several before all others."""
    several = next((part for part in queue if len(part.call.items) > 1), None)
    if several is None or len(queue[0].call.items) == 1:
        return
    queue.remove(several)
    # It was not rejected yet: that its parts pass says nothing of its size.
    parts = [_Part(call=part.call) for part in _probed(several.call)]
    queue.extendleft(part for part in parts if len(part.call.items) == 1)
    queue.extend(part for part in parts if len(part.call.items) > 1)


def _halved(
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
) -> list[_Part[RequestT, ResponseT, ItemT, EntryT]]:
    return _cut(call, range(len(call.items)), ())


def _probed(
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
) -> list[_Part[RequestT, ResponseT, ItemT, EntryT]]:
    # As many as it takes to blame the request. Bad items come in groups, and in turns: these stand
    # far from each other, and not all at even places.
    size = len(call.items)
    last = size * 13 // 16
    lone = sorted({size * 3 // 16 & ~1, min(size * 9 // 16 | 1, max(last - 1, 1)), last})
    return _cut(call, [p for p in range(size) if p not in lone], lone)


def _cut(
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
    positions: Sequence[int],
    lone: Sequence[int],
) -> list[_Part[RequestT, ResponseT, ItemT, EntryT]]:
    middle = (len(positions) + 1) // 2
    groups = [*([p] for p in lone), positions[:middle], positions[middle:]]
    parts = call.apart(*(group for group in groups if group))
    whole = _Whole(largest=max(len(part.items) for part in parts), parts=len(parts))
    return [_Part(call=part, whole=whole) for part in parts]
