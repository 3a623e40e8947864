"""What works at a stream: it reads, sends, and stops reading while outcomes are not taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextvars import ContextVar
from typing import Generic, TypeVar

from itemwise._chunks.open_items import OpenItems
from itemwise._log import warning
from itemwise._outcomes import NotAttemptedReason, Outcome, Status
from itemwise._run.isolate import Isolation
from itemwise._run.state import RunState
from itemwise._run.workers import outlast, side_by_side
from itemwise._shape import Request, Response
from itemwise._stream.outbox import Outbox
from itemwise._stream.reader import Reader
from itemwise._stream.source import Source
from itemwise.results import Progress

__all__ = ["StreamRun"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_drivers: set[asyncio.Task[None]] = set()
"""Tasks of open streams: the loop holds no task that waits for a caller to go on."""


_inside: ContextVar[frozenset[object]] = ContextVar("itemwise_streams", default=frozenset())
"""The streams that a task works for: their own tasks have them, and those that a source starts."""


class StreamRun(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """Everything of a stream but the handle that the caller has.

    Attributes:
        state: what its calls share; it delivers into the outbox.
    """

    def __init__(
        self,
        state: RunState[RequestT, ResponseT, ItemT, EntryT],
        source: Source[ItemT],
        outbox: Outbox[ItemT, EntryT],
        *,
        concurrency: int,
        timeout: float | None,
    ) -> None:
        self.state = state
        self._source = source
        self._outbox = outbox
        self._concurrency = concurrency
        self._timeout = timeout
        self._isolation = Isolation(state)
        self._driver: asyncio.Task[None] | None = None
        self._closed = False
        self._ended = False
        # Not the stream itself: contexts outlive their tasks, and would keep it alive for as long.
        self._mark = object()

    def progress(self) -> Progress:
        """Count what was read."""
        return self.state.progress(self._source.read, self._outbox.counts)

    def pending(self) -> Sequence[Outcome[ItemT, EntryT]]:
        """List the outcomes of what was read and not taken, in the order of the source."""
        return self._outbox.with_unsettled(self._unsettled(NotAttemptedReason.PENDING))

    async def outcomes(self) -> AsyncGenerator[Outcome[ItemT, EntryT]]:
        """Begin, and yield outcomes as they settle, until there are no more or it is closed."""
        # A generator, so that one that is dropped half-way is closed by the loop.
        outbox = self._outbox
        self._driver = driver = asyncio.create_task(self._drive())
        _drivers.add(driver)
        driver.add_done_callback(_drivers.discard)
        driver.add_done_callback(lambda _: outbox.news.set())
        try:
            while not self._closed and (outbox or not driver.done()):
                if outbox:
                    yield outbox.take()
                else:
                    await outbox.wait_for_news()
            if not self._closed:
                driver.result()
                self._source.raise_error()
        except BaseException as error:
            await self._leave(error)
            raise
        else:
            await self._leave(None)

    async def _leave(self, error: BaseException | None) -> None:
        by_another = self._closed
        await self.close()
        if not by_another:
            self.tell_fault(error)

    async def close(self) -> None:
        """Start nothing more, give calls in flight their grace, and wait for the end.

        Any number of tasks may close it, one after the other or at once: all wait for one end. A
        cancellation ends the grace, and goes on to the task that it was meant for.

        The source, and tasks that it has started, only begin the end: it may wait for them.
        """
        driver = self._driver
        first, self._closed = not self._closed, True
        # Whoever waits for an outcome meanwhile has come to the end.
        self._outbox.news.set()
        if driver is None:
            await self._end()
            return
        # Where the grace runs already, as past a deadline, to cancel would end it. A source that is
        # being closed is left to finish.
        if first and not self.state.in_grace and not self._ended:
            driver.cancel()
        if self._mark in _inside.get():
            return
        try:
            await outlast([driver], driver.cancel)
        except asyncio.CancelledError as error:
            self.tell_fault(error)
            raise
        finally:
            if not driver.cancelled():
                # Whoever leaves early has no use for what it raised: nobody is to complain of it.
                driver.exception()
            # It keeps the error that it ended with, whose frames hold this and all items read.
            self._driver = None
            # One that was cancelled before its first step has not come to its own end.
            await self._end()

    async def _end(self) -> None:
        if not self._ended:
            self._ended = True
            await self._source.close()

    def tell_fault(self, error: BaseException | None) -> None:
        """Raise what closing the source has raised, or log it where it would hide an error.

        Args:
            error: what is on its way to the caller. To leave a generator early is no error.
        """
        fault, self._source.fault = self._source.fault, None
        if fault is None:
            return
        if error is None or isinstance(error, GeneratorExit):
            raise fault
        # By its kind alone: its words can be of items.
        warning(
            "%s: closing the source of a stream raised %s, while %s was on its way",
            self.state.operation.name,
            type(fault).__name__,
            type(error).__name__,
        )

    async def _drive(self) -> None:
        _inside.set(_inside.get() | {self._mark})
        reader = Reader(self.state, self._source, self._outbox)
        reason = NotAttemptedReason.CANCELLED
        try:
            reason = await self._go_through(reader)
        except asyncio.CancelledError:
            raise
        except BaseException:
            reason = NotAttemptedReason.STOPPED
            raise
        finally:
            # However it ends: what was read has its outcome, and is counted.
            self._ended = True
            self._settle_rest(reason)
            try:
                await reader.end()
            finally:
                # The source may have answered to its end with another item.
                self._settle_rest(reason)
                outbox = self._outbox
                self.state.warn_of_unknown(outbox.counts[Status.UNKNOWN], outbox.first_unknown)

    async def _go_through(
        self, reader: Reader[RequestT, ResponseT, ItemT, EntryT]
    ) -> NotAttemptedReason:
        """Send what the source gives; tell why the rest of it, if there is any, is not sent."""
        state, source = self.state, self._source
        began = state.loop.time()

        async def work() -> None:
            while state.may_begin() and (items := await self._next_chunk(reader)) is not None:
                await self._isolation.send(items)
            await self._isolation.finish()

        def leave_source() -> None:
            # Past the deadline, only a source that cannot keep us waiting is read to its end.
            if self._closed or source.is_async:
                reader.stop()

        in_time = await side_by_side(
            work, self._concurrency, state, self._timeout, when_late=leave_source
        )
        reader.raise_fault()
        stopped = state.error is not None
        reason = NotAttemptedReason.STOPPED if stopped else NotAttemptedReason.DEADLINE
        self._settle_rest(reason)
        goes_on = stopped if in_time else not source.is_async
        if self._closed or not goes_on:
            return reason
        reader.settle_rest(reason)
        # An async source can keep us waiting, and the time may be up meanwhile.
        limited = source.is_async and self._timeout is not None
        left = began + (self._timeout or 0.0) - state.loop.time()
        await asyncio.wait({reader.task}, timeout=max(left, 0.0) if limited else None)
        reader.raise_fault()
        return reason

    async def _next_chunk(
        self, reader: Reader[RequestT, ResponseT, ItemT, EntryT]
    ) -> OpenItems[ItemT, EntryT] | None:
        if not self._isolation.has_waiting:
            return await reader.next_chunk()
        asking = asyncio.create_task(reader.next_chunk())
        try:
            # It may be long in coming, also since the source waits for the outcomes of these.
            await self._isolation.finish(asking.done)
            return await asking
        finally:
            asking.cancel()

    def _settle_rest(self, reason: NotAttemptedReason) -> None:
        """Settle what was read, now that nothing more is sent."""
        self._outbox.settled(self._unsettled(reason))
        self.state.active.clear()
        self._source.release()

    def _unsettled(self, reason: NotAttemptedReason) -> Iterator[Outcome[ItemT, EntryT]]:
        yield from self.state.unsettled(reason)
        yield from self._source.unsettled(reason)
