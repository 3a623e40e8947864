"""`stream_batch`: items from a source of any length, outcomes as they settle, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Iterable, Sequence
from types import AsyncGeneratorType, TracebackType
from typing import Generic, Self, TypeVar, cast

from aiobotocore.client import AioBaseClient

from itemwise._call.arguments import check_call
from itemwise._errors import CallError
from itemwise._operation import Operation
from itemwise._outcomes import Outcome, UnmatchedEntry
from itemwise._pace import Pace, queue_of
from itemwise._policy import DEFAULT_RETRY, RetryPolicy
from itemwise._run.options import check_options
from itemwise._run.state import RunState
from itemwise._shape import Request, Response
from itemwise._stream.outbox import Outbox
from itemwise._stream.run import StreamRun
from itemwise._stream.source import Source
from itemwise.results import Progress

__all__ = ["BatchStream", "stream_batch"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_MOST_UNMATCHED = 1000


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
    So does that of an item that does not fit the request: what was read before it is sent, and it
    and what was read after it are `NotAttempted`. A run that a fault stops yields the rest of the
    source as `NotAttempted`.

    Args:
        client: any aiobotocore client of the operation's service.
        operation: what to call.
        request: the shared members; its own items are empty.
        items: the source, an iterable or an async iterable; an item's index is its place in it. A
            generator is closed when the stream has ended, however it does.
        concurrency: most calls in flight at once, from 1.
        chunk_size: most items in a call, from 1 to the operation's limit, which is the default.
        retry: how attempts are repeated; ``None`` makes exactly one attempt for each chunk.
        timeout: seconds from the first step after which nothing new starts. What was read ends
            `Unknown` or `NotAttempted`; of an async source nothing more is read, and one that waits
            for its next item is cancelled.
        isolate: whether a rejected chunk is halved until the culprits stand alone.
        pace: when attempts may start; by default what all runs on this client and operation share.

    Raises:
        ValueError: an argument is out of its range, or the request has items of its own; while
            iterating: two items of a chunk have one key and differ, or the operation makes requests
            with more items than it was given, or fewer.
        TypeError: an argument is of another kind, or of another service or operation; as the source
            also a string, bytes or a mapping. While iterating: an item is of another kind than the
            operation takes.
        ConfigurationError: the installed botocore does not know the operation, or not by its name.
        RuntimeError: called outside of a running event loop, to which the stream belongs.
        pydantic.ValidationError: while iterating: an item does not fit the request. A note says
            which of the stream.
    """
    check_call(client, operation, request, retry)
    check_options(
        operation,
        concurrency=concurrency,
        chunk_size=chunk_size,
        timeout=timeout,
        isolate=isolate,
        pace=pace,
    )
    if operation.items(request):
        raise ValueError(
            f"the request of a stream of {operation.name} carries the shared members alone: "
            "leave its items empty, and pass them as the source"
        )
    max_chunk = chunk_size or operation.max_items
    outbox = Outbox[ItemT, EntryT](concurrency * max_chunk)
    state = RunState(
        client=client,
        operation=operation,
        request=request,
        policy=retry,
        isolate=isolate,
        queue=queue_of(client, operation, pace),
        deliver_answer=outbox.answered,
        deliver=outbox.settled,
        max_chunk=max_chunk,
        # A stream has no end that could show them.
        records=deque(maxlen=0),
        unmatched=deque(maxlen=_MOST_UNMATCHED),
    )
    run = StreamRun(state, Source(items), outbox, concurrency=concurrency, timeout=timeout)
    return BatchStream(run)


class BatchStream(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """An async iterator over outcomes, made by `stream_batch`.

    Leave it by exhausting it, or close it: ``async with stream`` or ``await stream.aclose()``.
    """

    def __init__(self, run: StreamRun[RequestT, ResponseT, ItemT, EntryT]) -> None:
        # Two objects: the tasks that work at the stream must not hold this one, so that a stream
        # that is dropped half-way can be collected, and is closed by the loop then.
        self._run = run
        # What such a function returns is of the type that can say whether it runs.
        self._outcomes = cast("AsyncGeneratorType[Outcome[ItemT, EntryT]]", run.outcomes())

    @property
    def operation(self) -> Operation[RequestT, ResponseT, ItemT, EntryT]:
        """What the stream calls."""
        return self._run.state.operation

    @property
    def progress(self) -> Progress:
        """The counts of the stream, for a progress bar; the total is what was read so far."""
        return self._run.progress()

    @property
    def pending(self) -> Sequence[Outcome[ItemT, EntryT]]:
        """The outcomes of items that were read and not yet yielded, in the order of the source."""
        return self._run.pending()

    @property
    def error(self) -> CallError | None:
        """The fault of a call that stopped the run, if one did.

        What the source or an item that does not fit brings is no such fault: iterating raises it.
        """
        return self._run.state.error

    @property
    def unmatched(self) -> Sequence[UnmatchedEntry]:
        """Entries of replies that name no item that was sent: the last thousand of them."""
        return tuple(self._run.state.unmatched)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[ItemT, EntryT]:
        if self._outcomes.ag_running:
            raise RuntimeError(
                "another task takes outcomes of this stream: one takes them at a time"
            )
        return await anext(self._outcomes)

    async def aclose(self) -> None:
        """Start nothing more, give calls in flight their grace, and account for what was read.

        `pending` then has the outcomes that were not yielded. Any task may close the stream, also
        while another iterates, whose iteration ends then, and while another closes it.

        A source that is a generator is closed too, and what that raises is raised here. As ``async
        with`` is left because of an error, it is logged instead, so that it does not hide that one.

        Raises:
            asyncio.CancelledError: the caller was cancelled; this has ended the grace.
        """
        await self.__aexit__(None, None, None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._run.close()
        finally:
            # Whoever iterates right now sees the end, and closes by that.
            if not self._outcomes.ag_running:
                await self._outcomes.aclose()
        self._run.tell_fault(error)
