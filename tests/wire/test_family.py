"""Every operation that itemwise ships, over the wire: success, failure, throttling, a lost answer.

Nothing here names an operation: requests are made from botocore's models, so that an operation that
is added is tested with no word of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader
from botocore.model import (
    ListShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

from itemwise import Request, RetryPolicy, ThrottledError, run_batch
from itemwise.testing import (
    Drop,
    FailItems,
    Garbage,
    GarbageKind,
    Key,
    LocalAWS,
    PoisonItems,
    Throttle,
    assert_accounted,
)
from tests.shipped import AnyOperation, operations
from tests.wire.cases import AnyResult
from tests.wire.clients import plain_client

OPERATIONS = operations()
COUNT = 5
GARBAGE: tuple[GarbageKind, ...] = ("text", "empty", "null", "list", "string")


@pytest.fixture(params=list(OPERATIONS.values()), ids=list(OPERATIONS))
def operation(request: pytest.FixtureRequest) -> AnyOperation:
    found: AnyOperation = request.param
    shipped = {each.name for each in OPERATIONS.values() if each.service == found.service}
    try:
        missing = shipped - set(described(found.service).operation_names)
    except UnknownServiceError:
        missing = shipped
    if missing:
        # LocalAWS serves a service as a whole.
        pytest.skip(f"the installed botocore is too old for {', '.join(sorted(missing))}")
    return found


@pytest.fixture
async def client(
    operation: AnyOperation, aws: LocalAWS, session: AioSession
) -> AsyncIterator[AioBaseClient]:
    # Some services put a prefix before the host's name, and 127.0.0.1 has no subdomains.
    config = AioConfig(inject_host_prefix=False)
    async with aws.client(operation.service, session=session, config=config) as opened:
        yield opened


@cache
def described(service: str) -> ServiceModel:
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


def model_of(operation: AnyOperation) -> OperationModel:
    return described(operation.service).operation_model(operation.name)


def sample(shape: Shape, number: int) -> object:
    """Make a value of a shape; other numbers make other values, but for enums."""
    if isinstance(shape, StructureShape):
        return {
            name: sample(member, number)
            for name, member in shape.members.items()
            if name in shape.required_members or shape.is_tagged_union
        }
    if isinstance(shape, StringShape) and shape.enum:
        return shape.enum[0]
    if shape.type_name in {"integer", "long"}:
        return number + 1
    return str(number).rjust(max(1, shape.metadata.get("min", 1)), "0")


def make_request(operation: AnyOperation, count: int = COUNT) -> Request:
    shape = model_of(operation).input_shape
    assert shape is not None
    field = operation.request.model_fields[operation.item_fields[0]]
    items = shape.members[field.alias or operation.item_fields[0]]
    assert isinstance(items, ListShape)
    members: dict[str, object] = {
        name: sample(member, 7)
        for name, member in shape.members.items()
        if name in shape.required_members
    }
    members[items_member(operation)] = [sample(items.member, number) for number in range(count)]
    request: Request = operation.request.model_validate(members)
    return request


def items_member(operation: AnyOperation) -> str:
    name = operation.item_fields[0]
    return operation.request.model_fields[name].alias or name


def keys(aws: LocalAWS, operation: AnyOperation, request: Request, *places: int) -> list[Key]:
    sent: Mapping[str, Any] = request.model_dump(by_alias=True, exclude_none=True, mode="json")
    listed = sent[items_member(operation)]
    member = items_member(operation)
    return [aws.key(operation.name, listed[place], member=member) for place in places]


def outcome_statuses(result: AnyResult) -> list[str]:
    return [outcome.status.value for outcome in result.outcomes]


async def test_items_succeed_and_fail_each_by_itself(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    request = make_request(operation)
    aws.inject(FailItems(items=set(keys(aws, operation, request, 1))))

    result = await run_batch(client, operation, request, chunk_size=2, retry=fast)

    assert outcome_statuses(result) == ["succeeded", "failed", *["succeeded"] * 3]
    assert not result.unmatched
    (failure,) = result.failed
    assert failure.item == operation.items(request)[1]
    assert failure.entry is not None
    assert dict(aws.ledger.applied()) == dict.fromkeys(keys(aws, operation, request, 0, 2, 3, 4), 1)
    assert max(len(call.items) for call in aws.ledger.calls) == 2
    assert_accounted(result, aws, request=request)
    again = result.leftovers(request)
    assert operation.items(again) == operation.items(request)[1:2]


@pytest.mark.parametrize("kind", GARBAGE)
async def test_garbage_is_no_success(
    operation: AnyOperation,
    aws: LocalAWS,
    client: AioBaseClient,
    session: AioSession,
    kind: GarbageKind,
) -> None:
    request = make_request(operation)
    aws.inject(Garbage(kind=kind))
    config = AioConfig(inject_host_prefix=False)

    async with plain_client(aws, session, config, service=operation.service) as plain:
        for each in (client, plain):
            result: AnyResult = await run_batch(each, operation, request, retry=None)

            assert outcome_statuses(result) == ["unknown"] * COUNT


async def test_the_local_service_knows_items_as_requests_hold_them(
    operation: AnyOperation, aws: LocalAWS
) -> None:
    request = make_request(operation)
    held = operation.items(request)[1]
    if len(operation.item_fields) > 1:
        with pytest.raises(TypeError, match="name the list that it stands in by member="):
            aws.key(operation.name, held)
        return
    assert [aws.key(operation.name, held)] == keys(aws, operation, request, 1)


async def test_an_entry_that_can_pass_is_sent_again(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    request = make_request(operation)
    for code in sorted(operation.retryable_codes):
        aws.inject(FailItems(items=set(keys(aws, operation, request, 2)), code=code, times=1))

        result = await run_batch(client, operation, request, retry=fast)

        assert outcome_statuses(result) == ["succeeded"] * COUNT
        aws.clear_faults()


async def test_a_throttled_call_is_sent_again(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    request = make_request(operation)
    aws.inject(Throttle(times=1))

    response = await operation(client, request, retry=fast)

    assert isinstance(response, operation.response)
    assert response.request_id == aws.ledger.calls[-1].request_id
    assert len(aws.ledger.calls) == 2
    aws.inject(Throttle(times=1))
    with pytest.raises(ThrottledError):
        await operation(client, request, retry=None)


async def test_after_a_lost_answer_only_what_may_be_repeated_is(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    request = make_request(operation)
    aws.inject(Drop(when="after", times=1))

    result = await run_batch(client, operation, request, retry=fast)

    calls = aws.ledger.calls
    if not operation.idempotent:
        assert outcome_statuses(result) == ["unknown"] * COUNT
        assert len(calls) == 1
        return
    assert outcome_statuses(result) == ["succeeded"] * COUNT
    assert len(calls) == 2
    assert calls[0].client_token == calls[1].client_token
    # A token lets the service see the repetition; without one the call is harmless by its nature.
    times = 2 if calls[0].client_token is None else 1
    assert set(aws.ledger.applied().values()) == {times}


async def test_an_item_that_has_its_call_rejected_is_found(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    request = make_request(operation)
    for code in sorted(operation.item_error_codes):
        aws.inject(PoisonItems(items=set(keys(aws, operation, request, 3)), code=code))

        result = await run_batch(client, operation, request, retry=fast)

        assert outcome_statuses(result) == [*["succeeded"] * 3, "failed", "succeeded"]
        assert result.failed[0].code == code
        aws.clear_faults()


async def test_a_call_takes_the_limit_and_no_more(
    operation: AnyOperation, aws: LocalAWS, client: AioBaseClient
) -> None:
    request = make_request(operation, operation.max_items + 1)

    result = await run_batch(client, operation, request)

    assert result.ok
    assert sorted(len(call.items) for call in aws.ledger.calls) == [1, operation.max_items]
