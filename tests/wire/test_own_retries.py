"""A client that retries by itself: what its earlier attempts may have done is not forgotten.

Such a client shows what came of its last attempt alone. Here the first one is applied, and its
answer does not come back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, cast

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from itemwise import (
    CallError,
    Delivery,
    RejectedError,
    ResponseError,
    RetryPolicy,
    ThrottledError,
    TransientError,
    run_batch,
)
from itemwise.testing import Drop, FailCalls, FailItems, Fault, LocalAWS, Throttle
from tests.wire.cases import (
    CONNECT,
    FMS,
    GREENGRASS,
    HEALING,
    INSPECTOR,
    AnyResult,
    Case,
    case_id,
    check_accounting,
    only_fms,
)
from tests.wire.clients import plain_client

OWN_ATTEMPTS: Final = 5
"""Of botocore's own default, the legacy mode."""

UNANSWERED = [
    pytest.param(Drop(when="after", times=1), id="reset after applying"),
    pytest.param(FailCalls(status=500, apply=True, times=1), id="server fault after applying"),
]

without_tokens = pytest.mark.parametrize("case", [FMS, INSPECTOR, GREENGRASS, CONNECT], ids=case_id)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for source in (
        "retryhandler.random.random",
        "retries.standard.ExponentialBackoff.delay_amount",
    ):
        monkeypatch.setattr(f"botocore.{source}", _nothing)


def _nothing(*_: object) -> float:
    return 0.0


@pytest.fixture
async def client(case: Case, aws: LocalAWS, session: AioSession) -> AsyncIterator[AioBaseClient]:
    async with plain_client(aws, session, service=case.operation.service) as opened:
        yield opened


def once(case: Case) -> Any:
    """The same operation, as if it did a thing twice when it is asked twice."""
    return replace(case.operation, idempotent=False)


def listen(client: AioBaseClient, event: str, handler: Callable[..., object]) -> None:
    """Have a handler called before all others."""
    # The stubs know neither handlers that answer nor those that are awaited.
    client.meta.events.register_first(event, cast("Any", handler))


def after_the_first(client: AioBaseClient, then: Callable[[], Awaitable[None]]) -> None:
    """Do something once the client has made its first attempt, before it makes another."""
    begun: list[int] = []

    async def look(attempts: int, **_: object) -> None:
        if not begun:
            begun.append(attempts)
            await then()

    listen(client, "needs-retry", look)


def inject_after_the_first(client: AioBaseClient, aws: LocalAWS, fault: Fault) -> None:
    async def inject() -> None:
        aws.inject(fault)

    after_the_first(client, inject)


def check_doubt(error: object) -> None:
    """What an outcome says where the first attempt was applied, and no answer came."""
    assert isinstance(error, TransientError)
    assert error.delivery is Delivery.IN_DOUBT
    assert error.code in {"InternalFailure", "ConnectionClosedError", "EndpointConnectionError"}
    assert error.__cause__ is not None


# --- runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", UNANSWERED)
async def test_a_connection_that_is_refused_to_the_repeat_leaves_items_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: Fault
) -> None:
    aws.inject(fault)
    after_the_first(client, aws.stop)
    request = case.request(2)

    result: AnyResult = await run_batch(client, case.operation, request, retry=None)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 2
    for unknown in result.unknown:
        check_doubt(unknown.error)


