"""`stream_batch`: sources of any kind and length, and every way to leave a stream."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession
from pydantic import ValidationError

from itemwise import (
    BatchResult,
    BatchStream,
    CallRecord,
    Key,
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    Pace,
    RetryPolicy,
    Status,
    Succeeded,
    stream_batch,
)
from itemwise.results import json_line
from itemwise.testing import (
    Delay,
    Drop,
    ExtraFailures,
    FailCalls,
    FailItems,
    Fault,
    LocalAWS,
    PoisonItems,
    Throttle,
)
from tests.conftest import Clock
from tests.wire.cases import (
    CONNECT,
    FMS,
    GREENGRASS,
    RAM,
    Case,
    case_id,
    check_accounting,
    rounds,
    until,
)

AnyStream = BatchStream[Any, Any, Any, Any]
AnyOutcome = Outcome[Any, Any]

BRIEF = RetryPolicy(max_attempts=3, base_delay=0.001, max_delay=0.004, grace=0.01)
PATIENT = RetryPolicy(grace=1)

only_fms = pytest.mark.parametrize("case", [FMS], ids=case_id)


class SourceError(Exception):
    """What a source of the caller's own raises."""


class Reading:
    """A source that knows how far it was read.

    Attributes:
        read: how many items it has given away.
        breaks_at: where it raises.
        gates: by place, what it waits for before it goes on.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = list(items)
        self.read = 0
        self.breaks_at = -1
        self.gates: dict[int, asyncio.Event] = {}

    def __iter__(self) -> Iterator[Any]:
        for place, item in enumerate(self.items):
            self._next(place)
            yield item

    async def slowly(self) -> AsyncIterator[Any]:
        for place, item in enumerate(self.items):
            if place in self.gates:
                await self.gates[place].wait()
            await asyncio.sleep(0)
            self._next(place)
            yield item

    def _next(self, place: int) -> None:
        if place == self.breaks_at:
            raise SourceError
        self.read += 1


SOURCES: dict[str, Callable[[Reading], Any]] = {
    "list": lambda reading: reading.items,
    "generator": iter,
    "async": Reading.slowly,
}


def open_stream(case: Case, client: AioBaseClient, items: Any, **options: Any) -> AnyStream:
    """Open a stream with a pace of its own: tests are not to slow each other down."""
    pace = options.pop("pace", None) or Pace()
    return stream_batch(client, case.operation, case.make([]), items, pace=pace, **options)


def check_stream(
    case: Case, aws: LocalAWS, items: Sequence[Any], outcomes: Iterable[AnyOutcome]
) -> dict[str, int]:
    """Hold all outcomes of what was read against the ledger, and count them."""
    in_order = sorted(outcomes, key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in in_order] == list(items)
    result = BatchResult[Any, Any](operation=case.operation, outcomes=in_order)
    check_accounting(case, aws, case.make(items), result)
    return {status: count for status, count in result.counts.items() if count}


async def in_second_call(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    items: Sequence[Any],
    retry: RetryPolicy,
    *,
    seconds: float,
) -> tuple[AnyStream, list[AnyOutcome]]:
    """Open a stream that has yielded one outcome, and whose second call takes so many seconds."""
    stream = open_stream(case, client, items, chunk_size=2, concurrency=1, retry=retry)
    yielded = [await anext(stream)]
    aws.inject(Delay(seconds=seconds))
    await until(lambda: stream.progress.calls == 2)
    return stream, yielded


async def collect(stream: AnyStream, outcomes: list[AnyOutcome]) -> None:
    """Take what a stream yields, one by one: what raises at last loses none of it."""
    async for outcome in stream:
        outcomes.append(outcome)  # noqa: PERF401 - for that reason


def left_behind() -> list[asyncio.Task[Any]]:
    """List the tasks that still run, but for the test's own and those of the server."""
    return [
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and "RequestHandler" not in repr(task.get_coro())
    ]


