"""What reads a stream's source: one task, which also closes it.

Sources hold what belongs to a task or to its context, such as a timeout, a task group or a span, so
they are read as ``async for`` reads: by one task, from the first item to the end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

from itemwise._open_items import OpenItems
from itemwise._outbox import Outbox
from itemwise._outcomes import NotAttemptedReason
from itemwise._payload import fitting
from itemwise._plan import Chunk
from itemwise._run_state import RunState
from itemwise._shape import Request, Response
from itemwise._source import Source
from itemwise._workers import outlast

__all__ = ["Reader"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


class Reader(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """Reads a chunk whenever a worker asks for one and the outcomes before it have room.

    Its task begins with it, and ends by itself at the end of the source.

    Attributes:
        task: the one that reads. What the operation's own functions raise is raised by it.
        stopped: whether it was told to end.
    """

    def __init__(
        self,
        state: RunState[RequestT, ResponseT, ItemT, EntryT],
        source: Source[ItemT],
        outbox: Outbox[ItemT, EntryT],
    ) -> None:
        self._state, self._source, self._outbox = state, source, outbox
        self._asking: deque[asyncio.Future[OpenItems[ItemT, EntryT] | None]] = deque()
        self._news = asyncio.Event()
        self._rest: NotAttemptedReason | None = None
        self.stopped = self._ended = False
        self.task = asyncio.create_task(self._read())

    async def next_chunk(self) -> OpenItems[ItemT, EntryT] | None:
        """Ask for the next chunk; ``None`` where there is none to be sent any more."""
        if self._ended:
            return None
        answer: asyncio.Future[OpenItems[ItemT, EntryT] | None] = self._state.loop.create_future()
        self._asking.append(answer)
        self._news.set()
        return await answer

    def settle_rest(self, reason: NotAttemptedReason) -> None:
        """Settle from now on whatever is read, as not attempted for a reason."""
        self._rest = reason
        self._news.set()

    def stop(self) -> None:
        """Read nothing more."""
        self.stopped = True
        self.task.cancel()

    async def end(self) -> None:
        """Read nothing more, and wait until the source is closed.

        Raises:
            asyncio.CancelledError: the caller was cancelled; so was the closing.
        """
        # Where it has ended by itself it is closing already, and is to come to the end of that.
        if not (self.stopped or self._ended):
            self.stop()
        await outlast([self.task], self.task.cancel)

    async def _read(self) -> None:
        source = self._source
        try:
            while True:
                await self._until_wanted()
                start = await source.hold(self._state.max_chunk)
                if not source.held:
                    return
                if self._rest is not None:
                    self._outbox.settled(source.unsettled(self._rest))
                    source.release()
                elif self._state.may_begin():
                    self._hand_over(start)
        finally:
            self._ended = True
            self._answer_all()
            await source.close()

    async def _until_wanted(self) -> None:
        """Wait until the next chunk is to be read."""
        while True:
            try:
                await self._outbox.wait_for_room()
                if self._rest is None and not self._state.may_begin():
                    self._answer_all()
                if self._rest is not None or self._is_asked():
                    return
                self._news.clear()
                await self._news.wait()
            except asyncio.CancelledError as cancellation:
                if self.stopped:
                    raise
                # The source's own, such as a timeout's that it holds across a yield.
                await self._source.interrupt(cancellation)

    def _is_asked(self) -> bool:
        while self._asking and self._asking[0].done():
            # Its worker was cancelled.
            _ = self._asking.popleft()
        return bool(self._asking)

    def _hand_over(self, start: int) -> None:
        """Give the held items to the worker that has asked first; they stay held if none has."""
        state, source, outbox = self._state, self._source, self._outbox
        if not self._is_asked():
            return
        found = fitting(state.operation, state.request, source.held, start)
        if found.error is not None:
            source.fail(found.error)
            source.held = source.held[len(found.items) :]
            outbox.settled(source.unsettled(NotAttemptedReason.STOPPED))
        source.release()
        if not found.items:
            return
        items = found.items
        for position, equals in found.twins.items():
            outbox.twins[start + position] = [(start + equal, items[equal]) for equal in equals]
        if not state.active:
            # The time in which the source or the caller kept us waiting is not the service's.
            state.stall.forget()
        chunk: OpenItems[ItemT, EntryT] = OpenItems(
            Chunk(
                indexes=[start + position for position in found.travel],
                items=[items[position] for position in found.travel],
            )
        )
        # Before its worker hears of it: it may be cancelled first, and nothing is lost then.
        state.active[chunk] = None
        self._asking.popleft().set_result(chunk)

    def _answer_all(self) -> None:
        while self._is_asked():
            self._asking.popleft().set_result(None)
