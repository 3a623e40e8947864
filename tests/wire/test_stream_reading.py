"""A source is read as ``async for`` reads: by one task, in one context, from first to last."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, cast

import pytest
from aiobotocore.client import AioBaseClient
from pydantic import ValidationError

from itemwise import Pace, RetryPolicy, Status, stream_batch
from itemwise.testing import Delay, FailCalls, LocalAWS
from tests.wire.cases import Case, left_behind, only_fms, until
from tests.wire.streams import (
    AnyOutcome,
    AnyStream,
    Reading,
    SourceError,
    check_stream,
    collect,
    open_stream,
)

page: ContextVar[str] = ContextVar("page", default="none")

SMALL: dict[str, Any] = {"chunk_size": 2, "concurrency": 8}


class Owner:
    """A source that notes in which task it runs, and what its context says."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items
        self.tasks = set[Any]()
        self.pages = set[str]()

    def _note(self) -> None:
        self.tasks.add(asyncio.current_task())
        self.pages.add(page.get())

    def sync(self) -> Iterator[Any]:
        token = page.set("first")
        try:
            for item in self.items:
                self._note()
                yield item
        finally:
            self._note()
            page.reset(token)

    async def slow(self) -> AsyncGenerator[Any]:
        token = page.set("first")
        try:
            for item in self.items:
                self._note()
                await asyncio.sleep(0)
                yield item
        finally:
            await asyncio.sleep(0)
            self._note()
            page.reset(token)


OWNERS: dict[str, Callable[[Owner], Any]] = {"generator": Owner.sync, "async": Owner.slow}


@pytest.mark.parametrize("leaves_early", [False, True])
@pytest.mark.parametrize("kind", OWNERS)
@only_fms
async def test_one_task_reads_a_source_and_closes_it(
    case: Case, client: AioBaseClient, kind: str, *, leaves_early: bool
) -> None:
    owner = Owner(case.items(range(40)))
    stream = open_stream(case, client, OWNERS[kind](owner), **SMALL)

    async with stream:
        async for _ in stream:
            if leaves_early:
                break

    assert len(owner.tasks) == 1
    assert owner.pages == {"first"}
    assert page.get() == "none"
    assert left_behind() == []


@pytest.mark.parametrize("waits_in", ["source", "stream"])
@only_fms
async def test_a_timeout_that_a_source_holds_ends_the_source_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS, waits_in: str
) -> None:
    items, expire = case.items(range(3)), asyncio.Event()

    async def drain() -> AsyncIterator[Any]:
        try:
            async with asyncio.timeout(None) as limit:
                expire_at.append(limit.reschedule)
                for item in items:
                    yield item
                if waits_in == "source":
                    expire.set()
                    await asyncio.Event().wait()
                yield case.item(3)
                await asyncio.Event().wait()
        except TimeoutError:
            return

    expire_at: list[Callable[[float], None]] = []
    stream = open_stream(case, client, drain(), chunk_size=1, concurrency=1)
    outcomes: list[AnyOutcome] = []
    if waits_in == "stream":
        # Nobody asks for more: the source waits where it yielded.
        outcomes += [await anext(stream) for _ in range(2)]
        await until(lambda: stream.progress.settled >= 3)
    collecting = asyncio.create_task(collect(stream, outcomes))
    if waits_in == "source":
        await expire.wait()
    expire_at[0](asyncio.get_running_loop().time())
    await collecting

    counts = check_stream(case, aws, case.items(range(stream.progress.total)), outcomes)
    assert counts == {"succeeded": stream.progress.total}
    assert stream.progress.total in {3, 4}
    assert left_behind() == []


@pytest.mark.parametrize("produced", [0, 5])
@only_fms
async def test_a_task_group_that_a_source_holds_brings_its_error_to_the_caller(
    case: Case, client: AioBaseClient, aws: LocalAWS, produced: int
) -> None:
    items, outcomes = case.items(range(produced)), list[AnyOutcome]()
    taken = asyncio.Event()

    async def fail() -> None:
        await taken.wait()
        raise SourceError

    async def source() -> AsyncIterator[Any]:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            for item in items:
                yield item
            taken.set()
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as caught:
        await collect(open_stream(case, client, source(), **SMALL), outcomes)

    assert caught.group_contains(SourceError)
    assert check_stream(case, aws, items, outcomes) == ({"succeeded": 5} if produced else {})
    assert left_behind() == []