async def quiet(reading: Reading) -> None:
    """Wait until nothing is read any more."""
    calm = 0
    while calm < 200:
        read = reading.read
        await asyncio.sleep(0)
        calm = calm + 1 if reading.read == read else 0


@pytest.fixture
async def complaints() -> list[str]:
    """What the loop says of tasks and generators that nobody looked after."""
    said: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(str(context)))
    return said


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_source_of_any_kind_is_read_to_its_end(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    reading = Reading(case.items(range(23)))
    aws.inject(FailItems(items=set(case.keys(4, 20)), code=case.final_code))
    stream = open_stream(case, client, SOURCES[kind](reading), chunk_size=5, concurrency=3)

    outcomes = [outcome async for outcome in stream]

    counts = check_stream(case, aws, reading.items, outcomes)
    assert counts == {"succeeded": 21, "failed": 2}
    assert sorted(len(call.items) for call in aws.ledger.calls) == [3, 5, 5, 5, 5]
    assert stream.pending == []
    progress = stream.progress
    assert (progress.total, progress.settled, progress.calls) == (23, 23, 5)
    assert (progress.succeeded, progress.failed) == (21, 2)
    assert left_behind() == []
    assert [outcome async for outcome in stream] == []


async def test_an_empty_source_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    assert [outcome async for outcome in open_stream(case, client, [])] == []
    assert aws.ledger.calls == []


async def test_outcomes_come_before_the_source_has_ended(case: Case, client: AioBaseClient) -> None:
    reading = Reading(case.items(range(10)))
    reading.gates[5] = asyncio.Event()
    stream = open_stream(case, client, reading.slowly(), chunk_size=5)

    first = [await anext(stream) for _ in range(5)]

    assert {outcome.index for outcome in first} == set(range(5))
    # The rest of the source is not there yet: the outcomes did not wait for it.
    assert reading.read == 5
    reading.gates[5].set()
    assert {outcome.index async for outcome in stream} == set(range(5, 10))


@pytest.mark.parametrize("kind", ["generator", "async"])
@pytest.mark.parametrize(("concurrency", "chunk_size"), [(1, 1), (1, 10), (4, 3), (8, 25)])
@only_fms
async def test_the_source_is_read_only_as_fast_as_outcomes_are_taken(
    case: Case, client: AioBaseClient, kind: str, concurrency: int, chunk_size: int
) -> None:
    reading = Reading(case.items(range(20 * chunk_size)))
    source = SOURCES[kind](reading)
    options = {"concurrency": concurrency, "chunk_size": chunk_size}
    bound = 2 * concurrency * chunk_size

    taken = 0
    async for _ in open_stream(case, client, source, **options):
        taken += 1
        if taken in (1, 5 * chunk_size):
            # However long the caller takes.
            await quiet(reading)
        assert reading.read - taken <= bound
    assert taken == len(reading.items)


def alive(kind: type[object]) -> int:
    """Count the objects of a kind that something holds; earlier tests may hold some too."""
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


@only_fms
async def test_what_was_taken_is_held_by_nobody(case: Case, session: AioSession) -> None:
    async with (
        LocalAWS(keep_calls=False, keep_applied=False) as aws,
        aws.client("fms", session=session) as client,
    ):
        most, taken, before, calls_before = 0, 0, alive(Succeeded), alive(CallRecord)
        numbers = (case.item(number) for number in range(6000))
        async for _ in open_stream(case, client, numbers, concurrency=2):
            taken += 1
            if taken % 1500 == 0:
                most = max(most, alive(Succeeded) - before)
                # Nor is what tells of calls: a stream has no end that could show it.
                assert alive(CallRecord) <= calls_before
        assert taken == 6000
        assert most <= 2 * 2 * case.limit + 1


async def test_the_request_stays_as_it_is_and_serves_again(
    case: Case, client: AioBaseClient
) -> None:
    request = case.make([])
    before = request.model_dump()
    for _ in range(2):
        source = case.items(range(7))
        stream: AnyStream = stream_batch(client, case.operation, request, source, chunk_size=3)
        assert len([outcome async for outcome in stream]) == 7
    assert request.model_dump() == before


async def test_a_request_with_items_of_its_own_is_refused(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    with pytest.raises(ValueError, match=f"{case.name}.*leave its items empty"):
        stream_batch(client, case.operation, case.request(1), case.items([2]))
    assert aws.ledger.calls == []


@only_fms
async def test_bad_arguments_are_refused_at_once(case: Case, client: AioBaseClient) -> None:
    request = case.make([])
    with pytest.raises(ValueError, match="concurrency"):
        stream_batch(client, case.operation, request, [], concurrency=0)
    with pytest.raises(ValueError, match="chunk_size"):
        stream_batch(client, case.operation, request, [], chunk_size=101)
    with pytest.raises(ValueError, match="timeout"):
        stream_batch(client, case.operation, request, [], timeout=-1)
    with pytest.raises(TypeError, match="BatchDisassociateResourceRequest"):
        stream_batch(client, case.operation, CONNECT.make([]), [])
    nothing: Any = object()
    with pytest.raises(TypeError, match="aiobotocore client"):
        stream_batch(nothing, case.operation, request, [])


@only_fms
@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("arn:1", "put one item into a list"),
        (b"arn:1", "put one item into a list"),
        ({"arn:1": "a", "arn:2": "b"}, "put one item into a list"),
        (5, "put a single item into a list"),
        (asyncio.sleep, "call it"),
    ],
)
async def test_what_is_no_source_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS, source: Any, hint: str
) -> None:
    with pytest.raises(TypeError, match=f"not {type(source).__name__}: {hint}"):
        stream_batch(client, case.operation, case.make([]), source)
    coroutine: Any = asyncio.sleep(0)
    with pytest.raises(TypeError, match="not coroutine: await it"):
        stream_batch(client, case.operation, case.make([]), coroutine)
    coroutine.close()

    assert aws.ledger.calls == []


