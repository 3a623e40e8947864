"""Find the bad items of a rejected chunk by halving it.

Some services reject a whole call because of one item. The culprits are found in O(log n) calls each
and fail alone, with the service's own words; the innocents go through. Two things look alike at
first and are told apart here: a fault of the request itself, which every part shares, and a chunk
that was too large, whose halves both pass.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from itemwise._exchange import ChunkCall, Exchange
from itemwise._plan import Chunk
from itemwise._shape import Request, Response
from itemwise.errors import CallError

__all__ = ["Suspicion", "carry"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_PATIENCE = 3
"""Parts that are rejected alike before the request is blamed, while nothing was answered yet."""


class Suspicion:
    """Counts parts that share no item and are rejected alike, with nothing answered in between."""

    __slots__ = ("_answered", "_patience", "_said", "alike")

    def __init__(self, size: int) -> None:
        self.alike = 0
        self._said: tuple[str, str] | None = None
        self._answered = 0
        # Once the run has had an answer, the request is less likely to be at fault than the items.
        self._patience = 2 * math.ceil(math.log2(max(size, 2))) + 2

    def grows(self, error: CallError, answered: int) -> bool:
        """Take note of a rejected part, and tell whether the request is to blame.

        Args:
            error: the rejection.
            answered: how many calls of the run were answered so far.
        """
        said = (error.code, error.message)
        if said != self._said or answered != self._answered:
            self._said, self._answered, self.alike = said, answered, 0
        self.alike += 1
        return self.alike >= (self._patience if answered else _PATIENCE)


async def carry(
    exchange: Exchange[RequestT, ResponseT, ItemT, EntryT],
    chunk: Chunk[ItemT],
    alone: Suspicion,
) -> None:
    """Bring a chunk to its end: each item has its outcome, or the run has ended.

    Args:
        exchange: what the calls of the run share.
        chunk: the items to send.
        alone: the run's suspicion over items that were rejected in a chunk of their own.
    """
    call = ChunkCall(exchange, chunk)
    await call.run()
    if call.rejection is None:
        return
    if exchange.answered:
        await _isolate(exchange, call, alone)
        return
    # Nothing answered yet: it may be the request. One call finds out for all.
    async with exchange.probing:
        if exchange.error is None:
            await _isolate(exchange, call, alone)
        else:
            call.refuse()


async def _isolate(
    exchange: Exchange[RequestT, ResponseT, ItemT, EntryT],
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
    alone: Suspicion,
) -> None:
    rejection = call.rejection
    if rejection is None:
        return
    if len(call.chunk) == 1:
        call.refuse()
        if alone.grows(rejection, exchange.answered):
            exchange.stop(rejection)
        return
    suspicion = Suspicion(len(call.chunk))
    # Breadth first: the two halves of a chunk tell most about the request.
    queue = deque(_halved(call))
    while queue:
        part = queue.popleft()
        call = part.call
        if exchange.error is not None:
            # Stopped meanwhile: what stands here was refused within its whole chunk.
            call.refuse()
            continue
        size, limit = len(call.chunk), exchange.max_chunk
        if size > limit:
            smaller = call.split(*range(limit, size, limit))
            queue.extendleft(_Part(call=piece) for piece in reversed(smaller))
            continue
        await call.run()
        if call.rejection is None:
            if call.answered and part.pair is not None and part.pair.passes():
                exchange.max_chunk = min(exchange.max_chunk, part.pair.larger)
            continue
        if suspicion.grows(call.rejection, exchange.answered):
            exchange.stop(call.rejection)
            call.refuse()
        elif size == 1:
            call.refuse()
        elif suspicion.alike == 2:
            # Both halves alike, and nothing else answered: a single item tells most.
            lone, rest = call.split(1)
            queue.appendleft(_Part(call=lone))
            queue.extend(_halved(rest))
        else:
            queue.extend(_halved(call))


@dataclass(slots=True, kw_only=True)
class _Pair:
    """The two halves of a rejected chunk: where both pass, it was too large."""

    larger: int
    passed: int = 0

    def passes(self) -> bool:
        """Take note that a half passed, and tell whether both have."""
        self.passed += 1
        return self.passed == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part(Generic[RequestT, ResponseT, ItemT, EntryT]):
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT]
    pair: _Pair | None = None


def _halved(
    call: ChunkCall[RequestT, ResponseT, ItemT, EntryT],
) -> list[_Part[RequestT, ResponseT, ItemT, EntryT]]:
    size = len(call.chunk)
    if size == 1:
        return [_Part(call=call)]
    middle = (size + 1) // 2
    pair = _Pair(larger=middle)
    return [_Part(call=half, pair=pair) for half in call.split(middle)]
