"""What a run does about faults that pass, and answers that never come."""

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
    Delivery,
    Failed,
    NotAttemptedReason,
    RejectedError,
    ResponseError,
    RetryPolicy,
    TransientError,
    Unknown,
    run_batch,
)
from itemwise.testing import Delay, Drop, FailCalls, Fault, Garbage, LocalAWS, Throttle
from tests.wire.cases import FMS, RAM, AnyResult, Case, case_id, check_accounting, until

LOST_AFTER = [
    pytest.param(Drop(when="after", times=1), id="reset after applying"),
    pytest.param(Drop(when="midway", times=1), id="truncated answer"),
    pytest.param(Garbage(kind="string", times=1), id="ill-typed answer"),
    pytest.param(FailCalls(status=500, apply=True, times=1), id="server fault after applying"),
]


def once(case: Case) -> Case:
    """The same operation, as if it did a thing twice when it is asked twice."""
    return replace(case, operation=replace(case.operation, idempotent=False))


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