async def test_equal_items_in_a_chunk_travel_once_and_apart_they_travel_again(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = case.items([0, 1, 0, 0, 2, 0])
    stream = open_stream(case, client, items, chunk_size=4, concurrency=1)

    outcomes = [outcome async for outcome in stream]

    assert sorted(outcome.index for outcome in outcomes) == list(range(6))
    assert all(outcome.item == items[outcome.index] for outcome in outcomes)
    assert {outcome.status for outcome in outcomes} == {Status.SUCCEEDED}
    assert sorted(case.applied(aws).values()) == [1, 1, 2]
    assert stream.progress.settled == 6


@only_fms
async def test_what_is_under_way_is_pending_and_not_yet_settled(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading = Reading(case.items(range(4)))
    reading.gates[3] = asyncio.Event()
    stream = open_stream(case, client, reading.slowly(), chunk_size=2, concurrency=1, retry=BRIEF)
    yielded = [await anext(stream)]
    await until(lambda: reading.read == 3)

    # The third waits for others in its chunk.
    assert [outcome.index for outcome in stream.pending] == [1, 2]
    assert getattr(stream.pending[1], "reason", None) is NotAttemptedReason.PENDING
    assert stream.progress.settled == 2
    await stream.aclose()
    assert getattr(stream.pending[1], "reason", None) is NotAttemptedReason.CANCELLED
    assert stream.progress.settled == stream.progress.total == 3
    counts = check_stream(case, aws, reading.items[:3], [*yielded, *stream.pending])
    assert counts == {"succeeded": 2, "not_attempted": 1}


async def test_equal_items_are_pending_one_by_one(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    items = case.items([0, 1, 0, 0])
    stream = open_stream(case, client, items, retry=BRIEF)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(stream), 0.02)

    assert [(o.index, o.status) for o in stream.pending] == [(i, "unknown") for i in range(4)]


async def test_a_bad_item_stands_alone_and_the_rest_goes_through(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(13))))
    items = case.items(range(20))

    outcomes = [outcome async for outcome in open_stream(case, client, items, chunk_size=10)]

    assert check_stream(case, aws, items, outcomes) == {"succeeded": 19, "failed": 1}


