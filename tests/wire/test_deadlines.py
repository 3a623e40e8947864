"""Runs that end by a deadline."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, Delivery, NotAttemptedReason, Pace, RetryPolicy, run_batch
from itemwise.testing import (
    Delay,
    Drop,
    FailCalls,
    FailItems,
    LocalAWS,
    PoisonItems,
    RateLimit,
    Throttle,
)
from tests.wire.cases import (
    FMS,
    HEALING,
    AnyResult,
    AnyRun,
    Case,
    case_id,
    check_accounting,
    inject_after,
    until,
)
from tests.wire.policies import PATIENT, POLITE


async def test_a_deadline_that_is_past_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, timeout=0)

    check_accounting(case, aws, request, result)
    assert aws.ledger.calls == []
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}
    assert result.error is None


async def test_a_deadline_in_flight_leaves_unknown_what_does_not_answer_in_the_grace(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, timeout=0.02, retry=PATIENT
    )

    check_accounting(case, aws, request, result)
    statuses = [outcome.status for outcome in result.outcomes]
    assert statuses == ["unknown"] * 2 + ["not_attempted"] * 2
    for unknown in result.unknown:
        assert unknown.error.delivery is Delivery.IN_DOUBT
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}


async def test_equal_items_share_the_doubt_of_a_call_in_flight(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    request = case.make(case.items([0, 1, 0]))

    result: AnyResult = await run_batch(
        client, case.operation, request, timeout=0.02, retry=PATIENT
    )

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 3


async def test_an_answer_within_the_grace_counts(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=0.05))
    request = case.request(4)

    result: AnyResult = await run_batch(
        client,
        case.operation,
        request,
        chunk_size=2,
        concurrency=1,
        timeout=0.02,
        retry=RetryPolicy(grace=1),
    )

    check_accounting(case, aws, request, result)
    statuses = [outcome.status for outcome in result.outcomes]
    assert statuses == ["succeeded"] * 2 + ["not_attempted"] * 2
    assert aws.ledger.call_count() == 1


async def test_a_deadline_while_waiting_after_a_throttle_fails_with_what_was_said(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(retry_after=60))
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, timeout=0.03, retry=POLITE
    )

    check_accounting(case, aws, request, result)
    statuses = [outcome.status for outcome in result.outcomes]
    assert statuses == ["failed"] * 2 + ["not_attempted"] * 2
    assert {failure.code for failure in result.failed} == {"ThrottlingException"}


@pytest.mark.parametrize(
    "fault", [Drop(when="after"), FailCalls(status=500)], ids=["no answer", "server fault"]
)
async def test_a_deadline_while_waiting_after_a_lost_answer_leaves_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: Any
) -> None:
    aws.inject(fault)
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, timeout=0.03, retry=POLITE
    )

    check_accounting(case, aws, request, result)
    statuses = [outcome.status for outcome in result.outcomes]
    assert statuses == ["unknown"] * 2 + ["not_attempted"] * 2


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_a_deadline_while_waiting_to_heal_an_item_fails_it_with_its_entry(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, timeout=0.03, retry=POLITE)

    check_accounting(case, aws, request, result)
    (failure,) = result.failed
    assert (failure.index, failure.code) == (1, case.retryable_code)
    assert isinstance(failure.entry, case.entry)
    assert result.counts["succeeded"] == 2


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_an_item_that_is_given_up_fails_with_the_last_that_was_said_of_it(
    case: Case, client: AioBaseClient, aws: LocalAWS, unpaced: Pace
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code))
    request = case.request(3)
    policy = replace(PATIENT, base_delay=0, stall_timeout=1e9)
    run: AnyRun = BatchRun(client, case.operation, request, retry=policy, pace=unpaced)

    task = asyncio.create_task(run.execute())
    await inject_after(aws, 1, Throttle(style="bare", retry_after=1e9))
    await until(lambda: run.progress.throttled > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    check_accounting(case, aws, request, run.result)
    (failure,) = run.result.failed
    # First its entry, then the refusal of the whole call.
    assert (failure.index, failure.code, failure.entry) == (1, "429", None)


async def test_a_deadline_in_flight_starts_no_halving(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=0.06))
    aws.inject(PoisonItems(items=set(case.keys(1))))
    request = case.request(4)

    result: AnyResult = await run_batch(client, case.operation, request, timeout=0.03, retry=POLITE)

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == 1
    assert {failure.code for failure in result.failed} == {case.item_error}
    assert result.counts["failed"] == 4


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_deadline_while_waiting_for_its_turn_leaves_not_attempted(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(8)
    slow = Pace(rate=0.01)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, timeout=0.03, retry=POLITE, pace=slow
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() < 4
    assert result.counts["succeeded"] + result.counts["not_attempted"] == 8
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_deadline_while_waiting_after_a_refused_connection_leaves_not_attempted(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    await aws.stop()
    request = case.request(2)

    result: AnyResult = await run_batch(client, case.operation, request, timeout=0.03, retry=POLITE)

    check_accounting(case, aws, request, result)
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_deadline_that_is_far_is_not_waited_for(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(3), timeout=3600)

    assert result.ok


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_deadline_under_a_rate_limit_accounts_for_the_rest(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(RateLimit(rate=20, burst=2))
    request = case.request(40)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, timeout=0.05, retry=replace(fast, grace=1)
    )

    check_accounting(case, aws, request, result)
    # Forty items in calls of two are twenty calls, for which there was no time.
    assert not result.ok
    assert result.counts["unknown"] == 0
