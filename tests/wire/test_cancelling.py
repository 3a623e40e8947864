"""Runs that are cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, NotAttemptedReason, Pace, RetryPolicy, Status
from itemwise.testing import Delay, Drop, FailCalls, FailItems, LocalAWS, PoisonItems, Throttle
from tests.conftest import Clock
from tests.wire.cases import (
    FMS,
    HEALING,
    AnyResult,
    AnyRun,
    Case,
    cancelled_each_round,
    case_id,
    check_accounting,
    left_behind,
    only_fms,
    rounds,
    until,
)
from tests.wire.policies import PATIENT, POLITE


@only_fms
async def test_who_cancels_again_in_each_round_of_the_loop_finds_the_run_at_its_end(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=3600))
    request = case.request(7)
    run: AnyRun = BatchRun(client, case.operation, request, chunk_size=2, retry=POLITE)
    task = asyncio.create_task(run.execute())
    await until(lambda: len(run.result.unknown) == 7)

    # As anyio does, and with it Starlette and FastAPI.
    assert await cancelled_each_round(task)

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["unknown"] == 7
    assert left_behind() == []


async def test_a_cancelled_run_raises_cancelled_and_its_result_is_complete(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.final_code))
    delay = aws.inject(Delay(seconds=0))
    request = case.request(8)
    run: AnyRun = BatchRun(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=PATIENT
    )

    task = asyncio.create_task(run.execute())
    await until(lambda: aws.ledger.call_count() >= 1)
    delay.replace(Delay(seconds=30))
    await until(lambda: run.progress.calls >= 2)
    task.cancel("enough")
    with pytest.raises(asyncio.CancelledError):
        await task

    assert task.cancelled()
    result = run.result
    check_accounting(case, aws, request, result)
    expected = ["succeeded", "failed", "unknown", "unknown", *["not_attempted"] * 4]
    assert [outcome.status for outcome in result.outcomes] == expected
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.CANCELLED}
    assert left_behind() == []
    assert run.result is result


async def test_an_answer_within_the_grace_counts_after_a_cancellation(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=0.03))
    request = case.request(4)
    run: AnyRun = BatchRun(client, case.operation, request, chunk_size=2, concurrency=1)

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls >= 1)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["succeeded"] == 2
    assert run.result.counts["not_attempted"] == 2


async def test_a_throttle_within_the_grace_is_the_last_word(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(style="bare", retry_after=1e9))
    request = case.request(4)
    run: AnyRun = BatchRun(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=POLITE
    )

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls >= 1)
    task.cancel()
    await until(lambda: run.progress.throttled >= 1)
    await rounds(50)
    # Nothing goes again: what is left of the grace is not spent on waiting to.
    assert task.cancelled()

    check_accounting(case, aws, request, run.result)
    assert {failure.code for failure in run.result.failed} == {"429"}
    assert run.result.counts["failed"] == run.result.counts["not_attempted"] == 2


async def test_a_second_cancellation_ends_the_grace(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    request = case.request(2)
    run: AnyRun = BatchRun(client, case.operation, request, retry=RetryPolicy(grace=1))

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls >= 1)
    task.cancel()
    await rounds(50)
    # One cancellation waits for answers.
    assert not task.done()
    task.cancel()
    await rounds(50)
    assert task.cancelled()

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["unknown"] == 2
    assert left_behind() == []


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_cancellation_while_calls_end_after_the_grace_is_not_swallowed(
    case: Case, client: AioBaseClient, aws: LocalAWS, clock: Clock
) -> None:
    sending, ending = asyncio.Event(), asyncio.Event()

    async def hold_up(**_: object) -> None:
        sending.set()
        try:
            await asyncio.Event().wait()
        finally:
            # A handler of the user's own, which takes its time to tidy up.
            ending.set()
            await rounds(10)

    handler: Any = hold_up  # aiobotocore awaits it, which its stubs do not know.
    client.meta.events.register("before-send", handler)
    request = case.request(2)
    run: AnyRun = BatchRun(client, case.operation, request, timeout=1, retry=PATIENT)

    task = asyncio.create_task(run.execute())
    await sending.wait()
    clock.now += 1
    await rounds(3)
    clock.now += PATIENT.grace
    await ending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["unknown"] == 2
    assert left_behind() == []


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_run_in_asyncio_timeout_times_out_and_its_result_is_complete(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    request = case.request(2)
    run: AnyRun = BatchRun(client, case.operation, request, retry=PATIENT)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await run.execute()

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["unknown"] == 2


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_run_that_was_cancelled_before_it_began_has_sent_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(2)
    run: AnyRun = BatchRun(client, case.operation, request)

    task = asyncio.create_task(run.execute())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    check_accounting(case, aws, request, run.result)
    assert aws.ledger.calls == []
    assert run.result.counts["not_attempted"] == 2


@pytest.mark.parametrize("case", [*HEALING, FMS], ids=case_id)
async def test_a_run_may_be_cancelled_at_any_moment(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    """Fifty seeds for each of four operations: two hundred moments."""
    request = case.request(24)
    seen: set[Status] = set()
    for seed in range(50):
        aws.ledger.reset()
        aws.clear_faults()
        aws.inject(Throttle(probability=0.2))
        aws.inject(Drop(when="after", probability=0.1))
        aws.inject(FailCalls(status=500, apply=True, probability=0.1))
        aws.inject(PoisonItems(items=set(case.keys(7))))
        healing = set(case.keys(10, 11, 12))
        aws.inject(FailItems(items=healing, code=case.retryable_code, times=1))

        result = await cancelled_at_some_moment(case, client, aws, request, random.Random(seed))

        check_accounting(case, aws, request, result)
        seen |= {outcome.status for outcome in result.outcomes}
    # The moments were early and late ones: every way in which an item can end came up.
    assert seen == set(Status)


async def cancelled_at_some_moment(
    case: Case, client: AioBaseClient, aws: LocalAWS, request: Any, randomly: random.Random
) -> AnyResult:
    grace = randomly.choice([0, 0.001])
    run: AnyRun = BatchRun(
        client,
        case.operation,
        request,
        chunk_size=randomly.randint(1, 10),
        concurrency=randomly.randint(1, 8),
        retry=RetryPolicy(max_attempts=4, base_delay=0.001, max_delay=0.002, grace=grace),
        pace=Pace(rate=randomly.choice([500, 1e6])),
    )
    calls = randomly.randint(0, 15)
    task = asyncio.create_task(run.execute())
    await until(lambda: aws.ledger.call_count() >= calls or task.done())
    await rounds(randomly.randint(0, 20))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert left_behind() == []
    # The server may still be busy with what was cancelled in flight.
    await settled(aws)
    return run.result


async def settled(aws: LocalAWS) -> None:
    """Wait until no call reaches the server any more."""
    quiet = 0
    while quiet < 20:
        calls = aws.ledger.call_count()
        await asyncio.sleep(0)
        quiet = quiet + 1 if aws.ledger.call_count() == calls else 0