async def test_a_line_of_a_stream_is_what_a_result_writes(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1, 3)), code=case.final_code, message="No."))
    stream = open_stream(case, client, case.items(range(5)))
    outcomes = [outcome async for outcome in stream]
    sink = io.StringIO()
    BatchResult[Any, Any](operation=case.operation, outcomes=outcomes).to_jsonl(sink)

    lines = [json_line(stream.operation, outcome) for outcome in outcomes]

    assert lines == sink.getvalue().splitlines()
    assert [line.count('"status":"failed"') for line in lines] == [0, 1, 0, 1, 0]


# --- ways to leave --------------------------------------------------------------------------------


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


# --- faults of the source -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["generator", "async"])
@pytest.mark.parametrize("place", [0, 1, 5, 7])
async def test_an_error_of_the_source_comes_after_what_was_read_has_its_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str, place: int
) -> None:
    reading = Reading(case.items(range(20)))
    reading.breaks_at = place
    stream = open_stream(case, client, SOURCES[kind](reading), chunk_size=5, concurrency=2)
    outcomes: list[AnyOutcome] = []

    with pytest.raises(SourceError):
        await collect(stream, outcomes)

    counts = check_stream(case, aws, reading.items[:place], outcomes)
    assert counts == ({"succeeded": place} if place else {})
    assert stream.pending == []
    assert left_behind() == []


