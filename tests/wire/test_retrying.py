"""What a run does about throttling, faults that pass, and answers that never come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import FlexibleChecksumError

from itemwise import (
    BatchRun,
    Delivery,
    Failed,
    NotAttemptedReason,
    Pace,
    RejectedError,
    ResponseError,
    RetryPolicy,
    ThrottledError,
    TransientError,
    Unknown,
    run_batch,
)
from itemwise.testing import (
    Delay,
    Drop,
    FailCalls,
    FailItems,
    Fault,
    Garbage,
    LocalAWS,
    PoisonItems,
    Throttle,
)
from tests.wire.cases import (
    CONNECT,
    FMS,
    GREENGRASS,
    HEALING,
    RAM,
    AnyResult,
    Case,
    case_id,
    check_accounting,
    inject_after,
    until,
)

AnyRun = BatchRun[Any, Any, Any, Any]

LOST_AFTER = [
    pytest.param(Drop(when="after", times=1), id="reset after applying"),
    pytest.param(Drop(when="midway", times=1), id="truncated answer"),
    pytest.param(Garbage(kind="string", times=1), id="ill-typed answer"),
    pytest.param(FailCalls(status=500, apply=True, times=1), id="server fault after applying"),
]


def once(case: Case) -> Case:
    """The same operation, as if it did a thing twice when it is asked twice."""
    return replace(case, operation=replace(case.operation, idempotent=False))


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


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_fault_that_passes_is_got_through(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, status: int
) -> None:
    aws.inject(FailCalls(status=status, times=2))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert aws.ledger.call_count() == 3


async def test_a_server_fault_for_good_leaves_its_items_unknown_and_the_run_goes_on(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(status=500, times=3))
    request = case.request(6)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=fast
    )

    check_accounting(case, aws, request, result)
    assert [outcome.status for outcome in result.outcomes] == ["unknown"] * 2 + ["succeeded"] * 4
    assert result.error is None
    for unknown in result.unknown:
        assert isinstance(unknown.error, TransientError)
        assert unknown.error.status == 500
    assert [record.attempts for record in result.calls] == [3, 1, 1]


@pytest.mark.parametrize("fault", LOST_AFTER)
@pytest.mark.usefixtures("reply_path")
async def test_a_lost_answer_is_asked_for_again_where_that_does_no_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Fault
) -> None:
    aws.inject(fault)
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert aws.ledger.call_count() == 2


@pytest.mark.parametrize("fault", LOST_AFTER)
@pytest.mark.usefixtures("reply_path")
async def test_a_lost_answer_is_unknown_at_once_where_repeating_would_do_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Fault
) -> None:
    case = once(case)
    aws.inject(fault)
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 3
    assert aws.ledger.call_count() == 1
    assert set(case.applied(aws).values()) == {1}


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("case", [FMS, RAM], ids=case_id)
async def test_a_connection_that_closes_before_anything_is_applied_is_in_doubt_all_the_same(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, idempotent: bool
) -> None:
    aws.inject(Drop(when="before", times=1))
    request = case.request(2)
    operation = replace(case.operation, idempotent=idempotent)

    result: AnyResult = await run_batch(client, operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.counts["succeeded" if idempotent else "unknown"] == 2


@pytest.mark.parametrize("when", ["before", "after", "midway"])
async def test_an_answer_that_is_lost_for_good_leaves_items_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, when: Any
) -> None:
    aws.inject(Drop(when=when))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 3
    assert result.error is None
    assert aws.ledger.call_count() == 3
    for unknown in result.unknown:
        assert isinstance(unknown.error, TransientError)
        assert unknown.error.delivery is Delivery.IN_DOUBT


@pytest.mark.parametrize("kind", ["text", "empty", "null", "list", "string", "huge"])
async def test_garbage_is_never_a_success(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: Any
) -> None:
    # Only from the bytes: of a body that is not JSON botocore makes an empty reply, and where the
    # service lists failures alone that reads as success.
    aws.inject(Garbage(kind=kind, size=100_000))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=None)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 3
    for unknown in result.unknown:
        assert isinstance(unknown.error, ResponseError)


async def test_a_reply_that_fails_its_checksum_leaves_items_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def refuse(**_: object) -> None:
        raise FlexibleChecksumError(error_msg="Expected checksum a did not match b")

    client.meta.events.register("after-call", refuse)
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=None)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 3
    assert result.error is None
    for unknown in result.unknown:
        assert isinstance(unknown.error, ResponseError)


async def test_garbage_that_passes_is_got_through(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Garbage(times=2))

    result: AnyResult = await run_batch(client, case.operation, case.request(3), retry=fast)

    assert result.ok
    assert aws.ledger.call_count() == 3


@pytest.mark.parametrize("idempotent", [True, False])
async def test_an_answer_that_comes_too_late_is_in_doubt(
    case: Case, aws: LocalAWS, session: AioSession, fast: RetryPolicy, idempotent: bool
) -> None:
    aws.inject(Delay(seconds=30, times=1))
    operation = replace(case.operation, idempotent=idempotent)
    request = case.request(2)
    config = AioConfig(read_timeout=0.05)

    async with aws.client(case.operation.service, session=session, config=config) as client:
        result: AnyResult = await run_batch(client, operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.counts["succeeded" if idempotent else "unknown"] == 2
    for unknown in result.unknown:
        assert unknown.error.code == "ReadTimeoutError"


async def test_what_never_left_is_not_attempted_and_stops_the_run(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    await aws.stop()
    request = case.request(5)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=fast
    )

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, TransientError)
    assert result.error.delivery is Delivery.NEVER_LEFT
    assert [rest.reason for rest in result.not_attempted] == (
        [NotAttemptedReason.UNREACHABLE] * 2 + [NotAttemptedReason.STOPPED] * 3
    )
    assert [record.attempts for record in result.calls] == [3]


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_closed_client_leaves_all_items_not_attempted(
    case: Case, aws: LocalAWS, session: AioSession
) -> None:
    async with aws.client("fms", session=session) as client:
        pass
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert isinstance(result.error, RejectedError)
    assert [rest.reason for rest in result.not_attempted] == [NotAttemptedReason.UNREACHABLE] * 3


async def test_a_fault_that_applied_nothing_fails_its_chunk_and_the_run_goes_on(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(code="RequestTimeout", status=400, times=3))
    request = case.request(6)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=fast
    )

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == [0, 1]
    assert {failure.code for failure in result.failed} == {"RequestTimeout"}
    assert result.counts["succeeded"] == 4
    assert result.error is None
    assert [record.attempts for record in result.calls] == [3, 1, 1]


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


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_doubt_outlives_a_connection_that_is_refused_after_it(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    async def go_away_after_the_first() -> None:
        await until(lambda: aws.ledger.call_count() >= 1)
        await aws.stop()

    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, retry=fast), go_away_after_the_first()
    )

    check_accounting(case, aws, request, result)
    # The first attempt did apply them: that nothing left afterwards does not change it.
    assert result.counts["unknown"] == 2


async def test_without_retries_each_chunk_has_one_attempt_and_the_run_goes_on(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=1))
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=None
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == 2
    assert [outcome.status for outcome in result.outcomes] == ["failed"] * 2 + ["succeeded"] * 2
    assert result.failed[0].code == "ThrottlingException"


@pytest.mark.parametrize("case", [GREENGRASS, CONNECT], ids=case_id)
async def test_items_that_are_throttled_one_by_one_are_sent_again_until_the_attempts_are_spent(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    code = "429" if case is CONNECT else "ThrottlingException"
    aws.inject(FailItems(items=set(case.keys(1)), code=code))

    result: AnyResult = await run_batch(client, case.operation, case.request(2), retry=fast)

    assert case.sizes(aws) == [2, 1, 1]
    assert [failure.code for failure in result.failed] == [code]


@pytest.mark.parametrize("case", [RAM], ids=case_id)
class TestClientToken:
    async def test_each_chunk_has_its_own_and_repeats_it(
        self, case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
    ) -> None:
        aws.inject(Drop(when="after", times=2))
        request = case.request(4)

        result: AnyResult = await run_batch(
            client, case.operation, request, chunk_size=2, retry=fast
        )

        check_accounting(case, aws, request, result)
        assert result.ok
        assert aws.ledger.call_count() > 2
        pairs = {(call.items, call.client_token) for call in aws.ledger.calls}
        assert len(pairs) == len(dict(pairs)) == len({token for _, token in pairs}) == 2
        # Nothing was done twice.
        assert set(case.applied(aws).values()) == {1}

    async def test_the_users_own_goes_with_the_users_own_payload_alone(
        self, case: Case, client: AioBaseClient, aws: LocalAWS
    ) -> None:
        request = case.request(4).model_copy(update={"client_token": "mine"})

        await run_batch(client, case.operation, request)
        await run_batch(client, case.operation, request, chunk_size=2)

        whole, *parts = [call.client_token for call in aws.ledger.calls]
        assert whole == "mine"
        assert len({"mine", *parts}) == 3

    async def test_the_users_own_goes_along_where_equal_items_travel_once(
        self, case: Case, client: AioBaseClient, aws: LocalAWS
    ) -> None:
        items = case.items([0, 1, 0, 50, 50])
        request = case.make(items).model_copy(update={"client_token": "mine"})

        # As a job that is started again.
        for _ in range(2):
            result: AnyResult = await run_batch(client, case.operation, request)
            check_accounting(case, aws, request, result)
        await run_batch(client, case.operation, request, chunk_size=2)

        first, again, *parts = aws.ledger.calls
        assert (first.client_token, again.client_token, again.replay) == ("mine", "mine", True)
        assert "mine" not in {part.client_token for part in parts}

    async def test_a_part_of_a_rejected_chunk_has_a_new_one(
        self, case: Case, client: AioBaseClient, aws: LocalAWS
    ) -> None:
        aws.inject(PoisonItems(items=set(case.keys(0))))
        request = case.request(4).model_copy(update={"client_token": "mine"})

        result: AnyResult = await run_batch(client, case.operation, request)

        check_accounting(case, aws, request, result)
        tokens = [call.client_token for call in aws.ledger.calls]
        assert tokens[0] == "mine"
        assert len(set(tokens)) == len(tokens)
        assert [failure.index for failure in result.failed] == [0]


@pytest.mark.parametrize("case", [FMS], ids=case_id)
@pytest.mark.parametrize(
    "fault", [FailCalls(status=500), Drop(when="after"), Garbage(), FailCalls(status=403)]
)
async def test_the_errors_of_a_result_hold_no_frame(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: Fault
) -> None:
    # Frames hold requests, replies and the client, for as long as the result is kept.
    aws.inject(fault)

    result: AnyResult = await run_batch(client, case.operation, case.request(1), retry=None)

    (outcome,) = result.outcomes
    assert isinstance(outcome, Failed | Unknown)
    link: BaseException | None = outcome.error
    assert link is not None
    while link is not None:
        assert link.__traceback__ is None
        link = link.__cause__ or link.__context__
