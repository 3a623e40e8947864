"""`stream_batch`: sources of any kind and length, read as fast as outcomes are taken."""

from __future__ import annotations

import asyncio
import gc
import io
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession

from itemwise import (
    BatchResult,
    CallRecord,
    NotAttemptedReason,
    Status,
    Succeeded,
    stream_batch,
)
from itemwise.results import json_line
from itemwise.testing import (
    Delay,
    FailItems,
    LocalAWS,
    PoisonItems,
)
from tests.wire.cases import (
    CONNECT,
    Case,
    left_behind,
    only_fms,
    until,
)
from tests.wire.streams import (
    BRIEF,
    SOURCES,
    AnyStream,
    Reading,
    check_stream,
    open_stream,
    quiet,
)


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