@only_fms
async def test_what_cancels_a_waiting_source_is_the_generators_to_handle(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items, tasks = case.items(range(4)), list[Any]()

    async def source() -> AsyncIterator[Any]:
        tasks.append(asyncio.current_task())
        for item in items[:3]:
            try:
                yield item
            except asyncio.CancelledError:
                yield items[3]
                return

    stream = open_stream(case, client, source(), chunk_size=1, concurrency=1)
    outcomes = [await anext(stream)]
    # Its outcomes have no more room: the source waits where it yielded.
    await until(lambda: stream.progress.settled == 2)
    tasks[0].cancel()
    await collect(stream, outcomes)

    assert check_stream(case, aws, [*items[:2], items[3]], outcomes) == {"succeeded": 3}


@only_fms
async def test_the_source_of_a_streams_source_can_close_the_outer_one(
    case: Case, client: AioBaseClient
) -> None:
    outer: AnyStream

    async def innermost() -> AsyncIterator[Any]:
        yield case.item(0)
        await outer.aclose()
        yield case.item(1)

    async def source() -> AsyncIterator[Any]:
        async for outcome in open_stream(case, client, innermost(), chunk_size=1):
            yield outcome.item

    outer = open_stream(case, client, source(), chunk_size=1)
    outcomes = [outcome async for outcome in outer]

    assert len(outcomes) + len(outer.pending) == outer.progress.total
    await until(lambda: not left_behind())


@only_fms
async def test_two_tasks_do_not_take_outcomes_at_once(case: Case, client: AioBaseClient) -> None:
    async with open_stream(case, client, case.items(range(3)), chunk_size=1) as stream:
        taking = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="another task takes outcomes of this stream"):
            await anext(stream)
        assert (await taking).status is Status.SUCCEEDED


@only_fms
async def test_a_chunk_that_comes_when_the_run_has_stopped_is_not_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(6)))
    reading.gates[3] = asyncio.Event()
    # Of two workers one is denied, and the other waits for a chunk meanwhile.
    stream = open_stream(case, client, reading.slowly(), chunk_size=2, concurrency=2)
    collecting = asyncio.create_task(collect(stream, outcomes := list[AnyOutcome]()))
    await until(lambda: stream.error is not None)

    reading.gates[3].set()
    await collecting

    counts = check_stream(case, aws, reading.items, outcomes)
    assert counts == {"failed": 2, "not_attempted": 4}


