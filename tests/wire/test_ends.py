"""Runs that end early: deadlines, cancellation, and faults in code of our own."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, Delivery, NotAttemptedReason, Pace, RetryPolicy, Status, run_batch
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
from tests.conftest import Clock
from tests.wire.cases import (
    FMS,
    HEALING,
    AnyResult,
    Case,
    cancelled_each_round,
    case_id,
    check_accounting,
    inject_after,
    left_behind,
    only_fms,
    rounds,
    until,
)

AnyRun = BatchRun[Any, Any, Any, Any]

PATIENT = RetryPolicy(base_delay=1e9, max_delay=1e9, grace=0.01)
"""Waits for so long that a test ends in its first wait."""

POLITE = replace(PATIENT, grace=1)
"""The same, where the first answer is to come, however slow the machine."""


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


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_fault_in_an_operations_own_code_loses_no_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        if case.item(4) in items:
            raise ZeroDivisionError
        return case.operation.with_items(request, items)

    request = case.request(6)
    run: AnyRun = BatchRun(
        client,
        replace(case.operation, with_items=with_items),
        request,
        chunk_size=2,
        concurrency=1,
    )

    with pytest.raises(ZeroDivisionError):
        await run.execute()

    check_accounting(case, aws, request, run.result)
    assert run.result.counts["succeeded"] == 4
    assert run.result.counts["not_attempted"] == 2


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_fault_in_an_operations_own_code_starts_nothing_more(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        if case.item(0) in items:
            raise ZeroDivisionError
        return case.operation.with_items(request, items)

    request = case.request(20)
    operation = replace(case.operation, with_items=with_items)
    run: AnyRun = BatchRun(client, operation, request, chunk_size=2, concurrency=2)

    with pytest.raises(ZeroDivisionError):
        await run.execute()

    check_accounting(case, aws, request, run.result)
    # The call beside the one that broke had its grace, and was the last.
    assert case.sizes(aws) == [2]
    assert [outcome.index for outcome in run.result.succeeded] == [2, 3]


def all_of_the_run(request: Any, _items: Any) -> Any:
    return request


def all_but_one(request: Any, items: Any) -> Any:
    return FMS.operation.with_items(request, items[:-1])


@pytest.mark.parametrize(
    ("made", "counts"),
    [(all_of_the_run, r"2 items .* with 6"), (all_but_one, r"2 items .* with 1")],
)
@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_request_with_more_items_or_fewer_than_its_call_is_not_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS, made: Any, counts: str
) -> None:
    operation = replace(case.operation, with_items=made)
    request = case.request(6)
    run: AnyRun = BatchRun(client, operation, request, chunk_size=2)

    with pytest.raises(ValueError, match=f"BatchDisassociateResource was given {counts}"):
        await run.execute()

    check_accounting(case, aws, request, run.result)
    assert {rest.reason for rest in run.result.not_attempted} == {NotAttemptedReason.STOPPED}
    assert aws.ledger.calls == []


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_a_request_that_is_wrong_once_some_have_settled_goes_no_further(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        # All is well as long as nothing has to be sent again.
        return request if len(items) < 3 else case.operation.with_items(request, items)

    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code))
    request = case.request(3)
    operation = replace(case.operation, with_items=with_items)
    run: AnyRun = BatchRun(client, operation, request, retry=fast)

    with pytest.raises(ValueError, match="was given 1 items"):
        await run.execute()

    check_accounting(case, aws, request, run.result)
    assert [failure.code for failure in run.result.failed] == [case.retryable_code]
    assert aws.ledger.call_count() == 1


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_fault_in_reading_a_reply_is_a_doubt_and_not_a_crash(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def verdicts(_response: Any) -> Any:
        raise KeyError("no")

    request = case.request(2)

    result: AnyResult = await run_batch(
        client, replace(case.operation, verdicts=verdicts), request, retry=None
    )

    check_accounting(case, aws, request, result)
    assert [unknown.error.code for unknown in result.unknown] == ["UnreadableReply"] * 2


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
