"""What a reply says of the items that a call carried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from itemwise import (
    CallError,
    Delivery,
    Failed,
    Key,
    NotAttempted,
    NotAttemptedReason,
    Operation,
    RejectedError,
    Response,
    ResponseError,
    ResponseShape,
    Succeeded,
    TransientError,
    Unknown,
    Verdict,
)
from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.plan import Chunk
from itemwise._chunks.settle import Settlement, settle
from itemwise._shape import put_request_id
from itemwise.services.fms import batch_disassociate_resource

CHUNK = Chunk(indexes=[10, 20, 30], items=["a", "b", "c"])

DOUBT = TransientError("lost", operation="Op", code="ReadTimeoutError", delivery=Delivery.IN_DOUBT)
REFUSAL = RejectedError("no", operation="Op", code="Denied", delivery=Delivery.REFUSED)


def fails(key: str | None, code: str | None = "BAD") -> Verdict[Any]:
    return Verdict(
        key=None if key is None else (key,), failed=True, entry=f"{key}:{code}", code=code
    )


def succeeds(key: str, entry: ResponseShape | None = None) -> Verdict[Any]:
    return Verdict(key=(key,), failed=False, success=entry)


def settled(
    *verdicts: Verdict[Any],
    silence: bool = True,
    doubt: CallError | None = None,
    chunk: Chunk[str] = CHUNK,
) -> Settlement[str, Any]:
    def said(_response: object) -> Sequence[Verdict[Any]]:
        return verdicts

    operation: Operation[Any, Any, Any, Any] = replace(
        batch_disassociate_resource,
        verdicts=said,
        silence_is_success=silence,
        retryable_codes=frozenset({"BUSY", "ThrottlingException"}),
    )
    response = Response()
    put_request_id(response, "id-1")
    return settle(operation, chunk, response, doubt)


def statuses(settlement: Settlement[str, Any]) -> list[tuple[int, str]]:
    return [(outcome.index, str(outcome.status)) for outcome in settlement.outcomes()]


def test_silence_is_success_or_unknown_as_the_operation_says() -> None:
    assert statuses(settled()) == [(10, "succeeded"), (20, "succeeded"), (30, "succeeded")]
    assert statuses(settled(silence=False)) == [(10, "unknown"), (20, "unknown"), (30, "unknown")]


def test_a_reply_with_far_more_entries_than_items_is_not_read_to_its_end() -> None:
    read: list[int] = []

    def said(_response: object) -> Iterator[Verdict[Any]]:
        for number in count():
            read.append(number)
            yield fails("a")

    operation: Operation[Any, Any, Any, Any] = replace(batch_disassociate_resource, verdicts=said)
    with pytest.raises(ResponseError, match="more than 1030 entries, for 3 items"):
        settle(operation, CHUNK, Response(), None)
    assert len(read) == 1031


def test_an_entry_is_matched_by_key_and_never_by_its_place() -> None:
    settlement = settled(fails("c"), fails("a"))

    assert statuses(settlement) == [(10, "failed"), (20, "succeeded"), (30, "failed")]
    failed = list(settlement.outcomes())[2]
    assert isinstance(failed, Failed)
    assert (failed.item, failed.entry, failed.code) == ("c", "c:BAD", "BAD")


@pytest.mark.parametrize("stray", [fails("z"), fails(None)], ids=["another", "nameless"])
def test_a_stray_failure_takes_silent_success_away(stray: Verdict[Any]) -> None:
    settlement = settled(fails("a"), stray)

    assert statuses(settlement) == [(10, "failed"), (20, "unknown"), (30, "unknown")]
    (entry,) = settlement.unmatched
    assert (entry.entry, entry.failed, entry.request_id) == (stray.entry, True, "id-1")


def test_a_stray_success_takes_nothing_away() -> None:
    stray = ResponseShape()

    settlement = settled(succeeds("z", stray))

    assert statuses(settlement) == [(10, "succeeded"), (20, "succeeded"), (30, "succeeded")]
    (entry,) = settlement.unmatched
    assert not entry.failed
    assert entry.entry is stray


def test_a_stray_failure_takes_no_stated_success_away() -> None:
    settlement = settled(succeeds("a"), fails("z"), silence=False)

    assert statuses(settlement) == [(10, "succeeded"), (20, "unknown"), (30, "unknown")]


@pytest.mark.parametrize("code", ["BAD", "BUSY"])
@pytest.mark.parametrize("turned", [False, True])
def test_an_item_in_both_lists_has_failed_and_is_not_sent_again(code: str, turned: bool) -> None:
    verdicts = [fails("a", code), succeeds("a")]

    settlement = settled(*(reversed(verdicts) if turned else verdicts))

    assert statuses(settlement)[0] == (10, "failed")
    assert settlement.again == {}


def test_a_retryable_entry_leaves_its_item_open() -> None:
    settlement = settled(fails("b", "BUSY"))

    assert statuses(settlement) == [(10, "succeeded"), (30, "succeeded")]
    assert {position: verdict.code for position, verdict in settlement.again.items()} == {1: "BUSY"}
    assert not settlement.throttled


def test_a_throttled_item_is_a_throttle_of_the_run() -> None:
    assert settled(fails("b", "ThrottlingException")).throttled


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_failures_of_one_item_the_final_one_wins(turned: bool) -> None:
    verdicts = [fails("a", "BUSY"), fails("a", "BAD")]

    settlement = settled(*(reversed(verdicts) if turned else verdicts))

    assert settlement.again == {}
    failed = next(settlement.outcomes())
    assert isinstance(failed, Failed)
    assert failed.code == "BAD"


def test_of_two_successes_of_one_item_the_first_is_its_own() -> None:
    first, second = ResponseShape(), ResponseShape()

    succeeded = next(settled(succeeds("a", first), succeeds("a", second)).outcomes())

    assert isinstance(succeeded, Succeeded)
    assert succeeded.entry is first


def test_a_failure_without_a_code_is_final() -> None:
    settlement = settled(fails("a", None))

    failed = next(settlement.outcomes())
    assert isinstance(failed, Failed)
    assert failed.code is None


def test_a_refusal_after_a_doubt_carries_it() -> None:
    failed, *rest = settled(fails("a"), doubt=DOUBT).outcomes()

    assert isinstance(failed, Failed)
    assert failed.error is DOUBT
    assert all(isinstance(outcome, Succeeded) for outcome in rest)


def test_keys_by_position_are_places_in_the_call() -> None:
    def position(place: int, _item: object) -> Key:
        return (place,)

    def said(_response: object) -> Sequence[Verdict[Any]]:
        return [Verdict(key=(1,), failed=True, entry="second")]

    operation: Operation[Any, Any, Any, Any] = replace(
        batch_disassociate_resource, verdicts=said, key=position
    )

    outcomes = settle(operation, CHUNK, Response(), None).outcomes()

    assert [(o.index, str(o.status)) for o in outcomes] == [
        (10, "succeeded"),
        (20, "failed"),
        (30, "succeeded"),
    ]


def test_what_is_unsettled_at_the_end_follows_from_what_was_said() -> None:
    reason = NotAttemptedReason.DEADLINE
    items: OpenItems[str, str] = OpenItems(CHUNK)

    (first, *_) = items.outcomes(reason, "Test")
    assert first == NotAttempted(index=10, item="a", reason=reason)

    items.refused(REFUSAL)
    (first, *_) = items.outcomes(reason, "Test")
    assert first == Failed(index=10, item="a", code="Denied", message="no", error=REFUSAL)

    items.doubt = DOUBT
    (first, *_) = items.outcomes(reason, "Test")
    assert first == Unknown(index=10, item="a", error=DOUBT)

    items.in_flight = True
    (first, *_) = items.outcomes(reason, "Test")
    assert isinstance(first, Unknown)
    assert (first.error.operation, first.error.code) == ("Test", "Interrupted")


def test_an_answer_leaves_the_items_that_are_to_go_again() -> None:
    items: OpenItems[str, str] = OpenItems(CHUNK)
    items.refused(REFUSAL)

    items.answered({1: fails("b", "BUSY")})

    (rest,) = items.outcomes(NotAttemptedReason.DEADLINE, "Test")
    assert isinstance(rest, Failed)
    assert (rest.index, rest.code, rest.entry, rest.error) == (20, "BUSY", "b:BUSY", None)
    assert [*items.failures()] == [rest]


def test_parts_know_what_was_said_of_the_whole() -> None:
    items: OpenItems[str, str] = OpenItems(CHUNK)
    items.refused(REFUSAL)
    items.doubt = DOUBT

    failure, *more = items.part([2]).failures()

    assert failure == Failed(index=30, item="c", code="Denied", message="no", error=DOUBT)
    assert not more


def test_a_few_throttled_items_of_many_are_not_a_throttle_of_the_run() -> None:
    many = Chunk(indexes=range(10), items=list("abcdefghij"))
    assert not settled(fails("b", "ThrottlingException"), chunk=many).throttled
    assert settled(*(fails(key, "ThrottlingException") for key in "bc"), chunk=many).throttled