@only_fms
async def test_a_repeat_that_cannot_be_signed_says_nothing_of_the_attempt_before(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    made: list[object] = []

    def sign(**_: object) -> None:
        made.append(None)
        if len(made) == 2:
            raise KeyError("AccessKeyId")

    client.meta.events.register("request-created.fms", cast("Any", sign))
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    result: AnyResult = await run_batch(client, once(case), request, retry=None)

    check_accounting(case, aws, request, result)
    assert len(made) == 2
    assert result.counts["unknown"] == 2
    check_doubt(result.unknown[0].error)


@only_fms
@pytest.mark.parametrize("attempts", [1, 3])
async def test_a_first_attempt_that_cannot_be_signed_never_left(
    case: Case, aws: LocalAWS, session: AioSession, attempts: int
) -> None:
    def sign(**_: object) -> None:
        raise KeyError("AccessKeyId")

    config = AioConfig(retries={"total_max_attempts": attempts})
    async with plain_client(aws, session, config) as client:
        client.meta.events.register("request-created.fms", cast("Any", sign))
        result: AnyResult = await run_batch(client, case.operation, case.request(2), retry=None)

    assert result.counts["not_attempted"] == 2
    assert aws.ledger.calls == []


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@only_fms
async def test_all_of_botocores_ways_to_retry_are_seen_through(
    case: Case, aws: LocalAWS, session: AioSession, mode: str
) -> None:
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    async with plain_client(aws, session, AioConfig(retries={"mode": mode})) as client:
        after_the_first(client, aws.stop)
        result: AnyResult = await run_batch(client, case.operation, request, retry=None)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 2


@only_fms
async def test_a_doubt_of_the_clients_own_outlives_our_attempts_that_never_leave(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    after_the_first(client, aws.stop)
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=fast
    )

    check_accounting(case, aws, request, result)
    assert [outcome.status for outcome in result.outcomes] == ["unknown"] * 2 + [
        "not_attempted"
    ] * 2
    assert result.error is not None
    assert result.error.delivery is Delivery.NEVER_LEFT


@pytest.mark.parametrize("fault", UNANSWERED)
async def test_a_repeat_that_is_throttled_for_good_leaves_items_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Fault
) -> None:
    aws.inject(fault)
    inject_after_the_first(client, aws, Throttle())
    request = case.request(2)

    result: AnyResult = await run_batch(
        client, case.operation, request, retry=replace(fast, stall_timeout=0)
    )

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 2
    for unknown in result.unknown:
        check_doubt(unknown.error)
    assert isinstance(result.error, ThrottledError)
    check_doubt(result.error.earlier)


async def test_a_repeat_that_is_throttled_goes_again_where_that_does_no_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    inject_after_the_first(client, aws, Throttle(times=OWN_ATTEMPTS))

    result: AnyResult = await run_batch(client, case.operation, case.request(2), retry=fast)

    assert result.ok
    assert aws.ledger.call_count() == OWN_ATTEMPTS + 2


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        pytest.param(Throttle(times=OWN_ATTEMPTS), OWN_ATTEMPTS, id="throttled"),
        pytest.param(FailCalls(code="RequestTimeout", status=400, times=1), 2, id="transient"),
    ],
)
async def test_a_repeat_is_not_repeated_where_that_would_do_harm(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    fast: RetryPolicy,
    *,
    fault: Fault,
    calls: int,
) -> None:
    aws.inject(Drop(when="after", times=1))
    inject_after_the_first(client, aws, fault)
    request = case.request(2)

    result: AnyResult = await run_batch(client, once(case), request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.counts["unknown"] == 2
    for unknown in result.unknown:
        check_doubt(unknown.error)
    # Not one of them is itemwise's.
    assert aws.ledger.call_count() == calls
    # The rest of a run may go on: nothing stalled.
    assert result.error is None


@pytest.mark.parametrize("fault", UNANSWERED)
async def test_a_repeat_that_is_rejected_fails_its_items_and_tells_of_the_first(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: Fault
) -> None:
    aws.inject(fault)
    inject_after_the_first(client, aws, FailCalls(code="AccessDeniedException"))
    request = case.request(2)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert [failure.code for failure in result.failed] == ["AccessDeniedException"] * 2
    for failure in result.failed:
        check_doubt(failure.error)
    assert isinstance(result.error, RejectedError)
    check_doubt(result.error.earlier)


@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_rejected_repeat_is_halved_only_where_that_does_no_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, idempotent: bool
) -> None:
    aws.inject(Drop(when="after", times=1))
    inject_after_the_first(client, aws, FailCalls(code=case.item_error))
    request = case.request(2)
    operation = case.operation if idempotent else once(case)

    result: AnyResult = await run_batch(client, operation, request)

    check_accounting(case, aws, request, result)
    assert [failure.code for failure in result.failed] == [case.item_error] * 2
    for failure in result.failed:
        check_doubt(failure.error)
    assert (aws.ledger.call_count() > 2) is idempotent


