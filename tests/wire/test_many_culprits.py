"""Many bad items, or a fault of the request that begins in mid-run: both look alike for a while."""

from __future__ import annotations

import asyncio
import math
import random
import uuid
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import (
    BatchResult,
    CallError,
    NotAttemptedReason,
    RejectedError,
    RetryPolicy,
    run_batch,
)
from itemwise.testing import Delay, FailCalls, LocalAWS, PoisonItems
from tests.wire.cases import (
    CONNECT,
    FMS,
    AnyResult,
    Case,
    case_id,
    check_accounting,
    inject_after,
    left_behind,
    only_fms,
    until,
)
from tests.wire.streams import BRIEF, AnyOutcome, check_stream, collect, open_stream

both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["batch", "stream"])

BAD_CHUNKS: dict[str, Collection[int]] = {
    **{f"{count}-in-a-row": range(100, 100 + count) for count in (28, 76, 97, 100)},
    **{f"{count}-at-the-end": range(200 - count, 200) for count in (28, 99)},
    **{f"{n}-at-random": random.Random(n).sample(range(100, 200), n) for n in (60, 95)},
}
"""Culprits of one chunk of 100, by how they lie."""


async def send_all(
    case: Case, client: AioBaseClient, items: Sequence[Any], *, streamed: bool, concurrency: int
) -> tuple[AnyResult, CallError | None]:
    """Send items as a batch or as a stream."""
    if not streamed:
        result: AnyResult = await run_batch(
            client, case.operation, case.make(items), concurrency=concurrency
        )
        return result, result.error
    stream = open_stream(case, client, items, concurrency=concurrency)
    outcomes = sorted([outcome async for outcome in stream], key=lambda outcome: outcome.index)
    return BatchResult[Any, Any](operation=case.operation, outcomes=outcomes), stream.error


@only_fms
@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("culprits", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
@both_ways
async def test_no_innocent_fails_however_many_culprits_share_its_chunk(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    *,
    culprits: Collection[int],
    concurrency: int,
    streamed: bool,
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    items = case.items(range(400))

    result, error = await send_all(case, client, items, streamed=streamed, concurrency=concurrency)

    check_accounting(case, aws, case.make(items), result)
    assert error is None
    assert [failure.index for failure in result.failed] == sorted(culprits)
    assert result.counts["succeeded"] == 400 - len(culprits)
    # Each rejected part is halved, and each culprit stands alone in the end.
    assert aws.ledger.call_count() <= 3 + 2 * case.limit - 1


@only_fms
@pytest.mark.parametrize("concurrency", [1, 8])
async def test_ten_culprits_of_ten_thousand_cost_a_few_calls_each(
    case: Case, client: AioBaseClient, aws: LocalAWS, concurrency: int
) -> None:
    culprits = list(range(57, 10_000, 1000))
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(10_000)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=concurrency)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert result.counts["succeeded"] == 9_990
    assert aws.ledger.call_count() <= 100 + 10 * (2 * math.log2(case.limit) + 2)


@pytest.mark.parametrize("case", [FMS, CONNECT], ids=case_id)
async def test_chunks_of_culprits_with_a_good_one_in_between_do_not_stop_the_run(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    size = case.limit
    culprits = [*range(size, 2 * size), *range(3 * size, 4 * size)]
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    # The second of them is the last chunk: there is no other to be asked.
    request = case.request(4 * size)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert result.counts["succeeded"] == 2 * size
    assert result.error is None


@only_fms
@pytest.mark.parametrize(
    ("size", "culprits"),
    [
        (100, range(99)),
        (100, range(1, 100)),
        (100, [0, 50, 99]),
        (11, range(0, 11, 2)),
        (11, range(1, 11, 2)),
    ],
    ids=str,
)
async def test_a_group_of_culprits_or_every_second_item_never_stops_a_run_at_its_start(
    case: Case, client: AioBaseClient, aws: LocalAWS, size: int, culprits: Collection[int]
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(2 * size)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=size, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == list(culprits)
    assert result.error is None


@only_fms
async def test_chunks_of_culprits_that_are_refused_in_other_words_do_not_stop_the_run(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    for start, words in ((100, "No such resource."), (200, "It is malformed.")):
        keys = set(case.keys(*range(start, start + 100)))
        aws.inject(PoisonItems(items=keys, message=words))
    request = case.request(400)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == list(range(100, 300))
    assert result.counts["succeeded"] == 200
    assert result.error is None


@only_fms
async def test_a_first_chunk_that_is_not_found_out_in_time_does_not_stop_the_run(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*range(100)))))
    request = case.request(300)

    result, _ = await asyncio.gather(
        run_batch(
            client,
            case.operation,
            request,
            concurrency=1,
            timeout=0.2,
            retry=replace(fast, grace=1),
        ),
        # Its answer comes within the grace.
        inject_after(aws, 1, Delay(seconds=0.5)),
    )

    check_accounting(case, aws, request, result)
    assert result.error is None
    assert result.counts["failed"] == 100
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}


