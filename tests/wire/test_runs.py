"""What a user does with a run and its result, on results of real runs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from pydantic import TypeAdapter

from itemwise import (
    BatchError,
    BatchRun,
    NotAttemptedReason,
    Pace,
    RetryPolicy,
    run_batch,
)
from itemwise.testing import (
    Delay,
    Drop,
    FailCalls,
    FailItems,
    LocalAWS,
    Throttle,
)
from tests.wire.cases import (
    CONNECT,
    FMS,
    HEALING,
    INSPECTOR,
    RAM,
    AnyResult,
    AnyRun,
    Case,
    case_id,
    check_accounting,
    inject_after,
    rounds,
    until,
)


async def mixed(case: Case, client: AioBaseClient, aws: LocalAWS) -> tuple[Any, AnyResult]:
    """A run of eight items: two fail, two succeed, two are lost, and two are refused."""
    aws.inject(FailItems(items=set(case.keys(0, 1)), code=case.final_code, message="No."))
    request = case.request(8)
    result, *_ = await asyncio.gather(
        run_batch(client, case.operation, request, chunk_size=2, concurrency=1, retry=None),
        inject_after(aws, 2, Drop(when="after")),
        inject_after(aws, 3, FailCalls(code="AccessDeniedException")),
    )
    return request, result


async def test_an_empty_batch_is_ok_and_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    run: AnyRun = BatchRun(client, case.operation, case.request(0))

    result = await run.execute()

    assert result.outcomes == ()
    assert result.ok
    assert dict(result.counts) == dict.fromkeys(
        ("succeeded", "failed", "unknown", "not_attempted"), 0
    )
    result.raise_for_failures()
    assert aws.ledger.calls == []
    assert case.operation.items(result.leftovers(case.request(0))) in ((), [])


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_run_is_executed_in_the_loop_it_was_made_in(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    run: AnyRun = BatchRun(client, case.operation, case.request(1))

    with pytest.raises(RuntimeError, match="the event loop in which it was made"):
        await asyncio.to_thread(asyncio.run, run.execute())

    assert aws.ledger.calls == []
    assert (await run.execute()).ok


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_a_run_executes_once(case: Case, client: AioBaseClient, aws: LocalAWS) -> None:
    run: AnyRun = BatchRun(client, case.operation, case.request(1))
    result = await run.execute()

    with pytest.raises(RuntimeError, match="executed once"):
        await run.execute()

    assert run.result is result
    assert aws.ledger.call_count() == 1


@pytest.mark.parametrize("chunk_size", [1, 3, 10])
async def test_chunks_hold_at_most_the_chunk_size_in_input_order(
    case: Case, client: AioBaseClient, aws: LocalAWS, chunk_size: int
) -> None:
    await run_batch(client, case.operation, case.request(10), chunk_size=chunk_size, concurrency=1)

    sent = [key for call in aws.ledger.calls for key in call.items]
    assert sent == case.keys(*range(10))
    assert max(case.sizes(aws)) == chunk_size
    assert aws.ledger.call_count() == -(-10 // chunk_size)


@pytest.mark.parametrize("concurrency", [1, 3, 12])
async def test_never_more_calls_than_the_concurrency_are_under_way(
    case: Case, client: AioBaseClient, aws: LocalAWS, unpaced: Pace, concurrency: int
) -> None:
    aws.inject(Delay(seconds=0.002))
    aws.inject(Throttle(probability=0.2))

    await run_batch(
        client,
        case.operation,
        case.request(24),
        chunk_size=1,
        concurrency=concurrency,
        retry=RetryPolicy(base_delay=0.001, max_delay=0.001),
        pace=unpaced,
    )

    moments = [(call.started, 1) for call in aws.ledger.calls]
    moments += [(call.ended, -1) for call in aws.ledger.calls]
    under_way = most = 0
    for _, change in sorted(moments):
        under_way += change
        most = max(most, under_way)
    assert most <= concurrency


@pytest.mark.parametrize("concurrency", [1, 3, 12])
@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_as_many_calls_as_the_concurrency_are_under_way_at_once(
    case: Case, client: AioBaseClient, aws: LocalAWS, concurrency: int
) -> None:
    aws.inject(Delay(seconds=30))
    run: AnyRun = BatchRun(
        client,
        case.operation,
        case.request(24),
        chunk_size=1,
        concurrency=concurrency,
        retry=RetryPolicy(grace=0),
    )

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls >= concurrency)
    await rounds(20)

    assert run.progress.calls == concurrency
    assert run.result.counts["unknown"] == concurrency
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("case", [FMS, CONNECT], ids=case_id)
async def test_the_result_of_a_run_under_way_is_complete(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    delay = aws.inject(Delay(seconds=0))
    request = case.request(6)
    run: AnyRun = BatchRun(client, case.operation, request, chunk_size=2, concurrency=1)
    assert run.result.counts["not_attempted"] == 6

    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls >= 1)
    delay.replace(Delay(seconds=0.02))
    await until(lambda: run.progress.calls >= 2)
    now = run.result
    check_accounting(case, aws, request, now)
    statuses = [outcome.status for outcome in now.outcomes]
    assert statuses == ["succeeded"] * 2 + ["unknown"] * 2 + ["not_attempted"] * 2
    assert {rest.reason for rest in now.not_attempted} == {NotAttemptedReason.PENDING}

    result = await task
    assert result.ok
    assert run.result is result
    # What was read in between is a value, and has not changed.
    assert now.counts["succeeded"] == 2


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_progress_counts_what_has_happened(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, unpaced: Pace
) -> None:
    aws.inject(Throttle(times=2))
    aws.inject(FailItems(items=set(case.keys(0)), code=case.retryable_code, times=1))
    aws.inject(FailItems(items=set(case.keys(1)), code=case.final_code))
    run: AnyRun = BatchRun(
        client,
        case.operation,
        case.request(6),
        chunk_size=2,
        concurrency=1,
        retry=fast,
        pace=unpaced,
    )
    before = run.progress

    await run.execute()

    assert (before.total, before.settled, before.calls) == (6, 0, 0)
    after = run.progress
    assert (after.total, after.settled, after.succeeded, after.failed) == (6, 6, 5, 1)
    assert (after.unknown, after.not_attempted) == (0, 0)
    assert (after.calls, after.retries, after.throttled) == (3, 3, 2)
    assert after.calls + after.retries == aws.ledger.call_count()


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_progress_and_result_agree_when_a_run_has_ended(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    run: AnyRun = BatchRun(client, case.operation, case.request(6), chunk_size=2, concurrency=1)

    result = await run.execute()

    progress = run.progress
    assert progress.settled == progress.total
    assert progress.failed == result.counts["failed"] == 2
    assert progress.not_attempted == result.counts["not_attempted"] == 4


@pytest.mark.usefixtures("reply_path")
async def test_a_result_tells_failures_losses_and_refusals_apart(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request, result = await mixed(case, client, aws)

    check_accounting(case, aws, request, result)
    assert [outcome.status for outcome in result.outcomes] == [
        *["failed"] * 2,
        *["succeeded"] * 2,
        *["unknown"] * 2,
        *["failed"] * 2,
    ]
    assert not result.ok
    assert len(result.calls) == 4
    assert [record.code for record in result.calls][3] == "AccessDeniedException"
    assert result.calls[0].request_id == aws.ledger.calls[0].request_id


async def test_leftovers_are_all_that_did_not_succeed_in_order_and_run_again(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1, 5)), code=case.final_code, times=1))
    aws.inject(FailCalls(status=500, times=1))
    request = case.request(8)
    first: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=4, concurrency=1, retry=None
    )
    assert [outcome.status for outcome in first.outcomes] == [
        *["unknown"] * 4,
        *["succeeded", "failed", "succeeded", "succeeded"],
    ]

    rest = first.leftovers(request)

    # The heal of item 1 is still to come: its first call never came to look at items.
    items = [case.item(number) for number in (0, 1, 2, 3, 5)]
    assert list(case.operation.items(rest)) == items
    assert rest == case.make(items) or case is RAM
    second: AnyResult = await run_batch(client, case.operation, rest)
    assert [failure.item for failure in second.failed] == [case.item(1)]
    third: AnyResult = await run_batch(client, case.operation, second.leftovers(rest))
    assert third.ok
    assert list(case.operation.items(third.leftovers(rest))) == []


async def test_leftovers_keep_equal_items(case: Case, client: AioBaseClient, aws: LocalAWS) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.final_code))
    request = case.make(case.items([0, 1, 1, 2]))

    result: AnyResult = await run_batch(client, case.operation, request)

    assert list(case.operation.items(result.leftovers(request))) == case.items([1, 1])


@pytest.mark.parametrize("case", [RAM], ids=case_id)
@pytest.mark.parametrize("failing", [[0, 1], [1]], ids=["all", "some"])
async def test_leftovers_do_not_carry_a_used_client_token(
    case: Case, client: AioBaseClient, aws: LocalAWS, failing: list[int]
) -> None:
    aws.inject(FailItems(items=set(case.keys(*failing)), times=1))
    request = case.request(2).model_copy(update={"client_token": "mine"})
    result: AnyResult = await run_batch(client, case.operation, request)

    rest = result.leftovers(request)
    again: AnyResult = await run_batch(client, case.operation, rest)

    assert rest.resource_share_arn == request.resource_share_arn
    assert again.ok
    first, second = aws.ledger.calls
    assert first.client_token == "mine"
    assert second.client_token not in ("mine", None)


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_leftovers_of_another_operations_request_are_refused(
    case: Case, client: AioBaseClient
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(1))

    with pytest.raises(TypeError, match="BatchDisassociateResourceRequest, not a Disassociate"):
        result.leftovers(CONNECT.request(1))


async def test_only_raise_for_failures_raises_and_it_carries_the_result(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    _, result = await mixed(case, client, aws)

    with pytest.raises(BatchError) as caught:
        result.raise_for_failures()

    assert caught.value.result is result
    assert caught.value.__cause__ is result.error
    assert str(caught.value) == result.summary()


async def test_repr_and_error_say_in_one_line_what_happened(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    _, result = await mixed(case, client, aws)

    line = repr(result)
    assert "\n" not in line
    for part in (
        case.name,
        "8 items",
        "2 succeeded",
        "4 failed",
        "2 unknown",
        "AccessDeniedException ×2",
        "stopped by",
    ):
        assert part in line


async def test_the_trail_has_a_line_for_each_item_in_order_under_wire_names(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    _, result = await mixed(case, client, aws)
    sink = io.StringIO()

    result.to_jsonl(sink)

    lines = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert {line["operation"] for line in lines} == {case.name}
    assert [line["index"] for line in lines] == list(range(8))
    assert [line["status"] for line in lines] == [str(o.status) for o in result.outcomes]
    failed = lines[0]
    assert failed["code"] == case.final_code
    entry: Any = result.failed[0].entry
    wire_entry = entry.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert failed["entry"] == wire_entry
    if case is INSPECTOR:
        assert failed["item"]["resource"] == {"projectId": "project-0"}
    denied = lines[6]
    assert denied["error"]["kind"] == "RejectedError"
    assert denied["error"]["status"] == 403 or denied["error"]["code"] == "AccessDeniedException"
    assert denied["error"]["request_id"] == aws.ledger.calls[3].request_id
    assert denied["error"]["delivery"] == "refused"
    assert lines[4]["error"]["kind"] == "TransientError"
    assert lines[4]["error"]["delivery"] == "in doubt"


async def test_the_lines_of_what_did_not_succeed_become_a_request_again(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request, result = await mixed(case, client, aws)
    sink = io.StringIO()
    result.to_jsonl(sink)

    records = [json.loads(line) for line in sink.getvalue().splitlines()]
    dead = [record["item"] for record in records if record["status"] != "succeeded"]
    one: object = case.item(0)
    remade = TypeAdapter(type(one))
    again = case.operation.with_items(case.make([]), [remade.validate_python(i) for i in dead])

    assert len(dead) == 6
    assert case.operation.items(again) == case.operation.items(result.leftovers(request))


@pytest.mark.parametrize("case", [FMS], ids=case_id)
@pytest.mark.parametrize("named", [str, Path], ids=["str", "Path"])
async def test_the_trails_file_is_the_owners_alone(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    tmp_path: Path,
    named: Callable[[Path], str | Path],
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(2))
    fresh, old = tmp_path / "fresh.jsonl", tmp_path / "old.jsonl"
    old.write_text("what was there before\n" * 9)
    old.chmod(0o666)

    for path in (fresh, old):
        result.to_jsonl(named(path))

    for path in (fresh, old):
        assert path.stat().st_mode & 0o777 == 0o600
        assert [json.loads(line)["index"] for line in path.read_text().splitlines()] == [0, 1]


async def test_results_outcomes_and_errors_cross_processes(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request, result = await mixed(case, client, aws)

    copy: AnyResult = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own

    assert [o.status for o in copy.outcomes] == [o.status for o in result.outcomes]
    assert [o.item for o in copy.outcomes] == list(case.operation.items(request))
    assert copy.summary() == result.summary()
    assert vars(copy.failed[2].error) == vars(result.failed[2].error)
    error: BatchError = pickle.loads(pickle.dumps(BatchError(result)))  # noqa: S301 - our own
    assert str(error) == result.summary()


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_unknown_outcomes_are_warned_of_once(
    case: Case, client: AioBaseClient, aws: LocalAWS, caplog: pytest.LogCaptureFixture
) -> None:
    aws.inject(Drop(when="after"))

    with caplog.at_level(logging.WARNING, "itemwise"):
        await run_batch(client, case.operation, case.request(4), chunk_size=2, retry=None)

    (record,) = caplog.records
    assert "4 items may or may not have been applied" in record.getMessage()


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_runs_side_by_side_on_one_client_do_not_mix(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(*range(0, 60, 7))), code=case.final_code))
    requests = [case.make(case.items(range(first, first + 20))) for first in (0, 20, 40)]

    results: list[AnyResult] = await asyncio.gather(
        *(run_batch(client, case.operation, request, chunk_size=3) for request in requests)
    )

    for request, result in zip(requests, results, strict=True):
        check_accounting(case, aws, request, result)
    failed = [failure.item for result in results for failure in result.failed]
    assert failed == case.items(range(0, 60, 7))
