"""Runs that end by a fault in code of an operation's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, NotAttemptedReason, RetryPolicy, run_batch
from itemwise.testing import FailItems, LocalAWS
from tests.wire.cases import FMS, HEALING, AnyResult, AnyRun, Case, case_id, check_accounting


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
