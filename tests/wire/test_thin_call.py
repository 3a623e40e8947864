"""One request, one response: an operation called by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError
from pydantic import ValidationError

from itemwise import (
    CallError,
    ConfigurationError,
    Delivery,
    Operation,
    RejectedError,
    Request,
    RequestList,
    Response,
    ResponseError,
    RetryPolicy,
    ThrottledError,
    TransientError,
    open_client,
    run_batch,
    wire,
)
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.testing import (
    Drop,
    EntryList,
    FailCalls,
    FailItems,
    Fault,
    Garbage,
    ItemList,
    LocalAWS,
    ServedOperation,
    Throttle,
)
from tests.wire.cases import CONNECT, FMS, GREENGRASS, RAM, AnyOperation, Case, case_id


@pytest.mark.usefixtures("reply_path")
async def test_a_call_returns_the_typed_response_and_its_request_id(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    bad = case.item(1)
    aws.inject(FailItems(items={case.key(bad)}, code=case.final_code))

    response: Response = await case.operation(client, case.request(3))

    assert isinstance(response, case.operation.response)
    assert response.request_id == aws.ledger.calls[0].request_id
    failures = [verdict for verdict in case.operation.verdicts(response) if verdict.failed]
    assert [case.entry_key(verdict.entry) for verdict in failures] == [case.key(bad)]
    assert isinstance(failures[0].entry, case.entry)
    assert case.applied(aws).keys() == set(case.keys(0, 2))


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the service, and what it must become."""

    fault: Fault
    kind: type[CallError]
    code: str
    delivery: Delivery


ANSWERS = {
    "throttled": Said(
        Throttle(retry_after=2), ThrottledError, "ThrottlingException", Delivery.REFUSED
    ),
    "bare 429": Said(
        Throttle(style="bare", retry_after=2), ThrottledError, "429", Delivery.REFUSED
    ),
    "no permission": Said(
        FailCalls(code="AccessDeniedException", retry_after=2),
        RejectedError,
        "AccessDeniedException",
        Delivery.REFUSED,
    ),
    "not found": Said(
        FailCalls(status=404, retry_after=2),
        RejectedError,
        "ResourceNotFoundException",
        Delivery.REFUSED,
    ),
    "server fault": Said(
        FailCalls(status=500, retry_after=2), TransientError, "InternalFailure", Delivery.IN_DOUBT
    ),
    "unavailable": Said(
        FailCalls(status=503, retry_after=2),
        TransientError,
        "ServiceUnavailable",
        Delivery.IN_DOUBT,
    ),
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_error_of_the_service_is_typed_and_says_all_that_the_service_said(
    case: Case, client: AioBaseClient, aws: LocalAWS, said: Said
) -> None:
    aws.inject(said.fault)

    with pytest.raises(CallError) as caught:
        await case.operation(client, case.request(1), retry=None)

    error, call = caught.value, aws.ledger.calls[0]
    assert type(error) is said.kind
    assert (error.operation, error.code) == (case.name, said.code)
    assert (error.status, error.request_id) == (call.status, call.request_id)
    assert (error.retry_after, error.delivery) == (2, said.delivery)
    assert error.message
    assert isinstance(error.__cause__, ClientError)
    for part in (case.name, said.code, call.request_id):
        assert part in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("case", [FMS])
async def test_a_fault_of_the_server_that_is_modelled_as_400_is_transient(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="InternalErrorException"))

    with pytest.raises(TransientError) as caught:
        await case.operation(client, case.request(1), retry=None)

    assert caught.value.status == 400


class AskOfAccounts(Request):
    """A request of Security Incident Response.

    Its model calls an error retryable of which neither code nor status tells; no shipped one does.
    """

    membership_id: Annotated[str, wire("membershipId")] = "m-0123456789"
    account_ids: Annotated[RequestList[str], wire("accountIds")] = ("123456789012",)


ASK_OF_ACCOUNTS: AnyOperation = Operation(
    service="security-ir",
    name="BatchGetMemberAccountDetails",
    request=AskOfAccounts,
    response=Response,
    max_items=100,
    items=lambda request: request.account_ids,
    with_items=lambda request, _items: request,
    key=lambda _position, item: (item,),
    verdicts=lambda _response: (),
    silence_is_success=False,
    idempotent=True,
)


