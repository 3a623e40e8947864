"""How a workload is run, and what must hold of its run alone, whatever the service did."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, BatchStream, Outcome, Pace, Status, stream_batch
from tests.property.chaos.schedule import Schedule
from tests.property.chaos.sources import Source
from tests.property.chaos.workload import CallerError, Workload
from tests.wire.cases import AnyRun

__all__ = ["HANG_SECONDS", "Observed", "run_workload"]

AnyOutcome = Outcome[Any, Any]
AnyStream = BatchStream[Any, Any, Any, Any]
ProgressCheck = Callable[[], None]

HANG_SECONDS: Final = 20.0
"""What takes longer than this does not end by itself."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a workload has brought.

    Attributes:
        items: the items that were handed over: of a stream, those that were read.
        outcomes: their outcomes.
        partial: whether outcomes are lost with a stream that was dropped.
    """

    items: Sequence[Any]
    outcomes: Sequence[AnyOutcome]
    partial: bool = False


async def run_workload(
    workload: Workload, client: AioBaseClient, schedule: Schedule, pace: Pace | None
) -> Observed:
    """Run a workload to its end.

    Args:
        workload: what is run.
        client: the client that it is run on.
        schedule: when it is cancelled.
        pace: the pace that it shares; ``None`` is one of its own.

    Raises:
        AssertionError: something does not hold of it.
    """
    run = _batch if workload.source is None else _stream
    for _ in range(workload.start):
        await asyncio.sleep(0)
    return await run(workload, client, schedule, workload.options(pace))


async def _batch(
    workload: Workload, client: AioBaseClient, schedule: Schedule, options: dict[str, Any]
) -> Observed:
    operation = workload.described
    request = workload.case.make(workload.case.items(sorted(workload.numbers)))
    before = request.model_dump()
    run: AnyRun = BatchRun(client, operation, request, **options)
    assert set(run.result.counts.values()) <= {0, len(operation.items(request))}

    def check_progress() -> None:
        # The accounting is complete at any moment, not only at the end.
        assert sum(run.result.counts.values()) == len(operation.items(request))
        progress = run.progress
        assert progress.settled <= progress.total

    error = await _until_done(run.execute(), workload, schedule, check_progress)
    assert error is None or (isinstance(error, CallerError) and workload.caller_errors)
    assert request.model_dump() == before
    result = run.result
    outcomes = result.outcomes
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    assert sum(result.counts.values()) == len(outcomes) == run.progress.settled
    counted = Counter(outcome.status.value for outcome in outcomes)
    assert result.counts == {status.value: counted[status.value] for status in Status}
    if result.error is None and error is None and not workload.ends_early:
        assert not result.not_attempted
    return Observed(operation.items(request), outcomes)


async def _stream(
    workload: Workload, client: AioBaseClient, schedule: Schedule, options: dict[str, Any]
) -> Observed:
    case, operation = workload.case, workload.described
    request = case.make([])
    before = request.model_dump()
    source = Source(workload)
    ahead = 2 * workload.concurrency * (workload.chunk_size or case.limit)
    kept: list[AnyStream] = []

    async def consume() -> None:
        stream: AnyStream = stream_batch(client, operation, request, source.items(), **options)
        if workload.leave == "close" or workload.take is None:
            kept.append(stream)
        if workload.take == 0:
            return
        async for outcome in stream:
            source.taken.append(outcome)
            if len(source.taken) == workload.take:
                break

    error = await _until_done(consume(), workload, schedule, lambda: None)
    for stream in kept:
        await stream.aclose()
        assert stream.progress.settled == stream.progress.total == len(source.read)
        pending = [*stream.pending]
        if error is None and workload.take is None and workload.cancel is None:
            assert not pending
    # What an operation makes of an item is the item's fault, as far as a stream can know.
    cause = error.__cause__ if isinstance(error, TypeError) else error
    assert isinstance(cause, CallerError | None)
    assert source.most_ahead <= ahead, "the source was read too far ahead"
    assert request.model_dump() == before
    if not kept:
        return Observed(source.read, source.taken, partial=True)
    outcomes = sorted([*source.taken, *kept[0].pending], key=lambda outcome: outcome.index)
    assert [outcome.index for outcome in outcomes] == list(range(len(source.read)))
    return Observed(source.read, outcomes)


async def _until_done(
    work: Coroutine[Any, Any, object],
    workload: Workload,
    schedule: Schedule,
    check_progress: ProgressCheck,
) -> BaseException | None:
    """Wait for the work, cancel it where the workload says so, and give what it has raised."""
    task: asyncio.Task[object] = asyncio.create_task(work)
    canceller: asyncio.Task[None] | None = None
    if workload.cancel is not None:
        sent, rounds = workload.cancel
        reached = asyncio.Event()
        schedule.after_requests(sent, reached.set)
        canceller = asyncio.create_task(
            _cancel(task, reached, rounds, workload.again, check_progress)
        )
    await asyncio.wait({task}, timeout=HANG_SECONDS)
    assert task.done(), "the run hangs"
    if canceller is not None:
        if canceller.done():
            canceller.result()
        canceller.cancel()
        await asyncio.wait({canceller})
    check_progress()
    if task.cancelled():
        assert workload.cancel is not None, "cancelled by nobody"
        return None
    return task.exception()


async def _cancel(
    task: asyncio.Task[object],
    reached: asyncio.Event,
    rounds: int,
    again: int | None,
    check_progress: ProgressCheck,
) -> None:
    await reached.wait()
    for _ in range(rounds):
        await asyncio.sleep(0)
    check_progress()
    task.cancel()
    if again is not None:
        for _ in range(again):
            await asyncio.sleep(0)
        check_progress()
        task.cancel()
