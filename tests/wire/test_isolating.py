"""Whole calls that are rejected: because of an item, of the request, or of their size."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import Delivery, NotAttemptedReason, Pace, RejectedError, RetryPolicy, run_batch
from itemwise.testing import Drop, FailCalls, LocalAWS, LowerLimit, PoisonItems, Throttle
from tests.wire.cases import (
    CONNECT,
    FMS,
    GREENGRASS,
    RAM,
    AnyResult,
    Case,
    case_id,
    check_accounting,
    inject_after,
)


@pytest.mark.usefixtures("reply_path")
@pytest.mark.parametrize("culprits", [[0], [13], [24], [3, 4], [0, 12, 24]], ids=str)
async def test_exactly_the_culprits_fail_with_the_services_own_words(
    case: Case, client: AioBaseClient, aws: LocalAWS, culprits: list[int]
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*culprits)), message="Item is odd."))
    request = case.request(25)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert result.counts["succeeded"] == 25 - len(culprits)
    assert result.error is None
    for failure in result.failed:
        assert (failure.code, failure.message) == (case.item_error, "Item is odd.")
        assert failure.entry is None
        assert isinstance(failure.error, RejectedError)
        assert failure.error.code == case.item_error
    assert set(case.applied(aws).values()) == {1}
    depth = math.ceil(math.log2(25))
    # While nothing is known of the request, three single items are asked for first.
    assert aws.ledger.call_count() <= 1 + 3 + 2 * depth * len(culprits)


async def test_a_few_culprits_are_never_taken_for_a_fault_of_the_request(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    size, count = case.limit, 2 * case.limit
    half = (size + 1) // 2
    request = case.request(count)
    for culprits in ([0, half, size - 1], [0, 1, 2, half], [half - 2, half - 1, half, size]):
        aws.ledger.reset()
        aws.clear_faults()
        aws.inject(PoisonItems(items=set(case.keys(*culprits))))

        result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

        check_accounting(case, aws, request, result)
        assert [failure.index for failure in result.failed] == culprits
        assert result.counts["succeeded"] == count - len(culprits)
        assert result.error is None
        # No limit was learned from it: the parts that passed were not smaller, but innocent.
        assert size in case.sizes(aws)[1:]


@pytest.mark.parametrize("case", [FMS, CONNECT], ids=case_id)
@pytest.mark.parametrize("bad_chunks", [1, 2])
async def test_a_chunk_of_culprits_alone_stops_the_run_only_where_the_next_one_is_like_it(
    case: Case, client: AioBaseClient, aws: LocalAWS, bad_chunks: int
) -> None:
    size, count = case.limit, 5 * case.limit
    culprits = range(size, (1 + bad_chunks) * size)
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(count)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == list(culprits)
    if bad_chunks == 1:
        assert result.error is None
        assert result.counts["succeeded"] == count - size
        # What waited went on as soon as the next chunk was answered.
        assert case.sizes(aws)[-2:] == [size, size]
    else:
        assert isinstance(result.error, RejectedError)
        assert result.counts["not_attempted"] == 2 * size


@pytest.mark.parametrize("case", [FMS], ids=case_id)
@pytest.mark.parametrize(("culprits", "stops"), [(range(1, 32), False), (range(1, 51), True)])
async def test_many_culprits_that_travel_alone_in_a_row_are_the_requests_fault(
    case: Case, client: AioBaseClient, aws: LocalAWS, culprits: range, stops: bool
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(60)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=1, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert (result.error is not None) is stops
    # The first succeeds; after that many refusals nothing else is asked.
    assert result.counts["failed"] == (32 if stops else len(culprits))


async def test_a_lone_culprit_keeps_the_doubt_of_an_earlier_attempt(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="before", times=1))
    aws.inject(PoisonItems(items=set(case.keys(0))))
    request = case.request(1)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    (failure,) = result.failed
    assert failure.code == case.item_error
    assert failure.error is not None
    assert failure.error.delivery is Delivery.IN_DOUBT


@pytest.mark.parametrize("case", [FMS, CONNECT], ids=case_id)
@pytest.mark.parametrize("concurrency", [1, 4])
async def test_where_every_second_item_is_bad_every_other_goes_through(
    case: Case, client: AioBaseClient, aws: LocalAWS, concurrency: int
) -> None:
    count = 3 * case.limit
    culprits = list(range(0, count, 2))
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(count)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=concurrency)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert result.counts["succeeded"] == count - len(culprits)
    assert result.error is None
    assert aws.ledger.call_count() <= len(culprits) * (2 * math.log2(case.limit) + 2)


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_culprits_spread_over_one_chunk_are_not_taken_for_a_lower_limit(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    culprits = list(range(200, 300, 10))
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(500)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert case.sizes(aws).count(100) == 5
    assert aws.ledger.call_count() <= 5 + len(culprits) * (2 * math.log2(case.limit) + 2)


async def test_culprits_of_many_chunks_are_found_side_by_side(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    count = 4 * case.limit
    culprits = list(range(5, count, case.limit))
    aws.inject(PoisonItems(items=set(case.keys(*culprits))))
    request = case.request(count)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == culprits
    assert result.counts["succeeded"] == count - len(culprits)


async def test_without_isolation_the_chunk_fails_and_the_run_goes_on(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(1))))
    request = case.request(6)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, isolate=False
    )

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == [0, 1]
    assert result.counts["succeeded"] == 4
    assert result.error is None
    assert aws.ledger.call_count() == 3
    assert isinstance(result.failed[0].error, RejectedError)


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_fault_of_the_request_is_told_from_one_of_an_item_in_few_calls(
    case: Case, client: AioBaseClient, aws: LocalAWS, concurrency: int
) -> None:
    aws.inject(FailCalls(code=case.item_error))
    request = case.request(10 * case.limit)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=concurrency)

    check_accounting(case, aws, request, result)
    # The chunks that were on their way, and three more to find out.
    assert aws.ledger.call_count() <= concurrency + 3
    assert isinstance(result.error, RejectedError)
    assert result.counts["failed"] == concurrency * case.limit
    assert result.counts["not_attempted"] == (10 - concurrency) * case.limit
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.STOPPED}


async def test_a_fault_of_the_request_is_found_too_where_each_item_has_its_own_call(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code=case.item_error))
    request = case.request(20)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=1, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() <= 4
    assert isinstance(result.error, RejectedError)
    assert result.counts["not_attempted"] >= 16


async def test_a_single_rejected_item_needs_no_second_call(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(0))))
    request = case.request(1)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert result.counts["failed"] == 1
    assert aws.ledger.call_count() == 1


@pytest.mark.parametrize("limit", [20, 7, 3, 1])
async def test_a_lower_limit_is_learned_and_no_item_is_blamed(
    case: Case, client: AioBaseClient, aws: LocalAWS, limit: int
) -> None:
    aws.inject(LowerLimit(limit=limit))
    request = case.request(3 * case.limit)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=1)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert set(case.applied(aws).values()) == {1}
    refused = [call for call in aws.ledger.calls if call.code is not None]
    # All of the refusals fell upon the first chunk: the rest were small from the start.
    learned = aws.ledger.calls.index(refused[-1])
    assert sum(len(call.applied) for call in aws.ledger.calls[:learned]) < case.limit
    # Halves of halves: never less than half of what the service takes.
    assert max(case.sizes(aws)[learned + 1 :]) > limit // 2


@pytest.mark.parametrize("case", [FMS, CONNECT], ids=case_id)
async def test_what_one_chunk_learns_of_the_limit_spares_the_others_their_halving(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(LowerLimit(limit=case.limit // 10))
    request = case.request(4 * case.limit)
    refused: list[int] = []

    for concurrency in (1, 4):
        aws.ledger.reset()
        result: AnyResult = await run_batch(
            client, case.operation, request, concurrency=concurrency
        )
        check_accounting(case, aws, request, result)
        assert result.ok
        refused.append(sum(call.code is not None for call in aws.ledger.calls))

    # Three more chunks were on their way when the first was refused; none was halved by itself.
    assert refused[1] == refused[0] + 3


async def test_a_half_that_got_no_answer_teaches_no_limit(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    half = (case.limit + 1) // 2
    aws.inject(PoisonItems(items=set(case.keys(case.limit + half))))
    request = case.request(3 * case.limit)

    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, concurrency=1, retry=None),
        inject_after(aws, 3, Drop(when="before", times=1)),
    )

    check_accounting(case, aws, request, result)
    assert case.sizes(aws) == [case.limit, case.limit, half, case.limit - half, case.limit]
    assert result.counts["unknown"] == case.limit - half


async def test_a_lower_limit_and_a_culprit_are_told_apart(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(LowerLimit(limit=10))
    aws.inject(PoisonItems(items=set(case.keys(17))))
    request = case.request(4 * case.limit)

    result: AnyResult = await run_batch(client, case.operation, request, concurrency=2)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == [17]
    assert result.counts["succeeded"] == 4 * case.limit - 1


@pytest.mark.parametrize("case", [FMS, RAM], ids=case_id)
async def test_parts_of_a_rejected_chunk_are_retried_like_any_call(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, unpaced: Pace
) -> None:
    aws.inject(PoisonItems(items=set(case.keys(5))))
    aws.inject(Throttle(probability=0.3))
    aws.inject(FailCalls(status=500, probability=0.1))
    request = case.request(40)

    result: AnyResult = await run_batch(
        client, case.operation, request, retry=replace(fast, max_attempts=8), pace=unpaced
    )

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == [5]
    assert result.counts["succeeded"] == 39


async def test_a_rejection_that_every_chunk_would_share_stops_the_run(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", message="Not you."))
    request = case.request(6)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == 1
    assert isinstance(result.error, RejectedError)
    assert result.error.code == "AccessDeniedException"
    assert [outcome.status for outcome in result.outcomes] == ["failed"] * 2 + ["not_attempted"] * 4
    for failure in result.failed:
        assert (failure.code, failure.message) == ("AccessDeniedException", "Not you.")
        assert failure.error is result.error
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.STOPPED}


async def test_a_rejection_after_a_lost_answer_tells_of_the_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="after", times=1))
    request = case.request(2)

    result, _ = await asyncio.gather(
        run_batch(client, case.operation, request, retry=fast),
        inject_after(aws, 1, FailCalls(code="AccessDeniedException")),
    )

    check_accounting(case, aws, request, result)
    for failure in result.failed:
        assert failure.code == "AccessDeniedException"
        assert failure.error is not None
        assert failure.error.delivery is Delivery.IN_DOUBT
    assert result.counts["failed"] == 2
    assert isinstance(result.error, RejectedError)


async def test_a_culprit_that_a_lost_answer_hid_tells_of_the_doubt(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Drop(when="before", times=1))
    aws.inject(PoisonItems(items=set(case.keys(1))))
    request = case.request(4)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    (failure,) = result.failed
    # What was not known of the whole chunk is not known of its parts.
    assert failure.error is not None
    assert failure.error.delivery is Delivery.IN_DOUBT


async def test_a_chunk_that_waits_for_its_turn_is_not_sent_when_the_run_stops(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    request = case.request(8)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=4, pace=Pace(rate=1)
    )

    check_accounting(case, aws, request, result)
    # Those that began first were on their way; no other came after them.
    assert aws.ledger.call_count() < 4
    assert result.counts["not_attempted"] >= 2


async def test_chunks_in_flight_finish_when_the_run_stops(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", times=1))
    request = case.request(20)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=4
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == 4
    assert result.counts == {
        "succeeded": 6,
        "failed": 2,
        "unknown": 0,
        "not_attempted": 12,
    }


@pytest.mark.parametrize("case", [FMS, GREENGRASS], ids=case_id)
async def test_a_chunk_in_flight_is_still_retried_when_the_run_stops(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", times=1))
    aws.inject(FailCalls(status=503, times=3))
    request = case.request(20)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=4, retry=fast
    )

    check_accounting(case, aws, request, result)
    assert result.counts["succeeded"] == 6
    assert result.counts["unknown"] == 0