@only_fms
async def test_a_chunk_whose_worker_was_cancelled_meanwhile_is_accounted_for(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading, answer = Reading(case.items(range(4))), asyncio.Event()
    reading.gates[3] = asyncio.Event()

    async def wait_for_answer(**_: object) -> None:
        await answer.wait()

    client.meta.events.register("before-send.fms", cast("Any", wait_for_answer))
    stream = open_stream(case, client, reading.slowly(), chunk_size=2, concurrency=2)
    collecting = asyncio.create_task(collect(stream, outcomes := list[AnyOutcome]()))
    await until(lambda: reading.read == 3)

    # Not by us: as somebody does who cancels all tasks that they find.
    busy = stream._run.state.in_flight
    waiting = [task for task in asyncio.all_tasks() - busy if ".work" in repr(task.get_coro())]
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    reading.gates[3].set()
    await until(lambda: reading.read == 4)
    answer.set()
    with pytest.raises(asyncio.CancelledError):
        await collecting

    # The other worker has taken it.
    assert check_stream(case, aws, reading.items, outcomes) == {"succeeded": 4}


@pytest.mark.parametrize("answer", ["raises", "returns", "yields", "swallows"])
@pytest.mark.parametrize("how", ["deadline", "aclose", "cancel"])
@only_fms
async def test_a_stream_ends_whatever_its_source_answers_to_a_cancellation(
    case: Case, client: AioBaseClient, aws: LocalAWS, answer: str, how: str
) -> None:
    items = case.items(range(4))

    async def source() -> AsyncIterator[Any]:
        yield items[0]
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if answer == "raises":
                raise SourceError from None
            if answer == "returns":
                return
        yield items[1]
        if answer == "swallows":
            # As `asyncio.wait_for` of Python 3.11 does where the answer has come at that moment.
            yield items[2]
            await asyncio.Event().wait()

    timeout = 0.05 if how == "deadline" else None
    stream = open_stream(case, client, source(), chunk_size=3, concurrency=1, timeout=timeout)
    collecting = asyncio.create_task(collect(stream, outcomes := list[AnyOutcome]()))
    await until(lambda: stream.progress.total == 1)
    if how == "aclose":
        await stream.aclose()
    elif how == "cancel":
        collecting.cancel()
    await asyncio.wait({collecting})

    raised = None if collecting.cancelled() else collecting.exception()
    is_told = how == "deadline" and answer == "raises"
    assert isinstance(raised, SourceError) if is_told else raised is None
    left = [*outcomes, *stream.pending]
    read = items[: stream.progress.total]
    assert check_stream(case, aws, read, left) == {"not_attempted": len(read)}
    assert left_behind() == []


@only_fms
async def test_what_interruptions_bring_is_sent_in_chunks_and_no_faster_than_outcomes_are_taken(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items(range(200))

    async def source() -> AsyncIterator[Any]:
        left = iter(items)
        while True:
            try:
                async with asyncio.timeout(0.001):
                    for item in left:
                        yield item
            except TimeoutError:
                # Begun anew, as by a source that polls.
                continue
            return

    stream = open_stream(case, client, source(), chunk_size=5, concurrency=1)
    outcomes = [await anext(stream)]
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert stream.progress.total < 25
    await collect(stream, outcomes)

    assert check_stream(case, aws, items, outcomes) == {"succeeded": 200}
    assert max(len(call.items) for call in aws.ledger.calls) == 5


@pytest.mark.parametrize("how", ["deadline", "aclose"])
@only_fms
async def test_a_source_that_a_bad_item_has_ended_is_left_to_finish(
    case: Case, client: AioBaseClient, aws: LocalAWS, how: str
) -> None:
    aws.inject(Delay(seconds=30))
    said: list[str] = []
    finish = asyncio.Event()

    async def source() -> AsyncIterator[Any]:
        try:
            yield case.item(0)
            yield ""
            await asyncio.Event().wait()
        finally:
            said.append("begins")
            await finish.wait()
            said.append("ends")

    timeout = 0.05 if how == "deadline" else None
    retry = RetryPolicy(grace=0)
    stream = open_stream(
        case, client, source(), chunk_size=1, concurrency=2, timeout=timeout, retry=retry
    )
    collecting = asyncio.create_task(collect(stream, list[AnyOutcome]()))
    await until(lambda: said == ["begins"])
    closing = [asyncio.create_task(stream.aclose())] if how == "aclose" else []
    await until(lambda: stream._run.state.halted)
    finish.set()
    await asyncio.wait({collecting, *closing})

    assert said == ["begins", "ends"]
    if collecting.exception() is not None:
        assert isinstance(collecting.exception(), ValidationError)
    assert left_behind() == []


@only_fms
async def test_a_fault_of_the_operation_is_raised_though_the_time_is_up(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))

    def leave_one_out(request: Any, items: Any) -> Any:
        # Of the second chunk, while the first is in flight.
        kept = items[1:] if items[:1] == case.items([2]) else items
        return case.operation.with_items(request, kept)

    async def source() -> AsyncIterator[Any]:
        for item in case.items(range(9)):
            await asyncio.sleep(0)
            yield item

    stream = stream_batch(
        client,
        replace(case.operation, with_items=leave_one_out),
        case.make([]),
        source(),
        chunk_size=2,
        concurrency=2,
        timeout=0.05,
        retry=RetryPolicy(grace=0),
        pace=Pace(),
    )
    with pytest.raises(ValueError, match="was given 2 items and made a request with 1"):
        await collect(stream, [])


@only_fms
async def test_a_generator_that_was_begun_is_closed_though_there_was_no_time(
    case: Case, client: AioBaseClient
) -> None:
    closed = False

    async def source() -> AsyncGenerator[Any]:
        nonlocal closed
        try:
            for item in case.items(range(9)):
                yield item
        finally:
            closed = True

    begun = source()
    await anext(begun)
    assert [outcome async for outcome in open_stream(case, client, begun, timeout=0)] == []
    assert closed


@only_fms
async def test_a_task_group_in_a_source_that_is_left_early_is_no_complaint(
    case: Case, client: AioBaseClient, complaints: list[str]
) -> None:
    async def source() -> AsyncIterator[Any]:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.Event().wait())
            for item in case.items(range(9)):
                yield item

    async with open_stream(case, client, source(), chunk_size=1, concurrency=1) as stream:
        await anext(stream)
    gc.collect()
    assert left_behind() == []
    assert complaints == []
