"""`run_batch` and `BatchRun`: all items of a request, and one result."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from aiobotocore.client import AioBaseClient

from itemwise._call.arguments import check_call
from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.plan import Plan
from itemwise._lazy import LazyOutcomes
from itemwise._operation import Operation
from itemwise._outcome_store import OutcomeStore
from itemwise._outcomes import NotAttemptedReason
from itemwise._pace import Pace, queue_of
from itemwise._policy import DEFAULT_RETRY, RetryPolicy
from itemwise._run.isolate import Isolation
from itemwise._run.options import check_options
from itemwise._run.state import RunState
from itemwise._run.workers import side_by_side
from itemwise._shape import Request, Response
from itemwise.results import BatchResult, Progress

__all__ = ["BatchRun", "run_batch"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


async def run_batch(
    client: AioBaseClient,
    operation: Operation[RequestT, ResponseT, ItemT, EntryT],
    request: RequestT,
    *,
    concurrency: int = 8,
    chunk_size: int | None = None,
    retry: RetryPolicy | None = DEFAULT_RETRY,
    timeout: float | None = None,  # noqa: ASYNC109 - it returns the result, where asyncio.timeout raises
    isolate: bool = True,
    pace: Pace | None = None,
) -> BatchResult[ItemT, EntryT]:
    """Send any number of items, and account for each.

    The request is cut into chunks of the service's limit, which travel side by side. Throttling and
    transient faults are retried, retryable entries are sent again alone, and each item of the
    request ends in exactly one outcome. Nothing is raised for failures: see
    `BatchResult.raise_for_failures`.

    Args:
        client: any aiobotocore client of the operation's service.
        operation: what to call.
        request: the shared members and all items.
        concurrency: most calls in flight at once, from 1.
        chunk_size: most items in a call, from 1 to the operation's limit, which is the default.
        retry: how attempts are repeated; ``None`` makes exactly one attempt for each chunk.
        timeout: seconds from now after which nothing new starts. Calls in flight are given
            `RetryPolicy.grace`; what is left is `Unknown` or `NotAttempted`, and the result is
            returned.
        isolate: whether a chunk that is rejected because of an item is halved until the culprits
            stand alone; else all items of the chunk fail.
        pace: when attempts may start; by default what all runs on this client and operation share.

    Returns:
        One outcome for each item, in input order.

    Raises:
        ValueError: an argument is out of its range, two items have one key and differ, or the
            operation makes requests with more items than it was given, or fewer.
        TypeError: an argument is of another kind, or of another service or operation.
        ConfigurationError: the installed botocore does not know the operation, or not by its name.
        asyncio.CancelledError: the caller was cancelled. For the accounting of what was done until
            then hold a `BatchRun`.
    """
    run = BatchRun(
        client,
        operation,
        request,
        concurrency=concurrency,
        chunk_size=chunk_size,
        retry=retry,
        timeout=timeout,
        isolate=isolate,
        pace=pace,
    )
    return await run.execute()


class BatchRun(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """One run that the caller holds: its result is complete at any moment.

    Takes the arguments of `run_batch` and raises the same for bad ones.

    Raises:
        RuntimeError: made outside of a running event loop, to which it belongs.
    """

    def __init__(
        self,
        client: AioBaseClient,
        operation: Operation[RequestT, ResponseT, ItemT, EntryT],
        request: RequestT,
        *,
        concurrency: int = 8,
        chunk_size: int | None = None,
        retry: RetryPolicy | None = DEFAULT_RETRY,
        timeout: float | None = None,
        isolate: bool = True,
        pace: Pace | None = None,
    ) -> None:
        check_call(client, operation, request, retry)
        check_options(
            operation,
            concurrency=concurrency,
            chunk_size=chunk_size,
            timeout=timeout,
            isolate=isolate,
            pace=pace,
        )
        self._concurrency = concurrency
        self._timeout = timeout
        self._items = operation.items(request)
        self._plan = Plan(operation, self._items)
        self._store = OutcomeStore(
            operation=operation, items=self._items, duplicates=self._plan.duplicates
        )
        self._result: BatchResult[ItemT, EntryT] | None = None
        self._begun = False
        self._state = RunState(
            client=client,
            operation=operation,
            request=request,
            policy=retry,
            isolate=isolate,
            queue=queue_of(client, operation, pace),
            deliver_answer=self._store.answered,
            deliver=self._store.settled,
            max_chunk=chunk_size or operation.max_items,
        )
        self._isolation = Isolation(self._state)

    def __repr__(self) -> str:
        return f"<BatchRun of {self.operation.name}: {self.progress}>"

    @property
    def operation(self) -> Operation[RequestT, ResponseT, ItemT, EntryT]:
        """What the run calls."""
        return self._state.operation

    @property
    def progress(self) -> Progress:
        """The counts of the run, for a progress bar."""
        counts = self._store.counts if self._result is None else self._result.counts
        return self._state.progress(len(self._items), counts)

    @property
    def result(self) -> BatchResult[ItemT, EntryT]:
        """The complete accounting at this moment, also after `execute` was cancelled.

        While the run is under way, items whose call may have been applied are `Unknown`, and those
        that it has not come to are `NotAttempted` with the reason ``pending``. Items that wait to
        go again after a refusal, such as a throttle, are `Failed` with it until they do.
        """
        if self._result is not None:
            return self._result
        return self._accounting(NotAttemptedReason.PENDING)

    async def execute(self) -> BatchResult[ItemT, EntryT]:
        """Run to the end, once.

        Raises:
            RuntimeError: the run has begun before, or was made in another event loop.
            ValueError: the operation makes requests with more items than it was given, or fewer;
                `result` is complete.
            asyncio.CancelledError: the caller was cancelled; `result` is complete.
        """
        if self._begun:
            raise RuntimeError("a run is executed once: make another BatchRun")
        state = self._state
        if state.loop is not asyncio.get_running_loop():
            raise RuntimeError(
                "a run belongs to the event loop in which it was made, as its client"
            )
        self._begun = True
        chunks = -(-self._plan.remaining() // state.max_chunk)
        reason = NotAttemptedReason.CANCELLED
        try:
            in_time = await side_by_side(
                self._work, min(self._concurrency, chunks), state, self._timeout
            )
            if state.error is not None:
                reason = NotAttemptedReason.STOPPED
            elif not in_time:
                reason = NotAttemptedReason.DEADLINE
        except Exception:
            reason = NotAttemptedReason.STOPPED
            raise
        finally:
            self._result = result = self._accounting(reason)
            unknown = result.unknown
            code = unknown[0].error.code if unknown else None
            self._state.warn_of_unknown(len(unknown), code)
        return result

    async def _work(self) -> None:
        state = self._state
        while state.may_begin():
            chunk = self._plan.take(state.max_chunk)
            if chunk is None:
                break
            await self._isolation.send(OpenItems(chunk))
        await self._isolation.finish()

    def _accounting(self, reason: NotAttemptedReason) -> BatchResult[ItemT, EntryT]:
        state = self._state
        store = self._store.copy()
        store.settled(state.unsettled(reason))
        outcomes = LazyOutcomes(store, reason)
        assert len(outcomes) == len(self._items)
        return BatchResult(
            operation=state.operation,
            outcomes=outcomes,
            unmatched=tuple(state.unmatched),
            error=state.error,
            calls=tuple(state.records),
        )
