"""How the entries of a reply become outcomes: the same from a reply's bytes and botocore's dict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import (
    Delivery,
    Key,
    Operation,
    ResponseError,
    ResponseShape,
    RetryPolicy,
    Verdict,
    run_batch,
)
from itemwise.testing import (
    ContradictItems,
    Drop,
    ExtraFailures,
    FailCalls,
    FailItems,
    ForgetItems,
    LocalAWS,
    RenameItems,
)
from tests.wire.cases import (
    FMS,
    GREENGRASS,
    HEALING,
    LISTING,
    RAM,
    SILENT,
    AnyResult,
    Case,
    case_id,
    check_accounting,
)

pytestmark = pytest.mark.usefixtures("reply_path")


async def test_every_item_of_many_chunks_succeeds(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(2 * case.limit + 3)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert sorted(case.sizes(aws)) == [3, case.limit, case.limit]
    assert set(case.applied(aws).values()) == {1}
    assert (result.unmatched, result.error) == ((), None)


async def test_a_failed_item_carries_its_code_message_and_typed_entry(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1, 30)), code=case.final_code, message="No."))
    request = case.request(40)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert [failure.index for failure in result.failed] == [1, 30]
    assert result.counts["succeeded"] == 38
    for failure in result.failed:
        assert failure.code == case.final_code
        assert type(failure.code) is str
        assert isinstance(failure.entry, case.entry)
        assert case.entry_key(failure.entry) == case.key(failure.item)
        assert failure.error is None
        assert failure.message == (None if case is FMS else "No.")


@pytest.mark.parametrize("case", LISTING, ids=case_id)
async def test_a_success_carries_its_entry_where_the_service_lists_successes(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(3))

    for success in result.succeeded:
        assert isinstance(success.entry, ResponseShape)
        assert case.entry_key(success.entry) == case.key(success.item)


@pytest.mark.parametrize("case", [RAM])
async def test_an_accepted_item_tells_how_far_the_service_has_come(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(1))

    entry: Any = result.succeeded[0].entry
    assert entry.status == "DISASSOCIATING"


@pytest.mark.parametrize("case", SILENT, ids=case_id)
async def test_silence_is_success_where_the_service_lists_failures_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(client, case.operation, case.request(3))

    assert result.ok
    assert [success.entry for success in result.succeeded] == [None, None, None]


@pytest.mark.parametrize("case", LISTING, ids=case_id)
async def test_a_forgotten_item_is_unknown_where_the_service_lists_successes(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(ForgetItems(items=set(case.keys(1))))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    (unknown,) = result.unknown
    assert unknown.index == 1
    assert isinstance(unknown.error, ResponseError)
    assert unknown.error.delivery is Delivery.IN_DOUBT
    assert unknown.error.request_id == aws.ledger.calls[0].request_id
    assert result.counts["succeeded"] == 2


@pytest.mark.parametrize("case", LISTING, ids=case_id)
@pytest.mark.parametrize("code", ["final", "retryable"])
async def test_an_item_in_both_lists_has_failed(
    case: Case, client: AioBaseClient, aws: LocalAWS, code: str
) -> None:
    chosen = case.retryable_code if code == "retryable" else case.final_code
    aws.inject(ContradictItems(items=set(case.keys(1))))
    if chosen is not None:
        aws.inject(FailItems(items=set(case.keys(1)), code=chosen))

    result: AnyResult = await run_batch(client, case.operation, case.request(3))

    assert [failure.index for failure in result.failed] == [1]
    assert result.counts["succeeded"] == 2
    # It is not sent again: the service has said that it was done.
    assert aws.ledger.call_count() == 1


async def test_a_failure_that_names_no_item_sent_is_unmatched_and_leaves_silence_unknown(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(0, 1)), code=case.final_code))
    name = case.key(case.item(1))[-1]
    aws.inject(RenameItems(rename=lambda text: f"{text}-else" if text == name else text))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    # Item 1 did fail, under another name; so might item 2 have, for all that silence tells.
    last = "succeeded" if case.lists_successes else "unknown"
    assert [outcome.status for outcome in result.outcomes] == ["failed", "unknown", last]
    (stray,) = result.unmatched
    assert stray.failed
    assert isinstance(stray.entry, case.entry)
    assert stray.request_id == aws.ledger.calls[0].request_id


@pytest.mark.parametrize("case", SILENT, ids=case_id)
async def test_a_stray_failure_makes_only_its_own_chunk_doubtful(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    stray = case.item(999)
    sent = stray if isinstance(stray, str) else stray.model_dump(by_alias=True)
    aws.inject(ExtraFailures(sent=(sent,), code=case.final_code, times=1))
    request = case.request(6)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1
    )

    check_accounting(case, aws, request, result)
    assert [outcome.status for outcome in result.outcomes] == ["unknown"] * 2 + ["succeeded"] * 4
    assert len(result.unmatched) == 1
    assert result.error is None


@pytest.mark.parametrize("case", [FMS, GREENGRASS], ids=case_id)
async def test_an_entry_without_a_name_is_unmatched(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(ExtraFailures(sent=({},), code=case.final_code))

    result: AnyResult = await run_batch(client, case.operation, case.request(2))

    assert len(result.unmatched) == 1
    assert result.counts["unknown"] == 2


async def test_equal_items_travel_once_and_share_their_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.final_code))
    request = case.make(case.items([0, 1, 0, 2, 1, 0]))

    result: AnyResult = await run_batch(client, case.operation, request)

    check_accounting(case, aws, request, result)
    assert case.sizes(aws) == [3]
    expected = ["succeeded", "failed", "succeeded", "succeeded", "failed", "succeeded"]
    assert [outcome.status for outcome in result.outcomes] == expected
    assert set(case.applied(aws).values()) == {1}


def _by_position() -> Operation[Any, Any, Any, Any]:
    """An operation that answers by place: its keys are positions, and so are its entries' names.

    FMS answers by name; the place is read out of the name here, which ends in the item's number.
    """

    def key(position: int, _item: str) -> Key:
        return (position,)

    def verdicts(response: Any) -> list[Verdict[Any]]:
        return [
            Verdict(
                key=(int(entry.uri.rpartition("@")[2]),),
                failed=True,
                entry=entry,
                code=entry.reason,
            )
            for entry in response.failed_items
        ]

    return replace(FMS.operation, key=key, verdicts=verdicts)


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_items_may_be_known_by_their_position_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    # Two calls of three; the failing ones stand at 0 and 2 of their own calls.
    items = ["a@0", "b@1", "c@2", "d@0", "e@1", "f@2"]
    aws.inject(FailItems(items=["a@0", "f@2"], code=case.final_code))

    result: AnyResult = await run_batch(client, _by_position(), case.make(items), chunk_size=3)

    assert [failure.index for failure in result.failed] == [0, 5]
    assert result.counts["succeeded"] == 4


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_what_a_reply_does_to_a_function_is_told_without_what_the_reply_holds(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def verdicts(response: Any) -> list[Verdict[Any]]:
        raise KeyError(response.failed_items[0].uri)

    aws.inject(FailItems(items=case.keys(0)))
    operation = replace(case.operation, verdicts=verdicts)

    result: AnyResult = await run_batch(client, operation, case.request(1))

    (unknown,) = result.unknown
    assert unknown.error.code == "UnreadableReply"
    assert "KeyError" in str(unknown.error)
    assert case.items([0])[0] not in str(unknown.error)
    assert isinstance(unknown.error.__cause__, KeyError)


@pytest.mark.parametrize("case", [FMS], ids=case_id)
async def test_items_known_by_position_are_never_equal(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(
        client, _by_position(), case.make(["a@0", "a@0"]), chunk_size=1
    )

    assert result.ok
    assert aws.ledger.call_count() == 2


@pytest.mark.parametrize("case", [GREENGRASS], ids=case_id)
async def test_items_with_one_key_that_differ_are_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def first_letter(_position: int, item: Any) -> Key:
        return (item.thing_name[0],)

    operation = replace(case.operation, key=first_letter)

    with pytest.raises(ValueError, match=r"items 0 and 1 .* one key"):
        await run_batch(client, operation, case.request(2))

    assert aws.ledger.calls == []


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_only_the_items_that_may_heal_are_sent_again(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailItems(items=set(case.keys(1, 3)), code=case.retryable_code, times=1))
    aws.inject(FailItems(items=set(case.keys(2)), code=case.final_code))
    request = case.request(5)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert [call.items for call in aws.ledger.calls] == [
        tuple(case.keys(0, 1, 2, 3, 4)),
        tuple(case.keys(1, 3)),
    ]
    assert [failure.index for failure in result.failed] == [2]
    (record,) = result.calls
    assert (record.items, record.attempts, record.code) == (5, 2, None)


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_an_item_that_does_not_heal_fails_with_its_last_entry(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    first = aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code, message="a"))
    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code, message="b"))
    first.replace(replace(first.fault, times=2))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert case.sizes(aws) == [3, 1, 1]
    (failure,) = result.failed
    assert (failure.index, failure.code, failure.message) == (1, case.retryable_code, "b")
    assert isinstance(failure.entry, case.entry)
    assert failure.error is None


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_faults_and_entries_share_one_budget_and_the_last_word_counts(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(status=500, times=1))
    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code))
    request = case.request(4)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, concurrency=1, retry=fast
    )

    check_accounting(case, aws, request, result)
    (failure,) = result.failed
    assert (failure.index, failure.code) == (1, case.retryable_code)
    assert isinstance(failure.entry, case.entry)
    # The answer of 500 is not forgotten: the item may have been applied by it.
    assert failure.error is not None
    assert failure.error.delivery is Delivery.IN_DOUBT
    assert result.error is None
    assert [(record.attempts, record.code) for record in result.calls] == [(3, None), (1, None)]


@pytest.mark.parametrize("case", HEALING, ids=case_id)
async def test_without_retries_a_retryable_entry_is_final(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=case.retryable_code, times=1))

    result: AnyResult = await run_batch(client, case.operation, case.request(3), retry=None)

    assert aws.ledger.call_count() == 1
    assert [(failure.index, failure.code) for failure in result.failed] == [
        (1, case.retryable_code)
    ]


async def test_a_refusal_after_a_lost_answer_tells_of_the_doubt(
    case: Case, reply_path: str, fast: RetryPolicy, session: Any
) -> None:
    async with (
        LocalAWS(refuse_repeats=True) as aws,
        aws.client(case.operation.service, session=session) as client,
    ):
        aws.inject(Drop(when="after", times=1))
        request = case.request(3)

        result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

        check_accounting(case, aws, request, result)
        assert set(case.applied(aws).values()) == {1}
    if case is RAM:
        # The client token made the repetition harmless: the service answers as the first time.
        assert result.ok
        return
    assert result.counts["failed"] == 3
    for failure in result.failed:
        assert failure.entry is not None
        assert failure.error is not None
        assert failure.error.delivery is Delivery.IN_DOUBT
