"""What a run does about throttling, and when it gives up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, NotAttemptedReason, Pace, RetryPolicy, ThrottledError, run_batch
from itemwise.testing import Drop, FailCalls, FailItems, Fault, LocalAWS, Throttle
from tests.wire.cases import (
    CONNECT,
    FMS,
    GREENGRASS,
    HEALING,
    AnyResult,
    AnyRun,
    Case,
    case_id,
    check_accounting,
    inject_after,
    until,
)


@pytest.mark.parametrize("style", ["modelled", "400", "429", "bare"])
async def test_throttled_calls_go_again_until_they_are_accepted(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, style: Any
) -> None:
    # More often than `max_attempts`: throttled attempts do not count.
    aws.inject(Throttle(times=5, style=style))
    request = case.request(3)

    result: AnyResult = await run_batch(
        client, case.operation, request, retry=fast, pace=Pace(rate=1e6)
    )

    check_accounting(case, aws, request, result)
    assert result.ok
    assert set(case.applied(aws).values()) == {1}
    (record,) = result.calls
    assert (record.attempts, record.throttled) == (6, 5)


async def test_a_run_that_is_throttled_for_the_stall_time_fails_its_items_and_stops(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Throttle())
    request = case.request(5)

    result: AnyResult = await run_batch(
        client,
        case.operation,
        request,
        chunk_size=2,
        concurrency=1,
        retry=replace(fast, stall_timeout=0.02),
    )

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, ThrottledError)
    assert [outcome.status for outcome in result.outcomes] == ["failed"] * 2 + ["not_attempted"] * 3
    for failure in result.failed:
        assert failure.code == "ThrottlingException"
        assert isinstance(failure.error, ThrottledError)
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.STOPPED}


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_the_stall_time_begins_anew_with_each_item_that_is_accepted(
    case: Case, client: AioBaseClient, aws: LocalAWS, unpaced: Pace
) -> None:
    aws.inject(Throttle(times=1))
    run: AnyRun = BatchRun(
        client, case.operation, case.request(3), chunk_size=1, concurrency=1, pace=unpaced
    )

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.succeeded == 1)
    # As if all that had been an hour ago.
    assert run._state.stall.since is not None
    run._state.stall.since -= 3600
    run._state.queue._settled_at -= 3600 - 1
    await inject_after(aws, aws.ledger.call_count(), Throttle(times=1))
    result = await task

    assert result.ok
    assert run.progress.throttled == 2


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_an_answer_that_accepts_no_item_does_not_begin_the_stall_time_anew(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, unpaced: Pace
) -> None:
    aws.inject(Throttle(times=1, style="bare", retry_after=0.05))
    run: AnyRun = BatchRun(
        client, case.operation, case.request(2), retry=replace(fast, max_delay=1), pace=unpaced
    )

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.throttled == 1)
    # As if that had been an hour ago.
    assert run._state.stall.since is not None
    run._state.stall.since -= 3600
    aws.inject(FailItems(items=set(case.keys(0, 1)), code=case.retryable_code, times=1))
    await inject_after(aws, 2, Throttle(times=1))
    result = await task

    assert aws.ledger.call_count() == 3
    assert isinstance(result.error, ThrottledError)
    assert {failure.code for failure in result.failed} == {"ThrottlingException"}


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_to_wait_for_ones_turn_is_no_stall(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    policy, pace = replace(fast, stall_timeout=0.1), Pace(rate=4)
    aws.inject(Throttle(times=1))

    # Each waits for longer than the stall time, and the service has taken all but one.
    results: list[AnyResult] = await asyncio.gather(
        *(
            run_batch(client, case.operation, case.request(1), retry=policy, pace=pace)
            for _ in range(3)
        )
    )

    assert all(result.ok for result in results)
    assert aws.ledger.call_count() == 4


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_call_that_gets_nowhere_while_others_do_is_given_up(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, unpaced: Pace
) -> None:
    aws.inject(Throttle())
    policy = replace(fast, stall_timeout=0.05)
    run: AnyRun = BatchRun(client, case.operation, case.request(1), retry=policy, pace=unpaced)

    task = asyncio.create_task(run.execute())
    while not task.done():
        # As others do that share the pace.
        run._state.queue.settled()
        await asyncio.sleep(0)
    result = await task

    assert isinstance(result.error, ThrottledError)
    assert result.counts["failed"] == 1
    assert result.calls[0].throttled >= 5


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_doubt_outlives_the_throttling_after_it(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, retry=replace(fast, stall_timeout=0)),
        inject_after(aws, 1, Throttle()),
    )

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 2


@pytest.mark.parametrize(
    "fault",
    [
        Throttle(times=1, style="bare", retry_after=0.05),
        FailCalls(times=1, status=503, retry_after=0.05),
    ],
    ids=["throttled", "unavailable"],
)
async def test_the_wait_that_the_service_asks_for_is_honoured(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    fast: RetryPolicy,
    fault: Fault,
) -> None:
    aws.inject(fault)
    policy, unpaced = replace(fast, max_delay=1), Pace(rate=1e6)

    await run_batch(client, case.operation, case.request(1), retry=policy, pace=unpaced)

    first, second = aws.ledger.calls
    assert second.started - first.ended >= 0.05


@pytest.mark.parametrize("case", [FMS], ids=case_id)
@pytest.mark.parametrize(
    "fault",
    [Throttle(times=1, retry_after=0.05), FailCalls(times=1, status=503, retry_after=0.05)],
    ids=["throttled", "unavailable"],
)
async def test_a_call_by_itself_honours_the_wait_that_the_service_asks_for(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Fault
) -> None:
    aws.inject(fault)

    await case.operation(client, case.request(1), retry=replace(fast, max_delay=1))

    first, second = aws.ledger.calls
    assert second.started - first.ended >= 0.05


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_the_wait_that_the_service_asks_for_is_capped(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(status=503, times=1, retry_after=3600))

    # It would not return within the life of the test if it waited for an hour.
    result: AnyResult = await run_batch(client, case.operation, case.request(1), retry=fast)

    assert result.ok


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_throttled_calls_wait_for_the_pace_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=3))
    request = case.request(3)
    backs_off_for_ever = RetryPolicy(base_delay=1e9, max_delay=1e9)

    result: AnyResult = await run_batch(
        client,
        case.operation,
        request,
        retry=backs_off_for_ever,
        pace=Pace(rate=1e6),
        timeout=5,
    )

    assert result.ok


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_run_that_stalls_halts_what_waits_for_its_turn(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(2)
    # The first call of a client takes longer than the run is to be patient.
    await run_batch(client, case.operation, request)
    aws.ledger.reset()
    aws.inject(Throttle())

    result: AnyResult = await run_batch(
        client,
        case.operation,
        request,
        chunk_size=1,
        concurrency=2,
        retry=RetryPolicy(stall_timeout=0.02),
        pace=Pace(rate=20),
    )

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, ThrottledError)
    assert aws.ledger.call_count() <= 2


@pytest.mark.parametrize("case", [GREENGRASS, CONNECT], ids=case_id)
async def test_items_that_are_throttled_one_by_one_are_sent_again_until_the_attempts_are_spent(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    code = "429" if case is CONNECT else "ThrottlingException"
    aws.inject(FailItems(items=set(case.keys(1)), code=code))

    result: AnyResult = await run_batch(client, case.operation, case.request(2), retry=fast)

    assert case.sizes(aws) == [2, 1, 1]
    assert [failure.code for failure in result.failed] == [code]