@only_fms
@pytest.mark.parametrize(
    ("chunks", "concurrency", "most"),
    # There may be few chunks left, and those in flight have but each other to be told by.
    [(40, 1, 25), (2, 1, 25), (40, 8, 59), (7, 8, 59)],
)
@both_ways
async def test_a_fault_of_the_request_that_begins_in_mid_run_is_found_in_few_calls(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    *,
    chunks: int,
    concurrency: int,
    most: int,
    streamed: bool,
) -> None:
    good = 4 * case.limit
    # Whatever comes later is refused, alone or not.
    aws.inject(PoisonItems(items=lambda key: int(str(key[0]).rpartition("-")[2]) >= good))
    items = case.items(range(good + chunks * case.limit))

    result, error = await send_all(case, client, items, streamed=streamed, concurrency=concurrency)

    check_accounting(case, aws, case.make(items), result)
    assert isinstance(error, RejectedError)
    assert result.counts["succeeded"] == good
    assert result.counts["failed"] <= 2 * concurrency * case.limit
    # A stream makes one more while the next chunk is read.
    assert aws.ledger.call_count() <= 4 + most + streamed


@only_fms
@pytest.mark.parametrize("answered", [0, 5])
async def test_a_fault_of_the_request_is_found_too_where_its_words_have_ids(
    case: Case, client: AioBaseClient, aws: LocalAWS, answered: int
) -> None:
    async def begin() -> None:
        await until(lambda: aws.ledger.call_count() >= answered)
        for number in range(200):
            words = f"Set rs-1 is not valid (request {uuid.UUID(int=number)})."
            aws.inject(FailCalls(code=case.item_error, message=words, times=1))

    request = case.request(1000)

    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, concurrency=1), begin()
    )

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, RejectedError)
    assert aws.ledger.call_count() - answered <= (25 if answered else 4)


@only_fms
@pytest.mark.parametrize("chunk_size", [1, 2, 3, 7])
async def test_small_chunks_of_culprits_stop_the_run_after_some_dozens(
    case: Case, client: AioBaseClient, aws: LocalAWS, chunk_size: int
) -> None:
    culprits = range(10, 100)
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(100)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=chunk_size, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, RejectedError)
    assert 32 <= result.counts["failed"] <= 48


@only_fms
async def test_what_waits_has_its_outcome_when_the_time_is_up(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    culprits = range(100, 200)
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(400)

    # When eight parts of the second chunk have been rejected, it waits for the third.
    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, concurrency=1, timeout=0.5, retry=fast),
        inject_after(aws, 10, Delay(seconds=3)),
    )

    check_accounting(case, aws, request, result)
    assert result.counts == {"succeeded": 100, "failed": 100, "unknown": 100, "not_attempted": 100}
    assert [failure.index for failure in result.failed] == list(culprits)


@only_fms
async def test_a_source_that_waits_for_the_outcomes_of_a_chunk_gets_them(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    culprits = range(100, 190)
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    items = case.items(range(300))
    outcomes: list[AnyOutcome] = []

    async def source() -> AsyncIterator[Any]:
        for number, item in enumerate(items):
            if number % case.limit == 0:
                await until(lambda: len(outcomes) == number)  # noqa: B023 - called at once
            yield item

    stream = open_stream(case, client, source(), concurrency=2)
    await collect(stream, outcomes)

    assert check_stream(case, aws, items, outcomes) == {"succeeded": 210, "failed": 90}
    assert stream.error is None


@only_fms
async def test_what_waits_is_pending_in_a_stream_that_is_left(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*range(100, 200)))))
    items = case.items(range(200))
    held = asyncio.Event()

    async def source() -> AsyncIterator[Any]:
        for item in items:
            yield item
        await held.wait()

    stream = open_stream(case, client, source(), concurrency=1, retry=BRIEF)
    outcomes = [await anext(stream)]
    await until(lambda: aws.ledger.call_count() >= 15)
    await stream.aclose()
    outcomes += stream.pending

    counts = check_stream(case, aws, items, outcomes)
    assert counts.keys() <= {"succeeded", "failed", "unknown"}
    assert counts["succeeded"] == 100
    assert not left_behind()
    assert not complaints