@pytest.mark.parametrize("fault", UNANSWERED)
@pytest.mark.parametrize("idempotent", [True, False])
@without_tokens
async def test_an_item_that_fails_in_the_repeat_tells_of_the_first(
    case: Case, session: AioSession, fault: Fault, idempotent: bool
) -> None:
    request = case.request(2)
    operation = case.operation if idempotent else once(case)

    async with (
        LocalAWS(refuse_repeats=True) as aws,
        plain_client(aws, session, service=case.operation.service) as client,
    ):
        aws.inject(fault)
        result: AnyResult = await run_batch(client, operation, request)

    check_accounting(case, aws, request, result)
    assert result.counts["failed"] == 2
    for failure in result.failed:
        assert isinstance(failure.entry, case.entry)
        check_doubt(failure.error)


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_an_item_that_asks_for_another_attempt_has_it_only_where_that_does_no_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, idempotent: bool
) -> None:
    aws.inject(Drop(when="after", times=1))
    again = FailItems(items=set(case.keys(1)), code=case.retryable_code, times=1)
    inject_after_the_first(client, aws, again)
    request = case.request(2)
    operation = case.operation if idempotent else once(case)

    result: AnyResult = await run_batch(client, operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == (3 if idempotent else 2)
    assert result.counts["failed"] == (0 if idempotent else 1)
    for failure in result.failed:
        assert failure.code == case.retryable_code
        check_doubt(failure.error)


async def test_an_answer_that_the_client_does_not_take_is_in_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    # As it is with a checksum that does not match: the call was applied all the same.
    def repeat_the_first(attempts: int, **_: object) -> float | None:
        return 0.0 if attempts == 1 else None

    listen(client, "needs-retry", repeat_the_first)
    inject_after_the_first(client, aws, FailCalls(code="AccessDeniedException"))
    request = case.request(2)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert result.counts["failed"] == 2
    for failure in result.failed:
        assert isinstance(failure.error, ResponseError)
        assert failure.error.delivery is Delivery.IN_DOUBT


async def test_attempts_that_did_nothing_leave_no_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=2))
    aws.inject(FailCalls(code="AccessDeniedException"))
    request = case.request(2)

    result: AnyResult = await run_batch(client, once(case), request)

    check_accounting(case, aws, request, result)
    for failure in result.failed:
        assert isinstance(failure.error, RejectedError)
        assert failure.error.earlier is None


async def test_a_repeat_that_succeeds_is_a_success(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    result: AnyResult = await run_batch(client, once(case), request)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert aws.ledger.call_count() == 2


# --- single calls ---------------------------------------------------------------------------------


async def test_a_call_whose_repeat_never_left_is_in_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Drop(when="after", times=1))
    after_the_first(client, aws.stop)

    with pytest.raises(CallError) as caught:
        await case.operation(client, case.request(1), retry=None)

    check_doubt(caught.value)


async def test_a_call_whose_repeat_is_throttled_goes_again_only_where_that_does_no_harm(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    inject_after_the_first(client, aws, Throttle(times=OWN_ATTEMPTS))

    with pytest.raises(ThrottledError, match="an earlier attempt may have been applied") as caught:
        await once(case)(client, case.request(1), retry=fast)

    check_doubt(caught.value.earlier)
    assert aws.ledger.call_count() == OWN_ATTEMPTS

    await case.operation(client, case.request(1), retry=fast)


async def test_a_call_whose_repeat_is_rejected_tells_of_the_first(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    inject_after_the_first(client, aws, FailCalls(code="AccessDeniedException"))

    with pytest.raises(RejectedError) as caught:
        await case.operation(client, case.request(1), retry=fast)

    assert caught.value.delivery is Delivery.REFUSED
    check_doubt(caught.value.earlier)


async def test_a_call_that_itemwise_repeats_tells_of_its_first_attempt_as_well(
    case: Case, aws: LocalAWS, session: AioSession, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))

    async with aws.client(case.operation.service, session=session) as ours:
        inject_after_the_first(ours, aws, FailCalls(code="AccessDeniedException"))
        with pytest.raises(RejectedError) as caught:
            await case.operation(ours, case.request(1), retry=fast)

    check_doubt(caught.value.earlier)


async def test_a_call_that_itemwise_repeats_is_in_doubt_where_the_repeat_never_leaves(
    case: Case, aws: LocalAWS, session: AioSession, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))

    async with aws.client(case.operation.service, session=session) as ours:
        after_the_first(ours, aws.stop)
        with pytest.raises(CallError) as caught:
            await case.operation(ours, case.request(1), retry=fast)

    check_doubt(caught.value)


