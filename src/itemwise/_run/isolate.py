"""Find the bad items of a rejected chunk by halving it.

Some services reject a whole call because of one item. The culprits are found in O(log n) calls each
and fail alone, with the service's own words; the innocents go through. Two things look alike at
first and are told apart here: a fault of the request itself, which every part shares, and a chunk
that was too large, whose halves both pass.

Of a chunk whose parts are all rejected alike, nobody can tell whether it is full of bad items or
the request is at fault. What is left of it waits, and the next chunk is asked.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from itemwise._chunks.open_items import OpenItems
from itemwise._errors import CallError
from itemwise._run.chunk_call import ChunkCall
from itemwise._run.state import RunState
from itemwise._run.suspicion import Suspicion
from itemwise._shape import Request, Response

__all__ = ["Isolation"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_PATIENCE = 3
"""Rejections alike, of parts that share no item, for which the request is blamed while nothing was
answered yet."""

_DOUBT = 8
"""The same once something was answered, after which a chunk waits."""

_PROBES = 14
"""Single items of another chunk that must be rejected alike as well before the request is blamed.
Where two of three items are bad, that is a mistake once in three hundred."""

_LONE_PATIENCE = 32
"""Single items in a row instead, where the chunks have fewer than that."""

_Judge: TypeAlias = Callable[[CallError, bool], bool]
"""Asked at each rejection, which may be of a single item: whether what is left is to wait."""


class Isolation(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """Sends the chunks of one run, and finds the culprits of those that are rejected.

    Whoever sends goes on until there are no more chunks, and then calls `finish`.

    Args:
        state: what the calls of the run share.
    """

    def __init__(self, state: RunState[RequestT, ResponseT, ItemT, EntryT]) -> None:
        self._state = state
        # Of chunks that are sent for the first time.
        self._suspicion = Suspicion()
        # How many of these had to wait, and how many calls of the run had been answered until then.
        self._doubtful = self._doubted_at = 0
        # What is left of chunks of which nobody can tell, the oldest first.
        self._waiting: deque[_Rest[RequestT, ResponseT, ItemT, EntryT]] = deque()
        # Held by the one call that finds out, while it may be the request.
        self._probing = asyncio.Lock()

    @property
    def has_waiting(self) -> bool:
        """Whether parts of a chunk wait for the next one."""
        return bool(self._waiting)

    async def send(self, items: OpenItems[ItemT, EntryT]) -> None:
        """Bring a chunk to its end, unless what is left of it has to wait, or the run has ended."""
        state = self._state
        call = ChunkCall(state, items)
        await call.run()
        if call.rejection is not None:
            if self._may_be_the_request():
                async with self._probing:
                    await self._isolate(call, call.rejection)
            else:
                await self._isolate(call, call.rejection)
        # What was answered meanwhile has shown that the request is fine.
        while self._waiting and self._waiting[0].answered != state.answered:
            await self._cut_up(self._waiting.popleft().parts, lambda _, __: False)

    async def finish(self, until: Callable[[], bool] = lambda: False) -> None:
        """Isolate what waits to its very end, since there is no other chunk to be asked.

        Args:
            until: tells that there is one now: then the rest goes on waiting.
        """
        waiting = self._waiting
        while waiting and not until():
            if self._doubtful == 1 or not self._may_be_the_request():
                await self._cut_up(waiting.popleft().parts, lambda _, __: until())
                continue
            # Of several that had to wait, one can be asked in another's stead.
            async with self._probing:
                if waiting and self._may_be_the_request():
                    parts = waiting.popleft().parts
                    largest = max(parts, key=lambda part: len(part.call.items))
                    parts.remove(largest)
                    await self._probe(largest.call, parts)

    def _may_be_the_request(self) -> bool:
        # Also as long as nothing was answered at all.
        return self._doubted_at == self._state.answered

    async def _isolate(
        self, call: ChunkCall[RequestT, ResponseT, ItemT, EntryT], rejection: CallError
    ) -> None:
        state, size = self._state, len(call.items)
        if size == 1:
            call.refuse()
            self._suspicion.note(rejection, state.answered, lone=True)
            if self._suspicion.lone >= (_LONE_PATIENCE if state.answered else _PATIENCE):
                state.stop(rejection)
        elif not self._may_be_the_request():
            await self._cut_up(_cut(call), self._has_to_wait)
        else:
            await self._probe(call)
            if not state.answered and not state.halted and size >= _PATIENCE:
                # Nothing of it got through, in whatever words: enough, where nothing else is known.
                state.stop(rejection)

    def _has_to_wait(self, rejection: CallError, lone: bool) -> bool:
        answered = self._state.answered
        self._suspicion.note(rejection, answered, lone=lone)
        if self._suspicion.alike < _DOUBT:
            return False
        if self._doubted_at != answered:
            self._doubted_at, self._doubtful = answered, 0
        self._doubtful += 1
        return True

    async def _probe(
        self,
        call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
        others: Iterable[_Part[RequestT, ResponseT, ItemT, EntryT]] = (),
    ) -> None:
        """Isolate a chunk to its very end, single items first; stop the run if it is the request.

        A part tells more the larger it is, but only if it passes. Single items tell a fault of the
        request from many culprits.
        """
        state, suspicion = self._state, self._suspicion
        lone = _spread(len(call.items), _PROBES if state.answered else _PATIENCE)
        episode = suspicion.episode
        enough = suspicion.lone + _PROBES if len(lone) == _PROBES else _LONE_PATIENCE

        def blame(rejection: CallError, is_lone: bool) -> bool:
            suspicion.note(rejection, state.answered, lone=is_lone)
            if state.answered:
                is_guilty = suspicion.episode == episode and suspicion.lone >= enough
            else:
                is_guilty = suspicion.alike >= _PATIENCE
            if is_guilty:
                state.stop(rejection)
            return False

        await self._cut_up([*_cut(call, lone), *others], blame)

    async def _cut_up(
        self, parts: Iterable[_Part[RequestT, ResponseT, ItemT, EntryT]], judge: _Judge
    ) -> None:
        """Send parts and halve what is rejected, until culprits stand alone or the rest waits."""
        # Breadth first, since an answer tells more the larger the part.
        state, queue = self._state, deque(parts)
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
            if size == 1:
                call.refuse()
            else:
                queue.extend(_cut(call))
            if judge(rejection, size == 1) and queue:
                self._waiting.append(_Rest(parts=queue, answered=state.answered))
                return


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """What is left of a chunk, and how many calls of the run had been answered until then."""

    parts: deque[_Part[RequestT, ResponseT, ItemT, EntryT]]
    answered: int


def _spread(size: int, count: int) -> Sequence[int]:
    """Choose positions of single items, of which one is good unless nearly all are bad.

    Bad items come in groups, and in turns: these are both ends, and odd places far from each other
    (as far as multiples of the golden ratio are).
    """
    golden = (math.sqrt(5) - 1) / 2
    inner = (min(int(size * (n * golden % 1)) | 1, size - 1) for n in range(1, count))
    return list(dict.fromkeys((0, size - 1, *inner, *range(size))))[:count]


def _cut(
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT], lone: Sequence[int] = ()
) -> list[_Part[RequestT, ResponseT, ItemT, EntryT]]:
    """Cut a rejected call into single items at some positions, and halves of all others."""
    positions = [p for p in range(len(call.items)) if p not in lone]
    middle = (len(positions) + 1) // 2
    groups = [*([p] for p in lone), positions[:middle], positions[middle:]]
    parts = call.apart(*(group for group in groups if group))
    whole = _Whole(largest=max(len(part.items) for part in parts), parts=len(parts))
    return [_Part(call=part, whole=whole) for part in parts]
