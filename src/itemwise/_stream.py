"""`stream_batch`: items from a source of any length, outcomes as they settle, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import Generic, Self, TypeVar

from aiobotocore.client import AioBaseClient

from itemwise._batch import side_by_side
from itemwise._call import check_client, check_request, warn_of_own_retries
from itemwise._exchange import Exchange
from itemwise._isolate import Suspicion, carry
from itemwise._operation import Operation
from itemwise._outcomes import (
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    Status,
    UnmatchedEntry,
)
from itemwise._pace import Pace, pace_of
from itemwise._plan import Chunk, check_limits, distinct
from itemwise._reply import Reply
from itemwise._retry import DEFAULT_RETRY, RetryPolicy
from itemwise._settle import Settlement
from itemwise._shape import Request, Response
from itemwise.errors import CallError
from itemwise.results import Progress

__all__ = ["BatchStream", "stream_batch"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_MOST_UNMATCHED = 1000

_drivers: set[asyncio.Task[None]] = set()
"""Tasks of open streams: the loop holds no task that waits for a caller to go on."""


def stream_batch(
    client: AioBaseClient,
    operation: Operation[RequestT, ResponseT, ItemT, EntryT],
    request: RequestT,
    items: Iterable[ItemT] | AsyncIterable[ItemT],
    *,
    concurrency: int = 8,
    chunk_size: int | None = None,
    retry: RetryPolicy | None = DEFAULT_RETRY,
    timeout: float | None = None,
    isolate: bool = True,
    pace: Pace | None = None,
) -> BatchStream[RequestT, ResponseT, ItemT, EntryT]:
    """Send items from a source of any length, and yield their outcomes as they settle.

    ``async for outcome in stream_batch(...)``. The source is read only as fast as chunks leave and
    outcomes are taken, so that memory is bounded by concurrency times chunk. A chunk leaves when it
    is full or the source has ended. Equal items in one chunk travel once; those further apart are
    sent again. An exception of the source reaches the caller after what was read has its outcome.
    A run that a fault stops yields the rest of the source as `NotAttempted`.

    Args:
        client: any aiobotocore client of the operation's service.
        operation: what to call.
        request: the shared members; its own items are empty.
        items: the source, an iterable or an async iterable; an item's index is its place in it.
        concurrency: most calls in flight at once, from 1.
        chunk_size: most items in a call, from 1 to the operation's limit, which is the default.
        retry: how attempts are repeated; ``None`` makes exactly one attempt for each chunk.
        timeout: seconds from the first step after which nothing new starts. What was read ends
            `Unknown` or `NotAttempted`; of an async source nothing more is read.
        isolate: whether a rejected chunk is halved until the culprits stand alone.
        pace: when attempts may start; by default what all runs on this client and operation share.

    Raises:
        ValueError: an argument is out of its range, or the request has items of its own.
        TypeError: not an aiobotocore client, one of another service, or another request.
        ConfigurationError: the installed botocore does not know the operation.
        pydantic.ValidationError: while iterating: an item does not fit the request.
    """
    check_client(client, operation)
    check_request(operation, request)
    check_limits(operation, concurrency=concurrency, chunk_size=chunk_size, timeout=timeout)
    if operation.items(request):
        raise ValueError(
            f"the request of a stream of {operation.name} carries the shared members alone: "
            "leave its items empty, and pass them as the source"
        )
    if retry is not None:
        warn_of_own_retries(client, retry.max_attempts)
    return BatchStream(
        client,
        operation,
        request,
        items,
        concurrency=concurrency,
        chunk_size=chunk_size,
        retry=retry,
        timeout=timeout,
        isolate=isolate,
        pace=pace,
    )


class BatchStream(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """An async iterator over outcomes: see `stream_batch`.

    Leave it by exhausting it, or close it: ``async with stream`` or ``await stream.aclose()``.
    """

    def __init__(
        self,
        client: AioBaseClient,
        operation: Operation[RequestT, ResponseT, ItemT, EntryT],
        request: RequestT,
        items: Iterable[ItemT] | AsyncIterable[ItemT],
        *,
        concurrency: int,
        chunk_size: int | None,
        retry: RetryPolicy | None,
        timeout: float | None,
        isolate: bool,
        pace: Pace | None,
    ) -> None:
        # Two objects: what works at the stream holds no reference to this one, so that a stream
        # which is dropped half-way is noticed, and closed by the loop.
        self._flow = _Flow(
            client,
            operation,
            request,
            items,
            concurrency=concurrency,
            chunk_size=chunk_size,
            retry=retry,
            timeout=timeout,
            isolate=isolate,
            pace=pace,
        )
        self._outcomes = self._flow.outcomes()

    @property
    def progress(self) -> Progress:
        """The counts of the stream, for a progress bar; the total is what was read so far."""
        return self._flow.progress()

    @property
    def pending(self) -> Sequence[Outcome[ItemT, EntryT]]:
        """The outcomes of items that were read and not yet yielded, in the order of the source."""
        return self._flow.pending()

    @property
    def error(self) -> CallError | None:
        """What stopped the run, if anything did."""
        return self._flow.exchange.error

    @property
    def unmatched(self) -> Sequence[UnmatchedEntry]:
        """Entries of replies that name no item that was sent: the last thousand of them."""
        return tuple(self._flow.exchange.unmatched)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[ItemT, EntryT]:
        return await anext(self._outcomes)

    async def aclose(self) -> None:
        """Start nothing more, give calls in flight their grace, and account for what was read.

        `pending` then has the outcomes that were not yielded.
        """
        await self._outcomes.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class _Flow(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """What works at a stream: reads, sends, and keeps outcomes until they are taken."""

    def __init__(
        self,
        client: AioBaseClient,
        operation: Operation[RequestT, ResponseT, ItemT, EntryT],
        request: RequestT,
        items: Iterable[ItemT] | AsyncIterable[ItemT],
        *,
        concurrency: int,
        chunk_size: int | None,
        retry: RetryPolicy | None,
        timeout: float | None,
        isolate: bool,
        pace: Pace | None,
    ) -> None:
        self.exchange = Exchange(
            client=client,
            operation=operation,
            request=request,
            policy=retry,
            isolate=isolate,
            pace=pace or pace_of(client, operation.service, operation.name),
            deliver_answer=self._deliver_answer,
            deliver=self._deliver,
            max_chunk=chunk_size or operation.max_items,
            # A stream has no end that could show them.
            records=deque(maxlen=0),
            unmatched=deque(maxlen=_MOST_UNMATCHED),
        )
        self._source = _Source(items)
        self._concurrency = concurrency
        self._timeout = timeout
        self._alone = Suspicion(1)
        self._reading = asyncio.Lock()
        self._twins: dict[int, list[tuple[int, ItemT]]] = {}
        self._settled: deque[Outcome[ItemT, EntryT]] = deque()
        self._most = concurrency * self.exchange.max_chunk
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._counts = dict.fromkeys(Status, 0)

    def progress(self) -> Progress:
        exchange, counts = self.exchange, self._counts
        return Progress(
            total=self._source.read,
            settled=sum(counts.values()),
            succeeded=counts[Status.SUCCEEDED],
            failed=counts[Status.FAILED],
            unknown=counts[Status.UNKNOWN],
            not_attempted=counts[Status.NOT_ATTEMPTED],
            calls=exchange.begun,
            retries=exchange.attempts - exchange.begun,
            throttled=exchange.throttles,
        )

    def pending(self) -> Sequence[Outcome[ItemT, EntryT]]:
        outcomes = list(self._settled)
        for outcome in self._unsettled(NotAttemptedReason.CANCELLED):
            outcomes.append(outcome)
            for index, item in self._twins.get(outcome.index, ()):
                outcomes.append(replace(outcome, index=index, item=item))
        return sorted(outcomes, key=lambda outcome: outcome.index)

    async def outcomes(self) -> AsyncGenerator[Outcome[ItemT, EntryT]]:
        # A generator, so that one that is dropped half-way is closed by the loop.
        driver = asyncio.create_task(self._drive())
        _drivers.add(driver)
        driver.add_done_callback(_drivers.discard)
        driver.add_done_callback(lambda _: self._news.set())
        try:
            while self._settled or not driver.done():
                if not self._settled:
                    self._news.clear()
                    await self._news.wait()
                    continue
                outcome = self._settled.popleft()
                if len(self._settled) < self._most:
                    self._room.set()
                yield outcome
            driver.result()
            if self._source.error is not None:
                raise self._source.error
        finally:
            await _end(driver)

    async def _drive(self) -> None:
        exchange, source = self.exchange, self._source
        exchange.progress_at = began = asyncio.get_running_loop().time()
        in_time = await side_by_side(self._work, self._concurrency, exchange, self._timeout)
        stopped = exchange.error is not None
        reason = NotAttemptedReason.STOPPED if stopped else NotAttemptedReason.DEADLINE
        self._deliver(list(self._unsettled(reason)))
        exchange.active.clear()
        source.held.clear()
        if in_time and not stopped:
            return
        # An async source can keep us waiting, and the time may be up meanwhile.
        limited = source.is_async and self._timeout is not None
        try:
            async with asyncio.timeout_at(began + (self._timeout or 0) if limited else None):
                while in_time or not source.is_async:
                    await self._wait_for_room()
                    await source.hold(exchange.max_chunk)
                    if not source.held:
                        return
                    self._deliver(list(self._unsettled(reason)))
                    source.held.clear()
        except TimeoutError:
            self._deliver(list(self._unsettled(reason)))
            source.held.clear()

    async def _work(self) -> None:
        exchange = self.exchange
        while exchange.may_begin():
            async with self._reading:
                await self._wait_for_room()
                if not exchange.may_begin():
                    return
                chunk = await self._next_chunk()
            if chunk is None:
                return
            if not exchange.active:
                # The time in which the source or the caller kept us waiting is not the service's.
                exchange.progress_at = asyncio.get_running_loop().time()
            await carry(exchange, chunk, self._alone)

    async def _wait_for_room(self) -> None:
        while len(self._settled) >= self._most:
            self._room.clear()
            await self._room.wait()

    async def _next_chunk(self) -> Chunk[ItemT] | None:
        operation, source = self.exchange.operation, self._source
        start = await source.hold(self.exchange.max_chunk)
        items = source.held
        if not items:
            return None
        try:
            # A model is checked as a whole: the items of a stream have not been seen before.
            whole = operation.with_items(self.exchange.request, items)
            operation.request.model_validate(dict(whole))
            first, twins = distinct(operation, items)
        except Exception as error:  # noqa: BLE001 - pydantic's, or what strange items do to a function
            error.add_note(f"in items {start} to {start + len(items) - 1} of the stream")
            source.fail(error)
            self._deliver(list(self._of_held(NotAttemptedReason.STOPPED)))
            source.held = []
            return None
        for index, equals in twins.items():
            self._twins[start + index] = [(start + equal, items[equal]) for equal in equals]
        source.held = []
        return Chunk(
            indexes=[start + index for index in first], items=[items[index] for index in first]
        )

    def _deliver_answer(
        self, settlement: Settlement[ItemT, EntryT], _reply: Reply[ResponseT]
    ) -> None:
        self._deliver(settlement.outcomes())

    def _deliver(self, outcomes: Iterable[Outcome[ItemT, EntryT]]) -> None:
        for outcome in outcomes:
            self._settled.append(outcome)
            self._counts[outcome.status] += 1
            for index, item in self._twins.pop(outcome.index, ()):
                self._settled.append(replace(outcome, index=index, item=item))
                self._counts[outcome.status] += 1
        self._news.set()

    def _unsettled(self, reason: NotAttemptedReason) -> Iterator[Outcome[ItemT, EntryT]]:
        yield from self.exchange.unsettled(reason)
        yield from self._of_held(reason)

    def _of_held(self, reason: NotAttemptedReason) -> Iterator[Outcome[ItemT, EntryT]]:
        held = self._source.held
        for index, item in enumerate(held, self._source.read - len(held)):
            yield NotAttempted(index=index, item=item, reason=reason)


async def _end(driver: asyncio.Task[None]) -> None:
    """Cancel the task, and leave it to nobody: it ends within the grace."""
    cancelled: asyncio.CancelledError | None = None
    driver.cancel()
    while not driver.done():
        try:
            await asyncio.wait({driver})
        except asyncio.CancelledError as error:
            # We are told once more, and hand it on: that ends the grace.
            driver.cancel()
            cancelled = error
    if not driver.cancelled():
        # Whoever leaves early has no use for what it raised, and nobody is to complain of it.
        driver.exception()
    if cancelled is not None:
        raise cancelled


class _Source(Generic[ItemT]):
    """Where items come from: reads an iterable of either kind, chunk by chunk.

    Attributes:
        is_async: whether it is an async iterable.
        read: how many items were read.
        held: items that were read last, and are not yet in a call or settled.
        error: what ended it too early.
    """

    def __init__(self, items: Iterable[ItemT] | AsyncIterable[ItemT]) -> None:
        self.is_async = isinstance(items, AsyncIterable)
        self.read = 0
        self.held: list[ItemT] = []
        self.error: Exception | None = None
        self._ended = False
        self._sync = None if isinstance(items, AsyncIterable) else iter(items)
        self._async = aiter(items) if isinstance(items, AsyncIterable) else None

    async def hold(self, size: int) -> int:
        """Read into `held`, one by one so that none is lost on the way, until it has `size` items.

        Returns:
            The index of the first of them.
        """
        # Something is held already where an earlier reader was cancelled.
        start = self.read - len(self.held)
        try:
            if self._sync is not None and not self._ended:
                for item in islice(self._sync, size - len(self.held)):
                    self._keep(item)
            while self._async is not None and not self._ended and len(self.held) < size:
                self._keep(await anext(self._async))
        except StopAsyncIteration:
            self._ended = True
        except Exception as error:  # noqa: BLE001 - the caller's own, and it goes to the caller
            self.fail(error)
        return start

    def _keep(self, item: ItemT) -> None:
        self.held.append(item)
        self.read += 1

    def fail(self, error: Exception) -> None:
        """Read nothing more, because of an error that the caller is to see."""
        if self.error is None:
            self.error, self._ended = error, True