# --- handlers -------------------------------------------------------------------------------------


async def listeners(client: AioBaseClient) -> int:
    """Count who listens to the attempts of a client's calls."""
    answers = await client.meta.events.emit(
        f"response-received.fms.{FMS.name}", exception=None, parsed_response=None
    )
    return len(answers)


async def test_attempts_are_listened_to_once_however_often_a_client_is_called(
    aws: LocalAWS, session: AioSession
) -> None:
    async with plain_client(aws, session) as plain, aws.client("fms", session=session) as ours:
        for client in (plain, ours):
            await FMS.operation(client, FMS.request(1))
            await FMS.operation(client, FMS.request(1))

            assert await listeners(client) == 1


@only_fms
@pytest.mark.parametrize("event", ["after-call.fms", "response-received.fms"])
@pytest.mark.parametrize(
    "raised",
    [
        EndpointConnectionError(endpoint_url="http://other.invalid"),
        NoCredentialsError(),
        ClientError({"Error": {"Code": "AccessDenied", "Message": "m"}}, "PutMetricData"),
        ClientError({"Error": {"Code": "Throttling", "Message": "m"}}, "PutMetricData"),
    ],
    ids=str,
)
async def test_what_a_handler_raises_over_an_answer_is_not_the_answer(
    case: Case, aws: LocalAWS, session: AioSession, event: str, raised: Exception
) -> None:
    def handle(**_: object) -> None:
        raise raised

    async with aws.client("fms", session=session) as client:
        listen(client, event, handle)
        result: AnyResult = await run_batch(client, once(case), case.request(2))

    assert result.counts["unknown"] == 2
    assert result.error is None
    assert set(case.applied(aws).values()) == {1}


@only_fms
async def test_what_a_handler_has_sent_in_place_of_the_client_was_sent(
    case: Case, aws: LocalAWS, session: AioSession
) -> None:
    def send(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="http://other.invalid")

    async with aws.client("fms", session=session) as client:
        listen(client, "before-send.fms", send)
        result: AnyResult = await run_batch(client, once(case), case.request(2))

    assert result.counts["unknown"] == 2


@only_fms
async def test_a_repeat_that_a_handler_asks_for_is_seen_too(
    case: Case, aws: LocalAWS, session: AioSession
) -> None:
    async def again(attempts: int, **_: object) -> int | None:
        if attempts > 1:
            return None
        await aws.stop()
        return 0

    aws.inject(Drop(when="after", times=1))
    async with aws.client("fms", session=session) as client:
        listen(client, "needs-retry.fms", again)
        result: AnyResult = await run_batch(client, once(case), case.request(2), retry=None)

    check_accounting(case, aws, case.request(2), result)
    assert result.counts["unknown"] == 2


async def test_where_nothing_is_noticed_of_a_call_nothing_is_taken_for_granted(
    aws: LocalAWS, session: AioSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> object:
        raise ReadTimeoutError(endpoint_url="http://fms.invalid")

    # As many tests do who know botocore alone.
    monkeypatch.setattr(AioBaseClient, "_make_api_call", lost)
    async with aws.client("fms", session=session) as client:
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(2), retry=None)

    assert result.counts["unknown"] == 2


@only_fms
async def test_another_call_that_a_handler_makes_meanwhile_is_no_attempt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    # botocore itself looks up the endpoints of some services so, with the same client.
    async def call_another(**_: object) -> None:
        await getattr(client, "batch_associate_resource")(  # noqa: B009 - untyped
            ResourceSetIdentifier="rs", Items=[case.item(5)]
        )

    listen(client, f"before-call.fms.{case.name}", call_another)
    aws.inject(FailCalls(operation=case.name, code="AccessDeniedException"))

    with pytest.raises(RejectedError) as caught:
        await case.operation(client, case.request(1))

    assert aws.ledger.call_count() == 2
    assert caught.value.earlier is None