async def test_an_error_that_its_model_calls_retryable_is_got_through(
    session: AioSession, fast: RetryPolicy
) -> None:
    row = ServedOperation(
        service=ASK_OF_ACCOUNTS.service,
        operation=ASK_OF_ACCOUNTS.name,
        items=(ItemList(member="accountIds"),),
        limit=100,
        failures=EntryList(member="errors"),
    )
    async with LocalAWS([row]) as aws, aws.client("security-ir", session=session) as client:
        aws.inject(FailCalls(code="InvalidTokenException", times=1))

        await ASK_OF_ACCOUNTS(client, AskOfAccounts(), retry=fast)

        assert [call.code for call in aws.ledger.calls] == ["InvalidTokenException", None]


async def test_a_call_that_is_throttled_for_good_makes_as_many_attempts_as_the_policy_says(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Throttle())

    with pytest.raises(ThrottledError):
        await case.operation(client, case.request(1), retry=fast)

    assert aws.ledger.call_count() == fast.max_attempts == 3


async def test_a_call_without_retries_makes_one_attempt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle())

    with pytest.raises(ThrottledError):
        await case.operation(client, case.request(1), retry=None)

    assert aws.ledger.call_count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        Throttle(times=2),
        FailCalls(status=500, times=2),
        FailCalls(status=503, apply=True, times=2),
        Drop(when="before", times=2),
        Drop(when="after", times=2),
        Drop(when="midway", times=2),
    ],
    ids=lambda fault: f"{type(fault).__name__} {getattr(fault, 'when', '')}".strip(),
)
async def test_a_call_gets_through_faults_that_pass(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Fault
) -> None:
    aws.inject(fault)

    response: Response = await case.operation(client, case.request(2), retry=fast)

    assert response.request_id == aws.ledger.calls[2].request_id
    assert aws.ledger.call_count() == 3
    assert case.applied(aws).keys() == set(case.keys(0, 1))


async def test_a_rejected_call_is_not_repeated(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))

    with pytest.raises(RejectedError):
        await case.operation(client, case.request(1), retry=fast)

    assert aws.ledger.call_count() == 1


async def test_a_reply_that_is_lost_for_good_is_in_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after"))

    with pytest.raises(TransientError, match="may have been applied") as caught:
        await case.operation(client, case.request(1), retry=fast)

    error = caught.value
    assert error.delivery is Delivery.IN_DOUBT
    assert (error.status, error.request_id) == (None, None)
    assert aws.ledger.call_count() == 3


@pytest.mark.usefixtures("reply_path")
async def test_a_reply_that_does_not_fit_the_model_is_an_error_in_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Garbage(kind="string"))

    with pytest.raises(ResponseError) as caught:
        await case.operation(client, case.request(1), retry=None)

    assert caught.value.delivery is Delivery.IN_DOUBT


async def test_more_items_than_the_limit_are_refused_by_field_and_index_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    with pytest.raises(ValidationError) as caught:
        await case.operation(client, case.request(case.limit + 1))

    (detail,) = caught.value.errors()
    field, index = detail["loc"]
    request: Any = case.request(case.limit + 1)
    # Where items stand in several lists the index counts in the one that runs over.
    first_too_many = case.operation.items(request)[case.limit]
    assert getattr(request, str(field))[index] == getattr(first_too_many, "entity", first_too_many)
    assert "run_batch" in str(caught.value)
    assert str(case.limit) in str(caught.value)
    assert aws.ledger.calls == []


