"""Every way to leave a stream."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import NotAttempted, NotAttemptedReason, Pace, Status
from itemwise.testing import (
    Delay,
    Drop,
    FailCalls,
    FailItems,
    Fault,
    LocalAWS,
    PoisonItems,
    Throttle,
)
from tests.conftest import Clock
from tests.wire.cases import FMS, Case, cancelled_each_round, left_behind, only_fms, rounds, until
from tests.wire.streams import (
    BRIEF,
    PATIENT,
    SOURCES,
    AnyOutcome,
    Reading,
    check_stream,
    collect,
    in_second_call,
    open_stream,
    quiet,
)


@pytest.mark.parametrize(
    ("kind", "taken"), [(kind, taken) for kind in SOURCES for taken in (1, 4, 17)]
)
async def test_a_stream_that_is_closed_early_accounts_for_all_that_was_read(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str, taken: int
) -> None:
    reading = Reading(case.items(range(40)))
    aws.inject(FailItems(items=set(case.keys(1, 11, 21)), code=case.final_code))
    yielded: list[AnyOutcome] = []

    source = SOURCES[kind](reading)
    async with open_stream(
        case, client, source, chunk_size=4, concurrency=2, retry=BRIEF
    ) as stream:
        async for outcome in stream:
            yielded.append(outcome)
            if len(yielded) == taken:
                break

    read = stream.progress.total
    assert kind == "list" or read == reading.read
    assert len(yielded) == taken
    counts = check_stream(case, aws, reading.items[:read], [*yielded, *stream.pending])
    assert [outcome.index for outcome in stream.pending] == sorted(o.index for o in stream.pending)
    reasons = {outcome.reason for outcome in stream.pending if isinstance(outcome, NotAttempted)}
    assert reasons <= {NotAttemptedReason.CANCELLED}
    # What the close left open is counted too.
    assert stream.progress.settled == read
    assert {status: getattr(stream.progress, status) for status in counts} == counts
    assert left_behind() == []
    # And it stays closed.
    await stream.aclose()
    assert [outcome async for outcome in stream] == []


async def test_a_close_gives_calls_in_flight_their_grace(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items(range(4))
    stream, yielded = await in_second_call(case, client, aws, items, PATIENT, seconds=0.02)

    await stream.aclose()

    counts = check_stream(case, aws, items, [*yielded, *stream.pending])
    assert counts == {"succeeded": 4}


async def test_a_close_leaves_unknown_what_does_not_answer(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items(range(6))
    stream, yielded = await in_second_call(case, client, aws, items, BRIEF, seconds=30)

    await stream.aclose()

    counts = check_stream(case, aws, items[: stream.progress.total], [*yielded, *stream.pending])
    assert counts == {"succeeded": 2, "unknown": 2}
    assert left_behind() == []


@only_fms
async def test_a_close_that_is_cancelled_is_cancelled_and_leaves_nothing_running(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items(range(6))
    stream, yielded = await in_second_call(case, client, aws, items, PATIENT, seconds=30)

    task = asyncio.create_task(stream.aclose())
    await rounds(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    counts = check_stream(case, aws, items[: stream.progress.total], [*yielded, *stream.pending])
    assert counts == {"succeeded": 2, "unknown": 2}
    assert left_behind() == []


@only_fms
@pytest.mark.parametrize("in_a_block", [True, False])
async def test_who_cancels_again_in_each_round_of_the_loop_finds_the_stream_at_its_end(
    case: Case, client: AioBaseClient, aws: LocalAWS, *, in_a_block: bool
) -> None:
    aws.inject(Delay(seconds=3600))
    items = case.items(range(7))
    stream = open_stream(case, client, items, chunk_size=2, retry=PATIENT)

    async def iterate() -> None:
        async with stream if in_a_block else contextlib.nullcontext():
            await collect(stream, [])

    task = asyncio.create_task(iterate())
    await until(lambda: stream.progress.calls == 4)

    assert await cancelled_each_round(task)

    assert check_stream(case, aws, items, stream.pending) == {"unknown": 7}
    assert left_behind() == []


async def test_a_close_ends_the_iteration_of_another_task(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    items = case.items(range(40))
    stream = open_stream(case, client, items, chunk_size=2, concurrency=2, retry=PATIENT)
    yielded = [await anext(stream)]
    aws.inject(Delay(seconds=0.02))
    iterating = asyncio.create_task(collect(stream, yielded))
    await until(lambda: stream.progress.calls == 4)

    await stream.aclose()
    await iterating

    read = stream.progress.total
    assert read < 40
    counts = check_stream(case, aws, items[:read], [*yielded, *stream.pending])
    assert counts["succeeded"] == 2 * aws.ledger.call_count() == 8
    assert [outcome async for outcome in stream] == []
    assert left_behind() == []
    gc.collect()
    assert complaints == []


async def test_who_closes_at_once_waits_for_one_end_and_one_grace(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items(range(4))
    stream, yielded = await in_second_call(case, client, aws, items, PATIENT, seconds=0.02)

    async with stream:
        closing = [asyncio.create_task(stream.aclose()) for _ in range(2)]
        await rounds(5)
        assert not any(task.done() for task in closing)
    await asyncio.gather(*closing)

    counts = check_stream(case, aws, items, [*yielded, *stream.pending])
    assert counts == {"succeeded": 4}


@only_fms
async def test_a_cancellation_of_who_closes_is_that_ones_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    items = case.items(range(2))
    yielded: list[AnyOutcome] = []
    stream = open_stream(case, client, items, retry=PATIENT)
    iterating = asyncio.create_task(collect(stream, yielded))
    await until(lambda: stream.progress.calls == 1)
    impatient, other = (asyncio.create_task(stream.aclose()) for _ in range(2))
    await rounds(5)

    impatient.cancel("enough")
    with pytest.raises(asyncio.CancelledError) as raised:
        await impatient
    await asyncio.gather(iterating, other)

    assert raised.value.args == ("enough",)
    assert check_stream(case, aws, items, [*yielded, *stream.pending]) == {"unknown": 2}
    assert left_behind() == []


@only_fms
async def test_a_close_after_the_deadline_leaves_the_grace_as_it_is(
    case: Case, client: AioBaseClient, aws: LocalAWS, clock: Clock
) -> None:
    delay = aws.inject(Delay(seconds=1.5))
    items = case.items(range(60))
    options = {"chunk_size": 2, "concurrency": 1, "timeout": 1, "retry": PATIENT}
    stream = open_stream(case, client, items, **options)
    yielded: list[AnyOutcome] = []
    iterating = asyncio.create_task(collect(stream, yielded))
    await until(lambda: delay.fired > 0)
    clock.now += 1
    await rounds(10)

    closing = asyncio.create_task(stream.aclose())
    await rounds(10)
    assert not closing.done()
    clock.now += 0.6
    await asyncio.gather(iterating, closing)

    # And of the source nothing more was read.
    assert check_stream(case, aws, items[:2], [*yielded, *stream.pending]) == {"succeeded": 2}


@only_fms
@pytest.mark.parametrize("by", ["a close", "a cancellation"])
async def test_what_ends_a_stopped_stream_in_its_grace_leaves_the_grace_as_it_is(
    case: Case, client: AioBaseClient, aws: LocalAWS, clock: Clock, by: str
) -> None:
    # Of two calls one waits, and the other is refused meanwhile.
    aws.inject(Delay(seconds=1.5, times=1))
    aws.inject(FailCalls(code="AccessDeniedException", times=1))
    items = case.items(range(4))
    options = {"chunk_size": 2, "concurrency": 2, "timeout": 1, "retry": PATIENT}
    stream = open_stream(case, client, items, **options)
    yielded: list[AnyOutcome] = []
    iterating = asyncio.create_task(collect(stream, yielded))
    await until(lambda: stream.error is not None)
    clock.now += 1
    await rounds(10)

    if by == "a close":
        ending = asyncio.create_task(stream.aclose())
    else:
        ending = iterating
        iterating.cancel()
    await rounds(10)
    assert not ending.done()
    clock.now += 0.6
    await asyncio.wait([iterating, ending])

    counts = check_stream(case, aws, items, [*yielded, *stream.pending])
    assert counts == {"failed": 2, "succeeded": 2}


@pytest.mark.parametrize("kind", ["generator", "async"])
@only_fms
async def test_a_stream_that_is_dropped_is_closed_by_the_loop(
    case: Case, client: AioBaseClient, kind: str, complaints: list[str]
) -> None:
    reading = Reading(case.items(range(200)))
    source = SOURCES[kind](reading)

    async for _ in open_stream(case, client, source, chunk_size=2, concurrency=2, retry=BRIEF):
        # Full of what nobody takes: nothing but the stream itself could wake its workers.
        await quiet(reading)
        break

    await until(lambda: left_behind() == [])
    gc.collect()
    assert reading.read < 200
    assert complaints == []


@only_fms
async def test_a_stream_in_a_cycle_is_closed_when_it_is_collected(
    case: Case, client: AioBaseClient, complaints: list[str]
) -> None:
    reading = Reading(case.items(range(200)))
    stream = open_stream(case, client, iter(reading), chunk_size=2, concurrency=2, retry=BRIEF)
    await anext(stream)
    await quiet(reading)
    cycle: list[object] = [stream]
    cycle.append(cycle)

    del stream, cycle
    gc.collect()

    await until(lambda: left_behind() == [])
    gc.collect()
    assert complaints == []


@only_fms
async def test_a_stream_that_was_never_begun_reads_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    reading = Reading(case.items(range(10)))

    async with open_stream(case, client, iter(reading)) as stream:
        await rounds(5)

    assert reading.read == 0
    assert stream.pending == []
    assert aws.ledger.calls == []
    assert left_behind() == []
    assert complaints == []


async def test_a_cancelled_caller_finds_all_that_was_read(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    reading = Reading(case.items(range(12)))
    stream = open_stream(case, client, reading.slowly(), chunk_size=3, concurrency=1, retry=BRIEF)
    yielded: list[AnyOutcome] = []

    async def consume() -> None:
        async for outcome in stream:
            yielded.append(outcome)
            if len(yielded) == 3:
                aws.inject(Delay(seconds=30))

    task = asyncio.create_task(consume())
    await until(lambda: stream.progress.calls == 2)
    task.cancel("enough")
    with pytest.raises(asyncio.CancelledError) as raised:
        await task

    assert raised.value.args == ("enough",)
    reasons = {o.reason for o in stream.pending if isinstance(o, NotAttempted)}
    assert reasons <= {NotAttemptedReason.CANCELLED}
    counts = check_stream(case, aws, reading.items[: reading.read], [*yielded, *stream.pending])
    assert counts.pop("succeeded") == 3
    assert counts.pop("unknown") == 3
    assert {o.status for o in stream.pending} <= {Status.UNKNOWN, Status.NOT_ATTEMPTED}
    assert set(counts) <= {"not_attempted"}
    assert left_behind() == []
    assert complaints == []


@only_fms
@pytest.mark.parametrize(
    ("fault", "options"),
    [
        pytest.param(PoisonItems(items=set(FMS.keys(1))), {"isolate": False}, id="isolate"),
        pytest.param(Throttle(times=1), {"retry": None}, id="retry"),
    ],
)
async def test_a_stream_takes_the_options_of_a_run(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: Fault, options: dict[str, Any]
) -> None:
    aws.inject(fault)
    items = case.items(range(6))
    outcomes: list[AnyOutcome] = []

    await collect(
        open_stream(case, client, items, chunk_size=2, concurrency=1, **options), outcomes
    )

    assert check_stream(case, aws, items, outcomes) == {"failed": 2, "succeeded": 4}
    assert aws.ledger.call_count() == 3


@only_fms
async def test_a_second_cancellation_ends_the_grace_and_leaves_nothing_running(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    stream = open_stream(case, client, case.items(range(2)), retry=PATIENT)

    async def consume() -> None:
        await anext(stream)

    task = asyncio.create_task(consume())
    await until(lambda: stream.progress.calls == 1)
    task.cancel()
    await rounds(50)
    # One cancellation waits for answers.
    assert not task.done()
    task.cancel()
    await rounds(50)

    assert task.cancelled()
    assert left_behind() == []
    assert [outcome.status for outcome in stream.pending] == ["unknown"] * 2


@only_fms
async def test_a_stream_may_be_closed_at_any_moment(
    case: Case, client: AioBaseClient, aws: LocalAWS, unpaced: Pace, complaints: list[str]
) -> None:
    seen: set[Status] = set()
    for moment in range(60):
        aws.ledger.reset()
        aws.clear_faults()
        aws.inject(Throttle(times=1))
        aws.inject(Drop(when="after", times=1))
        aws.inject(PoisonItems(items=set(case.keys(3))))
        reading = Reading(case.items(range(20)))
        options = {"chunk_size": 4, "concurrency": 2, "retry": BRIEF, "pace": unpaced}
        stream = open_stream(case, client, reading.slowly(), **options)
        yielded: list[AnyOutcome] = []

        task = asyncio.create_task(collect(stream, yielded))
        calls = moment % 11
        while aws.ledger.call_count() < calls and not task.done():
            await rounds(1)
        await rounds(moment % 17)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await rounds(30)

        outcomes = [*yielded, *stream.pending]
        check_stream(case, aws, reading.items[: reading.read], outcomes)
        seen |= {outcome.status for outcome in outcomes}
        assert left_behind() == []
    assert seen == set(Status)
    assert complaints == []
