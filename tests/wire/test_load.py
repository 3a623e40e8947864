"""A hundred runs at once on one client, as a web service has them."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections import Counter, defaultdict
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig

from itemwise import BatchRun, ResponseShape, RetryPolicy, Succeeded, run_batch
from itemwise._botocore.body import Outgoing
from itemwise._botocore.call_watch import CallWatch
from itemwise.testing import (
    Delay,
    Drop,
    FailCalls,
    LocalAWS,
    PoisonItems,
    RateLimit,
    assert_accounted,
)
from tests.wire.cases import CONNECT, FMS, AnyResult, Case

RUNS = 100
ITEMS = 30
CHUNK = 5
CALLS = ITEMS // CHUNK
METHOD = "batch_disassociate_resource"


@pytest.fixture
def case() -> Case:
    return FMS


def name(run: int) -> str:
    return f"arn:aws:ec2:eu-west-1:1:vpc/run-{run}/"


def request_of(run: int, items: int = ITEMS) -> object:
    return FMS.make([f"{name(run)}{number}" for number in range(items)])


def served(aws: LocalAWS) -> list[int]:
    """Say of each call that was accepted, in order, which run it belonged to."""
    return [
        int(call.items[0][0].split("run-")[1].split("/")[0])
        for call in aws.ledger.calls
        if call.status == 200
    ]


async def run(client: AioBaseClient, number: int, concurrency: int = 2) -> AnyResult:
    return await run_batch(
        client,
        FMS.operation,
        request_of(number),
        chunk_size=CHUNK,
        concurrency=concurrency,
        retry=RetryPolicy(base_delay=0.001),
    )


async def test_a_hundred_runs_complete_and_none_starves(
    aws: LocalAWS, client: AioBaseClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: set[str] = set()
    all_answered = asyncio.Event()
    send: Any = getattr(client, METHOD)

    async def held(**members: Any) -> object:
        """Keep each answer until every run has one there."""
        answer = await send(**members)
        answered.add(members["Items"][0].rpartition("/")[0])
        if len(answered) == RUNS:
            all_answered.set()
        await all_answered.wait()
        return answer

    monkeypatch.setattr(client, METHOD, held)

    results = await asyncio.gather(*(run(client, number) for number in range(RUNS)))

    for number, result in enumerate(results):
        assert result.ok
        assert_accounted(result, aws, request=FMS.make([o.item for o in result.outcomes]))
        assert result.outcomes[0].item == f"{name(number)}0"
    order = served(aws)
    assert Counter(order) == dict.fromkeys(range(RUNS), CALLS)
    # Every run is under way before any has ended. Where one had to wait for the end of another, the
    # answers above would be kept for ever.
    done: Counter[int] = Counter()
    for place, number in enumerate(order):
        done[number] += 1
        if done[number] == CALLS:
            assert len(set(order[:place])) == RUNS
            break


async def test_runs_that_want_more_connections_than_there_are_share_them(
    aws: LocalAWS, client: AioBaseClient
) -> None:
    # 600 calls at once, and a pool of 256.
    results = await asyncio.gather(
        *(run(client, number, concurrency=CALLS) for number in range(RUNS))
    )

    assert all(result.ok for result in results)
    assert Counter(served(aws)) == dict.fromkeys(range(RUNS), CALLS)


async def test_a_service_that_throttles_is_shared_by_all_runs(
    aws: LocalAWS, client: AioBaseClient
) -> None:
    aws.inject(RateLimit(rate=150, burst=5))
    runs = 20

    results = await asyncio.gather(*(run(client, number) for number in range(runs)))

    assert all(result.ok for result in results)
    order = served(aws)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(order):
        places[number].append(place)
    # One run after the other would be 114 calls before the last begins, and 6 until the first ends.
    # Those that left before the first throttle have a start on the others; then they take turns.
    assert max(calls[0] for calls in places.values()) < len(order) * 3 / 4
    assert min(calls[-1] for calls in places.values()) > len(order) / 6


async def test_a_rejected_run_a_late_run_and_a_cancelled_run_leave_the_others_alone(
    aws: LocalAWS, client: AioBaseClient
) -> None:
    rejected, late, cancelled = 7, 8, 9
    aws.inject(
        PoisonItems(items=lambda key: key[0].startswith(name(rejected)), code="NoPermission")
    )
    aws.inject(Drop(when="after", probability=0.02))
    aws.inject(FailCalls(status=500, probability=0.02))
    stopping = BatchRun(client, FMS.operation, request_of(cancelled), chunk_size=CHUNK)
    running = [
        asyncio.create_task(
            stopping.execute()
            if number == cancelled
            else run_batch(client, FMS.operation, request_of(late), timeout=0)
            if number == late
            else run(client, number)
        )
        for number in range(RUNS)
    ]
    while not aws.ledger.call_count():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0)
    running[cancelled].cancel()

    results = await asyncio.gather(*running, return_exceptions=True)

    assert isinstance(results[cancelled], asyncio.CancelledError)
    assert sum(stopping.result.counts.values()) == ITEMS
    for number, result in enumerate(results):
        if number == cancelled:
            continue
        assert not isinstance(result, BaseException)
        if number == rejected:
            assert result.error is not None
            assert result.error.code == "NoPermission"
            assert not result.succeeded
        elif number == late:
            assert result.counts["not_attempted"] == ITEMS
        else:
            assert result.ok, result


async def test_a_slow_run_holds_nobody_up(aws: LocalAWS, client: AioBaseClient) -> None:
    slow = aws.inject(Delay(seconds=50, times=1))
    waiting = asyncio.create_task(run(client, RUNS))
    while not slow.fired:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0)

    results = await asyncio.gather(*(run(client, number) for number in range(RUNS)))

    assert all(result.ok for result in results)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_runs_leave_nothing_behind() -> None:
    runs = 20
    # Few connections, opened at once: their buffers are not what is measured.
    config = AioConfig(max_pool_connections=4)
    async with (
        LocalAWS(keep_calls=False, keep_applied=False) as aws,
        aws.client("fms", config=config) as client,
    ):

        async def wave() -> int:
            """Make runs side by side, and say how many bytes are held after them."""
            await asyncio.gather(*(run(client, number) for number in range(runs)))
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            await wave()
            before = await wave()
            after = [await wave() for _ in range(3)]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # A result that stayed would be three times as large.
    assert min(after) - before < runs * 4096
    assert peak - before < runs * 2**18


def outcomes_and_entries() -> int:
    """Count those that the process holds, whoever made them."""
    gc.collect()
    # By type: to ask some objects for their class is to have them import modules.
    return sum(issubclass(type(one), Succeeded | ResponseShape) for one in gc.get_objects())


async def test_a_run_keeps_no_object_for_an_item_that_succeeded() -> None:
    async with (
        LocalAWS(keep_calls=False, keep_applied=False) as aws,
        aws.client(CONNECT.operation.service) as client,
    ):
        request = CONNECT.make([f"arn-{number}" for number in range(200)])
        before = outcomes_and_entries()

        result = await run_batch(client, CONNECT.operation, request)

        assert outcomes_and_entries() == before
        assert all(outcome.entry is not None for outcome in result.succeeded)
        assert len(result.succeeded) == 200


async def test_requests_and_replies_do_not_outlive_their_calls(
    aws: LocalAWS, client: AioBaseClient
) -> None:
    # Held by whatever still holds the context of a call.
    request = FMS.make([f"{name(0)}{number}" for number in range(200)])

    await run_batch(client, FMS.operation, request, chunk_size=5, concurrency=20)

    gc.collect()
    # By type: to ask some objects for their class is to have them import modules.
    left = [one for one in gc.get_objects() if issubclass(type(one), CallWatch | Outgoing)]
    assert not [
        reply
        for reply in left
        if isinstance(reply, CallWatch) and (reply._caught or reply._unparsed)
    ]
    assert not [sent for sent in left if isinstance(sent, Outgoing) and sent.members]
