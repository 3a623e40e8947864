"""What reads a stream's source: one task, which also closes it.

Sources hold what belongs to a task or to its context, such as a timeout, a task group or a span, so
they are read as ``async for`` reads: by one task, from the first item to the end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.payload import Fitting, fitting
from itemwise._chunks.plan import Chunk
from itemwise._outcomes import NotAttemptedReason
from itemwise._run.state import RunState
from itemwise._run.workers import outlast
from itemwise._shape import Request, Response
from itemwise._stream.outbox import Outbox
from itemwise._stream.source import Source

__all__ = ["Reader"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


class Reader(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """Reads a chunk whenever a worker asks for one and the outcomes before it have room.

    Its task begins with it, and ends by itself at the end of the source.

    Attributes:
        task: the one that reads.
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
        self._fault: BaseException | None = None
        self._interruption: asyncio.CancelledError | None = None
        self._stopped = self._ended = False
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
        """Read nothing more. A source that is being closed already is left to finish."""
        if not (self._stopped or self._ended):
            self._stopped = True
            self._source.end()
            self.task.cancel()

    async def end(self) -> None:
        """Read nothing more, and wait until the source is closed.

        Raises:
            asyncio.CancelledError: the caller was cancelled; so was the closing.
        """
        self.stop()
        await outlast([self.task], self.task.cancel)
        if not self.task.cancelled():
            # Whoever was to hear of it has: nobody is to complain.
            self.task.exception()
        if not self._ended:
            # Its task was cancelled before its first step.
            await self._source.close()

    def raise_fault(self) -> None:
        """Raise what has ended the reading, if anything but its end or `stop` did."""
        if self._fault is not None:
            raise self._fault

    async def _read(self) -> None:
        source = self._source
        try:
            while await self._is_wanted():
                await source.hold(self._state.max_chunk)
                if self._stopped or not source.held:
                    return
                if self._rest is not None:
                    self._outbox.settled(source.unsettled(self._rest))
                    source.release()
                elif self._state.may_begin():
                    self._hand_over()
        except BaseException as error:
            if not self._stopped:
                self._fault = error
            raise
        finally:
            self._ended = True
            self._answer_all()
            await source.close()

    async def _is_wanted(self) -> bool:
        """Wait until the next chunk is to be read; tell whether it ever is."""
        while not self._stopped:
            await self._interrupt()
            try:
                await self._outbox.wait_for_room()
                if self._rest is None and not self._state.may_begin():
                    self._answer_all()
                if self._rest is not None or self._is_asked():
                    return True
                self._news.clear()
                await self._news.wait()
            except asyncio.CancelledError as cancellation:
                if self._stopped:
                    raise
                # The source's own, such as a timeout's that it holds across a yield.
                self._interruption = cancellation
        return False

    async def _interrupt(self) -> None:
        """Pass on what has cancelled us and not the source, once there is room for its answer."""
        interruption = self._interruption
        if interruption is not None and len(self._source.held) < self._state.max_chunk:
            self._interruption = None
            await self._source.interrupt(interruption)

    def _is_asked(self) -> bool:
        while self._asking and self._asking[0].done():
            # Its worker was cancelled.
            _ = self._asking.popleft()
        return bool(self._asking)

    def _hand_over(self) -> None:
        """Give a chunk to the worker that has asked first; it stays held if none has."""
        state, source = self._state, self._source
        if not self._is_asked():
            return
        start = source.read - len(source.held)
        # More is held where an interruption has brought an item, or the limit has proved lower.
        found = fitting(state.operation, state.request, source.held[: state.max_chunk], start)
        source.held = source.held[len(found.items) :]
        if found.error is not None:
            source.fail(found.error)
            self._outbox.settled(source.unsettled(NotAttemptedReason.STOPPED))
            source.release()
        if not found.items:
            return
        if not state.active:
            # The time in which the source or the caller kept us waiting is not the service's.
            state.stall.forget()
        chunk: OpenItems[ItemT, EntryT] = OpenItems(self._travelling(found, start))
        # Before its worker hears of it: it may be cancelled first, and nothing is lost then.
        state.active[chunk] = None
        self._asking.popleft().set_result(chunk)

    def _travelling(self, found: Fitting[ItemT], start: int) -> Chunk[ItemT]:
        items = found.items
        for position, equals in found.duplicates.items():
            duplicates = [(start + equal, items[equal]) for equal in equals]
            self._outbox.duplicates[start + position] = duplicates
        return Chunk(
            indexes=[start + position for position in found.travel],
            items=[items[position] for position in found.travel],
        )

    def _answer_all(self) -> None:
        while self._is_asked():
            self._asking.popleft().set_result(None)