@pytest.mark.parametrize("kind", SOURCES)
@only_fms
async def test_an_item_that_does_not_fit_the_request_is_named_and_ends_the_reading(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    items = case.items(range(20))
    items[12] = ""
    source = SOURCES[kind](Reading(items))
    stream = open_stream(case, client, source, chunk_size=5, concurrency=2)
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValidationError) as caught:
        await collect(stream, outcomes)

    assert caught.value.__notes__ == ["item 12 of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items[:15]
    # What stands before it in its chunk is sent.
    assert [o.status for o in outcomes] == [*["succeeded"] * 12, *["not_attempted"] * 3]
    assert set(case.applied(aws)) == set(case.keys(*range(12)))
    reasons = {getattr(outcome, "reason", None) for outcome in outcomes}
    assert reasons == {None, NotAttemptedReason.STOPPED}
    assert stream.pending == []
    assert stream.error is None


@pytest.mark.parametrize("bad", range(8))
@only_fms
async def test_a_bad_item_is_found_wherever_it_stands(
    case: Case, client: AioBaseClient, aws: LocalAWS, bad: int
) -> None:
    items = case.items([0, 1, 2, 0, 4, 5, 1, 7])
    items[bad] = ""
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValidationError) as caught:
        await collect(open_stream(case, client, items), outcomes)

    assert caught.value.__notes__ == [f"item {bad} of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items
    assert [o.status for o in outcomes] == ["succeeded"] * bad + ["not_attempted"] * (8 - bad)
    assert set(case.applied(aws)) == {case.key(item) for item in items[:bad]}


async def test_an_item_of_another_kind_is_named(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = [*case.items(range(5)), object(), *case.items([6, 7])]
    stream = open_stream(case, client, items, chunk_size=4, concurrency=1)
    outcomes: list[AnyOutcome] = []

    with pytest.raises((ValidationError, TypeError)) as caught:
        await collect(stream, outcomes)

    said = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    assert "item 5 of the stream" in "\n".join(said)
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [o.status for o in outcomes] == [*["succeeded"] * 5, *["not_attempted"] * 3]
    assert outcomes[5].item is items[5]
    assert left_behind() == []
    assert case.sizes(aws) == [4, 1]


@pytest.mark.parametrize(
    ("case", "item", "cause"),
    [
        pytest.param(RAM, "a string", AttributeError, id="makes no request"),
        # It can stand for a model in a request, and has no key.
        pytest.param(GREENGRASS, GREENGRASS.item(2).model_dump(), AttributeError, id="has no key"),
    ],
)
async def test_what_an_item_of_another_kind_does_to_a_function_is_a_type_error(
    case: Case, client: AioBaseClient, aws: LocalAWS, item: object, cause: type[Exception]
) -> None:
    items = [*case.items(range(2)), item]
    outcomes: list[AnyOutcome] = []

    kind = type(item).__name__
    with pytest.raises(TypeError, match=f"item 2 of the stream is a {kind}, .*{case.name}") as told:
        await collect(open_stream(case, client, items), outcomes)

    assert isinstance(told.value.__cause__, cause)
    statuses = [o.status for o in sorted(outcomes, key=lambda outcome: outcome.index)]
    assert statuses == ["succeeded", "succeeded", "not_attempted"]
    assert set(case.applied(aws)) == set(case.keys(0, 1))


@only_fms
async def test_items_with_one_key_that_differ_are_both_named(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def key(_position: int, item: str) -> Key:
        # What follows the sign is in no entry.
        return (item.partition("#")[0],)

    operation = replace(case.operation, key=key)
    items = [f"{item}#{place}" for place, item in enumerate(case.items([*range(8), 6, 9]))]
    stream: AnyStream = stream_batch(
        client, operation, case.make([]), items, chunk_size=5, concurrency=1
    )
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValueError, match="items 6 and 8 of BatchDisassociateResource") as caught:
        await collect(stream, outcomes)

    assert caught.value.__notes__ == ["item 8 of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items
    assert [o.status for o in outcomes] == [*["succeeded"] * 8, *["not_attempted"] * 2]
    assert case.sizes(aws) == [5, 3]


@pytest.mark.parametrize("kind", SOURCES)
@only_fms
async def test_an_operation_that_leaves_items_out_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        return case.operation.with_items(request, items[:-1])

    reading = Reading(case.items(range(8)))
    stream: AnyStream = stream_batch(
        client,
        replace(case.operation, with_items=with_items),
        case.make([]),
        SOURCES[kind](reading),
        chunk_size=4,
        concurrency=1,
    )
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValueError, match=f"{case.name} was given 4 items .* with 3"):
        await collect(stream, outcomes)

    assert check_stream(case, aws, reading.items[:4], outcomes) == {"not_attempted": 4}
    assert aws.ledger.calls == []


@only_fms
async def test_a_fault_in_an_operations_own_code_loses_no_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    for leaves_early in (True, False):
        aws.ledger.reset()
        calls = count()

        def with_items(request: Any, items: Any, calls: Iterator[int] = calls) -> Any:
            # Each chunk is built to be checked, and once more to be sent.
            if next(calls) == 3:
                raise ZeroDivisionError
            return case.operation.with_items(request, items)

        operation = replace(case.operation, with_items=with_items)
        items = case.items(range(8))
        stream: AnyStream = stream_batch(
            client, operation, case.make([]), items, chunk_size=2, concurrency=1
        )
        yielded = [await anext(stream)]
        await until(lambda: left_behind() == [])
        if not leaves_early:
            with pytest.raises(ZeroDivisionError):
                await collect(stream, yielded)
        await stream.aclose()

        outcomes = [*yielded, *stream.pending]
        counts = check_stream(case, aws, items[: stream.progress.total], outcomes)
        assert counts == {"succeeded": 2, "not_attempted": 2}
        # What was left open comes before the error does.
        assert stream.progress.settled == 4 == (len(outcomes) if leaves_early else len(yielded))
        reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, NotAttempted)}
        assert reasons == {NotAttemptedReason.STOPPED}
        del stream
        gc.collect()
    assert complaints == []


