"""Client tokens of a run's calls: one for each payload, over all of its attempts."""

from __future__ import annotations

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import RetryPolicy, run_batch
from itemwise.testing import Drop, LocalAWS, PoisonItems
from tests.wire.cases import RAM, AnyResult, Case, check_accounting


@pytest.fixture
def case() -> Case:
    """The one that has a client token."""
    return RAM


async def test_each_chunk_has_a_token_of_its_own_and_repeats_it(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=2))
    request = case.request(4)

    result: AnyResult = await run_batch(client, case.operation, request, chunk_size=2, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert aws.ledger.call_count() > 2
    pairs = {(call.items, call.client_token) for call in aws.ledger.calls}
    assert len(pairs) == len(dict(pairs)) == len({token for _, token in pairs}) == 2
    # Nothing was done twice.
    assert set(case.applied(aws).values()) == {1}


async def test_the_users_own_token_goes_with_the_users_own_payload_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(4).model_copy(update={"client_token": "mine"})

    await run_batch(client, case.operation, request)
    await run_batch(client, case.operation, request, chunk_size=2)

    whole, *parts = [call.client_token for call in aws.ledger.calls]
    assert whole == "mine"
    assert len({"mine", *parts}) == 3


async def test_the_users_own_token_goes_along_where_equal_items_travel_once(
    case: Case, client: AioBaseClient, aws: LocalAWS
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


async def test_a_part_of_a_rejected_chunk_has_a_new_token(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(0))))
    request = case.request(4).model_copy(update={"client_token": "mine"})

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    tokens = [call.client_token for call in aws.ledger.calls]
    assert tokens[0] == "mine"
    assert len(set(tokens)) == len(tokens)
    assert [failure.index for failure in result.failed] == [0]