@pytest.mark.parametrize("case", [RAM])
async def test_the_limit_counts_over_all_lists_of_items(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request: Any = case.request(case.limit + 1)
    with pytest.raises(ValidationError) as caught:
        await case.operation(client, request)

    assert caught.value.errors()[0]["loc"] == ("sources", 20)


async def test_as_many_items_as_the_limit_go_through(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    await case.operation(client, case.request(case.limit))

    assert case.sizes(aws) == [case.limit]


@pytest.mark.parametrize("case", [FMS])
async def test_a_client_of_another_service_is_refused_by_both_names(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    with pytest.raises(TypeError, match=r"'connect'.*'fms'"):
        await CONNECT.operation(client, CONNECT.request(1))

    assert aws.ledger.calls == []


async def test_a_client_that_was_not_entered_is_refused_with_advice(case: Case) -> None:
    context: Any = open_client(case.operation.service, region_name="eu-west-1")

    with pytest.raises(TypeError, match="async with open_client"):
        await case.operation(context, case.request(1))


async def test_what_is_no_client_is_refused(case: Case) -> None:
    nothing: Any = object()

    with pytest.raises(TypeError, match="aiobotocore client, not object"):
        await case.operation(nothing, case.request(1))


@pytest.mark.parametrize("case", [FMS])
async def test_a_request_of_another_operation_is_refused(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    with pytest.raises(TypeError, match=r"BatchDisassociateResourceRequest, not Disassociate"):
        await case.operation(client, CONNECT.request(1))

    assert aws.ledger.calls == []


@pytest.mark.parametrize("retry", [3, True, "standard"])
@pytest.mark.parametrize("case", [FMS])
async def test_what_is_no_policy_is_refused(
    case: Case, client: AioBaseClient, aws: LocalAWS, retry: Any
) -> None:
    with pytest.raises(TypeError, match=f"retry must be a RetryPolicy or None, not {retry!r}"):
        await case.operation(client, case.request(1), retry=retry)

    assert aws.ledger.calls == []


@pytest.mark.parametrize("case", [FMS])
async def test_an_operation_that_botocore_does_not_know_is_a_configuration_error(
    case: Case, client: AioBaseClient
) -> None:
    unknown = replace(case.operation, name="BatchImagineResource")

    with pytest.raises(ConfigurationError, match="BatchImagineResource"):
        await unknown(client, case.request(1))


@pytest.mark.parametrize("name", ["batch_disassociate_resource", "batchDisassociateResource"])
@pytest.mark.parametrize("case", [FMS])
async def test_another_spelling_of_an_operation_is_refused_with_its_wire_name(
    case: Case, client: AioBaseClient, aws: LocalAWS, name: str
) -> None:
    # Its replies come under the wire name: under another they would be read without the guard
    # against garbage, and that would pass for success.
    aws.inject(Garbage())
    other = replace(case.operation, name=name)

    with pytest.raises(ConfigurationError, match=f"'{case.name}', not '{name}'"):
        await other(client, case.request(1))
    with pytest.raises(ConfigurationError, match=f"'{case.name}', not '{name}'"):
        await run_batch(client, other, case.request(1))

    assert aws.ledger.calls == []


async def test_a_call_whose_request_lacks_an_item_is_not_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        return case.operation.with_items(request, items[:-1])

    operation = replace(case.operation, with_items=with_items)

    with pytest.raises(ValueError, match=f"with_items of {case.name} was given 3 items .* with 2"):
        await operation(client, case.request(3))

    assert aws.ledger.calls == []


@pytest.mark.parametrize("case", [FMS, GREENGRASS, RAM], ids=case_id)
async def test_a_call_without_items_is_sent_as_it_is(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    await case.operation(client, case.request(0))

    # Of optional lists none is sent: one that is there must not be empty.
    assert [(call.items, call.status) for call in aws.ledger.calls] == [((), 200)]


@pytest.mark.parametrize("case", [GREENGRASS, RAM], ids=case_id)
async def test_what_is_none_is_not_sent(case: Case, client: AioBaseClient, aws: LocalAWS) -> None:
    bodies: list[str] = []

    def keep(request: object, **_: object) -> None:
        bodies.append(str(getattr(request, "body", "")))

    client.meta.events.register("before-send", keep)
    await case.operation(client, case.request(0))

    (body,) = bodies
    assert "null" not in body


@pytest.mark.parametrize("case", [FMS])
async def test_a_default_of_the_users_own_model_is_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    class ToOneSet(BatchDisassociateResourceRequest):
        resource_set_identifier: Annotated[str, wire("ResourceSetIdentifier")] = "of-all-of-us"

    operation = replace(batch_disassociate_resource, request=ToOneSet)

    response = await operation(client, ToOneSet(items=["resource"]))

    assert response.resource_set_identifier == "of-all-of-us"


@pytest.mark.parametrize("case", [RAM])
class TestClientToken:
    async def test_one_token_is_repeated_over_all_attempts(
        self, case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
    ) -> None:
        aws.inject(Drop(when="after", times=2))

        await case.operation(client, case.request(2), retry=fast)

        tokens = {call.client_token for call in aws.ledger.calls}
        assert len(tokens) == 1
        assert None not in tokens
        # The service recognised the repetitions, and did nothing again.
        assert [call.replay for call in aws.ledger.calls] == [False, True, True]
        assert set(case.applied(aws).values()) == {1}

    async def test_each_call_has_a_token_of_its_own(
        self, case: Case, client: AioBaseClient, aws: LocalAWS
    ) -> None:
        for _ in range(2):
            await case.operation(client, case.request(2))

        first, second = aws.ledger.calls
        assert first.client_token != second.client_token

    async def test_the_token_of_the_user_is_kept(
        self, case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
    ) -> None:
        aws.inject(FailCalls(status=500, apply=True, times=1))
        request = case.request(2).model_copy(update={"client_token": "mine"})

        await case.operation(client, request, retry=fast)

        assert [call.client_token for call in aws.ledger.calls] == ["mine", "mine"]