@only_fms
async def test_a_source_that_cancels_itself_misplaces_no_item(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    class Cancelling:
        def __init__(self) -> None:
            self.given = 0
            self.cancelled = False

        def __aiter__(self) -> Cancelling:
            return self

        async def __anext__(self) -> str:
            if self.given == 3 and not self.cancelled:
                self.cancelled = True
                raise asyncio.CancelledError
            if self.given == 10:
                raise StopAsyncIteration
            self.given += 1
            item: str = case.item(self.given - 1)
            return item

    outcomes: list[AnyOutcome] = []
    with pytest.raises(asyncio.CancelledError):
        await collect(
            open_stream(case, client, Cancelling(), chunk_size=5, concurrency=2), outcomes
        )

    assert check_stream(case, aws, case.items(range(10)), outcomes) == {"succeeded": 10}


@only_fms
async def test_a_sync_source_that_raises_the_end_of_an_async_one_has_failed(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def source() -> Iterator[Any]:
        yield from case.items(range(3))
        raise StopAsyncIteration

    outcomes: list[AnyOutcome] = []

    # As Python has it: the iteration of a stream cannot raise what would be its own end.
    with pytest.raises(RuntimeError) as caught:
        await collect(open_stream(case, client, source()), outcomes)

    assert isinstance(caught.value.__cause__, StopAsyncIteration)
    assert check_stream(case, aws, case.items(range(3)), outcomes) == {"succeeded": 3}


# --- the source is closed -------------------------------------------------------------------------


class Cursor:
    """A source that holds something open, and lets go of it as a generator does.

    Attributes:
        items: what it gives away.
        read: how many items it has given away.
        held: whether it holds something open.
        breaks: whether letting go of it raises.
        gate: what it waits for after 12 items; only the async one does.
    """

    def __init__(self, case: Case) -> None:
        self.read = 0
        self.held = False
        self.breaks = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.items = case.items(range(1000))

    def sync(self) -> Iterator[Any]:
        self.held = True
        try:
            for item in self.items:
                self.read += 1
                yield item
        finally:
            self._let_go()

    async def slow(self) -> AsyncGenerator[Any]:
        self.held = True
        try:
            for item in self.items:
                if self.read == 12:
                    await self.gate.wait()
                self.read += 1
                yield item
        finally:
            await asyncio.sleep(0)
            self._let_go()

    def _let_go(self) -> None:
        assert self.held
        self.held = False
        if self.breaks:
            raise SourceError


CURSORS: dict[str, Callable[[Cursor], Any]] = {"generator": Cursor.sync, "async": Cursor.slow}
FEW: dict[str, Any] = {"chunk_size": 3, "concurrency": 2, "retry": PATIENT}


async def leave_the_block(stream: AnyStream) -> None:
    async with stream:
        await anext(stream)


async def close_from_elsewhere(stream: AnyStream) -> None:
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled > 0)
    await asyncio.gather(stream.aclose(), stream.aclose(), iterating)


async def be_cancelled(stream: AnyStream) -> None:
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled > 0)
    iterating.cancel()
    await asyncio.wait({iterating})


LEAVES = pytest.mark.parametrize("leave", [leave_the_block, close_from_elsewhere, be_cancelled])


@LEAVES
@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_is_left_closes_its_source(
    case: Case,
    client: AioBaseClient,
    kind: str,
    leave: Callable[[AnyStream], Awaitable[None]],
) -> None:
    cursor = Cursor(case)
    # Held here too, so that nothing but the stream can have closed it.
    source = CURSORS[kind](cursor)
    stream = open_stream(case, client, source, **FEW)

    await leave(stream)

    assert not cursor.held
    assert cursor.read == stream.progress.total < 1000
    assert left_behind() == []


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_is_dropped_closes_its_source(
    case: Case, client: AioBaseClient, kind: str, complaints: list[str]
) -> None:
    cursor = Cursor(case)
    source = CURSORS[kind](cursor)

    async for _ in open_stream(case, client, source, **FEW):
        break

    await until(lambda: not cursor.held)
    await until(lambda: left_behind() == [])
    gc.collect()
    assert complaints == []


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_a_bad_item_ends_closes_its_source(
    case: Case, client: AioBaseClient, kind: str
) -> None:
    cursor = Cursor(case)
    cursor.items[7] = ""
    source = CURSORS[kind](cursor)

    with pytest.raises(ValidationError):
        await collect(open_stream(case, client, source, **FEW), [])

    assert not cursor.held


@only_fms
async def test_a_source_that_is_being_closed_is_not_disturbed_by_a_close(
    case: Case, client: AioBaseClient
) -> None:
    closing, gate, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def source() -> AsyncGenerator[Any]:
        try:
            for item in ["", *case.items(range(9))]:
                yield item
        finally:
            closing.set()
            await gate.wait()
            closed.set()

    items = source()
    stream = open_stream(case, client, items, **FEW)
    await anext(stream)
    await closing.wait()

    leaving = asyncio.create_task(stream.aclose())
    await rounds(5)
    assert not leaving.done()
    gate.set()
    await leaving

    assert closed.is_set()


@only_fms
async def test_a_deadline_cancels_an_async_generator_where_it_waits(
    case: Case, client: AioBaseClient, clock: Clock
) -> None:
    cursor = Cursor(case)
    cursor.gate.clear()
    source = cursor.slow()
    stream = open_stream(case, client, source, timeout=1, **FEW)
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled == 12)

    clock.now += 1
    await iterating

    assert not cursor.held
    assert cursor.read == stream.progress.total == 12
    with pytest.raises(StopAsyncIteration):
        await anext(source)


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_what_closing_a_source_raises_reaches_who_leaves(
    case: Case, client: AioBaseClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    source = CURSORS[kind](cursor)
    stream = open_stream(case, client, source, **FEW)

    with pytest.raises(SourceError):
        await leave_the_block(stream)

    assert not cursor.held
    assert stream.progress.settled == stream.progress.total
    # It was told, and is not told again.
    await stream.aclose()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("kind", CURSORS)
@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
@only_fms
async def test_what_closing_a_source_raises_hides_no_other_error(
    case: Case,
    client: AioBaseClient,
    kind: str,
    error: type[BaseException],
    caplog: pytest.LogCaptureFixture,
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    source = CURSORS[kind](cursor)

    async def leave_by_an_error() -> None:
        async with open_stream(case, client, source, **FEW) as stream:
            await anext(stream)
            raise error

    with pytest.raises(error):
        await leave_by_an_error()

    assert not cursor.held
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    for part in (case.name, "closing the source", "SourceError", error.__name__):
        assert part in record.getMessage()


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_the_error_of_a_bad_item_and_not_that_of_closing_is_raised(
    case: Case, client: AioBaseClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    cursor.items[7] = ""
    source = CURSORS[kind](cursor)

    with pytest.raises(ValidationError):
        await collect(open_stream(case, client, source, **FEW), [])

    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "SourceError, while ValidationError" in record.getMessage()


@only_fms
async def test_a_source_that_is_no_generator_stays_as_it_is(
    case: Case, client: AioBaseClient
) -> None:
    rest = iter(case.items(range(1000)))

    async with open_stream(case, client, rest, **FEW) as stream:
        await anext(stream)

    assert len([*rest]) == 1000 - stream.progress.total


# --- runs that stop -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_fault_of_the_request_drains_the_source(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(60)))
    source = SOURCES[kind](reading)
    stream = open_stream(case, client, source, chunk_size=3, concurrency=2, retry=BRIEF)

    outcomes = [outcome async for outcome in stream]

    counts = check_stream(case, aws, reading.items, outcomes)
    assert counts["failed"] <= 6
    assert counts["not_attempted"] >= 54
    assert stream.error is not None
    assert stream.error.code == "AccessDeniedException"
    assert aws.ledger.call_count() <= 2
    reasons = {getattr(outcome, "reason", None) for outcome in outcomes}
    assert reasons == {None, NotAttemptedReason.STOPPED}


@only_fms
async def test_a_drained_source_is_read_no_faster_than_outcomes_are_taken(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(500)))
    taken = 0
    async for _ in open_stream(case, client, iter(reading), chunk_size=5, concurrency=2):
        taken += 1
        assert reading.read - taken <= 2 * 2 * 5
    assert taken == 500


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_deadline_that_is_past_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    reading = Reading(case.items(range(10)))

    stream = open_stream(case, client, SOURCES[kind](reading), timeout=0)
    outcomes = [outcome async for outcome in stream]

    assert aws.ledger.calls == []
    # An async source can keep us waiting: nothing more is read of it.
    assert len(outcomes) == (0 if kind == "async" else 10)
    assert {getattr(o, "reason", None) for o in outcomes} <= {NotAttemptedReason.DEADLINE}


async def test_a_deadline_in_flight_leaves_unknown_what_was_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    items = case.items(range(8))
    stream = open_stream(
        case, client, items, chunk_size=2, concurrency=2, timeout=0.02, retry=BRIEF
    )

    outcomes = [outcome async for outcome in stream]

    assert check_stream(case, aws, items, outcomes) == {"unknown": 4, "not_attempted": 4}
    assert left_behind() == []


@only_fms
async def test_a_deadline_ends_the_wait_for_a_source(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading = Reading(case.items(range(10)))
    reading.gates[4] = asyncio.Event()
    stream = open_stream(case, client, reading.slowly(), chunk_size=3, timeout=0.05, retry=PATIENT)

    outcomes = [outcome async for outcome in stream]

    # Three were sent, and the fourth waited for others in its chunk; on a slow machine less.
    assert reading.read <= 4
    counts = check_stream(case, aws, reading.items[: reading.read], outcomes)
    assert counts.get("succeeded", 0) in {0, 3}


@only_fms
async def test_a_deadline_ends_the_drain_of_a_source(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(20)))
    reading.gates[7] = asyncio.Event()
    stream = open_stream(
        case, client, reading.slowly(), chunk_size=3, concurrency=1, timeout=0.05, retry=PATIENT
    )

    outcomes = [outcome async for outcome in stream]

    # Seven, unless the machine is so slow that the deadline comes before the first answer.
    counts = check_stream(case, aws, reading.items[: reading.read], outcomes)
    assert counts["failed"] == 3
    assert reading.read <= 7
    assert left_behind() == []


@only_fms
async def test_time_spent_on_the_source_is_no_stall(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading = Reading(case.items(range(4)))
    stream: AnyStream

    async def source() -> AsyncIterator[Any]:
        async for item in reading.slowly():
            if reading.read == 3:
                # As if it had taken an hour, at the end of which the service throttles.
                await until(lambda: stream.progress.settled == 2)
                stream._flow.exchange.progress_at -= 3600
                aws.inject(Throttle(times=1))
            yield item

    stream = open_stream(case, client, source(), chunk_size=2, concurrency=1)
    outcomes = [outcome async for outcome in stream]

    assert check_stream(case, aws, reading.items, outcomes) == {"succeeded": 4}
    assert stream.progress.throttled == 1


@only_fms
async def test_entries_that_match_nothing_are_kept_up_to_a_number(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(ExtraFailures(sent=tuple(f"unsent-{number}" for number in range(400))))
    items = case.items(range(4))
    stream = open_stream(case, client, items, chunk_size=1, concurrency=1)

    outcomes = [outcome async for outcome in stream]

    # Each reply has a failure of an unknown item: no silence of it is trusted.
    assert check_stream(case, aws, items, outcomes) == {"unknown": 4}
    assert len(stream.unmatched) == 1000
