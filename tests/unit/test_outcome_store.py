"""What a run keeps of its items, and what it makes of that when somebody looks."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from itemwise import (
    BatchResult,
    Delivery,
    Failed,
    Key,
    NotAttempted,
    NotAttemptedReason,
    Operation,
    Outcome,
    ResponseShape,
    Status,
    Succeeded,
    TransientError,
    Unknown,
)
from itemwise._call.reply import Reply
from itemwise._chunks.plan import Chunk, distinct
from itemwise._chunks.settle import settle
from itemwise._lazy import LazyOutcomes
from itemwise._outcome_store import OutcomeStore
from itemwise.services.connect import (
    DisassociateWorkspaceRequest,
    DisassociateWorkspaceResponse,
    FailedBatchAssociationSummary,
    disassociate_workspace,
)

LOST = TransientError("lost", operation="Op", code="Lost", delivery=Delivery.IN_DOUBT)
OPERATION: Operation[Any, Any, str, Any] = disassociate_workspace


def store_of(items: Sequence[str]) -> OutcomeStore[str, Any]:
    _, duplicates = distinct(OPERATION, items)
    return OutcomeStore(operation=OPERATION, items=items, duplicates=duplicates)


def body_of(succeeded: Sequence[str], failed: Mapping[str, str] | None = None) -> bytes:
    reply = {
        "SuccessfulList": [{"ResourceArn": arn, "Note": f"of {arn}"} for arn in succeeded],
        "FailedList": [
            {"ResourceArn": arn, "ErrorCode": code} for arn, code in (failed or {}).items()
        ],
    }
    return json.dumps(reply).encode()


def answer(
    store: OutcomeStore[str, Any],
    indexes: Sequence[int],
    body: bytes,
    *,
    raw: bool = True,
    operation: Operation[Any, Any, str, Any] = OPERATION,
) -> None:
    chunk = Chunk(indexes=indexes, items=[store.items[index] for index in indexes])
    response = operation.response.model_validate_json(body)
    settlement = settle(operation, chunk, response, None)
    store.answered(settlement, Reply(response, "id-1", body if raw else None))


def closed(store: OutcomeStore[str, Any]) -> LazyOutcomes[str, Any]:
    return LazyOutcomes(store.copy(), NotAttemptedReason.CANCELLED)


def note(outcome: Outcome[str, Any]) -> object:
    assert isinstance(outcome, Succeeded)
    assert isinstance(outcome.entry, ResponseShape)
    return (outcome.entry.model_extra or {})["Note"]


@pytest.mark.parametrize("raw", [True, False], ids=["bytes", "model"])
@pytest.mark.parametrize("indexes", [range(1, 4), [3, 1, 2]], ids=["neighbours", "scattered"])
def test_a_success_is_made_with_the_entry_of_its_own_reply(
    raw: bool, indexes: Sequence[int]
) -> None:
    names = list("abcde")
    store = store_of(names)
    answer(store, [0], body_of([names[0]]), raw=raw)
    answer(store, indexes, body_of(names[1:3], {names[3]: "404"}), raw=raw)

    outcomes = closed(store)

    assert [outcome.status.value for outcome in outcomes] == [
        *["succeeded"] * 3,
        "failed",
        "not_attempted",
    ]
    assert [outcome.index for outcome in outcomes] == list(range(5))
    assert [outcome.item for outcome in outcomes] == names
    assert [note(outcome) for outcome in outcomes[:3]] == [f"of {name}" for name in names[:3]]
    # In any order, and again.
    assert note(outcomes[2]) == f"of {names[2]}"
    assert note(outcomes[0]) == f"of {names[0]}"


def test_replies_are_packed_where_a_run_keeps_many() -> None:
    names = [str(number) * 100_000 for number in range(9)]
    store = store_of(names)
    for index, name in enumerate(names):
        answer(store, [index], body_of([name]))

    sizes = [len(reply.reply) for reply in store.replies if isinstance(reply.reply, bytes)]

    assert all(size > 200_000 for size in sizes[:2])
    assert all(size < 20_000 for size in sizes[2:])
    assert [note(outcome) for outcome in closed(store)] == [f"of {name}" for name in names]


def test_a_reply_without_entries_of_successes_is_not_kept() -> None:
    store = store_of(["a", "b"])
    answer(store, [0, 1], body_of([], {"a": "404", "b": "404"}))

    assert store.replies == []
    assert closed(store).counts["failed"] == 2


def test_equals_share_the_outcome_and_the_entry_of_the_one_that_travelled() -> None:
    store = store_of(["a", "b", "a", "b", "c"])
    answer(store, [0, 1], body_of(["a"], {"b": "404"}))
    store.settled([Unknown(index=4, item="c", error=LOST)])

    outcomes = closed(store)

    assert [outcome.status.value for outcome in outcomes] == [
        "succeeded",
        "failed",
        "succeeded",
        "failed",
        "unknown",
    ]
    assert (note(outcomes[0]), note(outcomes[2])) == ("of a", "of a")
    duplicate = outcomes[3]
    assert isinstance(duplicate, Failed)
    assert (duplicate.index, duplicate.code) == (3, "404")
    assert isinstance(duplicate.entry, FailedBatchAssociationSummary)


def test_neighbours_with_equals_further_on_share_their_outcome() -> None:
    store = store_of(["a", "b", "a"])
    answer(store, range(2), body_of(["a", "b"]))

    assert [note(outcome) for outcome in closed(store)] == ["of a", "of b", "of a"]


def test_of_two_entries_of_an_item_the_first_is_its_own() -> None:
    store = store_of(["a", "b"])
    first, second = json.loads(body_of(["a", "b"])), json.loads(body_of(["a"]))
    second["SuccessfulList"][0]["Note"] = "another"
    first["SuccessfulList"] += second["SuccessfulList"]
    answer(store, range(2), json.dumps(first).encode())

    assert [note(outcome) for outcome in closed(store)] == ["of a", "of b"]


def test_entries_are_found_by_place_where_that_is_the_key() -> None:
    def by_place(position: int, _item: str) -> Key:
        return (str(position),)

    operation = replace(OPERATION, key=by_place)
    store: OutcomeStore[str, Any] = OutcomeStore(
        operation=operation, items=["x"] * 4, duplicates={}
    )
    answer(store, [2, 3], body_of(["0", "1"]), operation=operation)
    answer(store, range(2), body_of(["0", "1"]), operation=operation)

    assert [note(outcome) for outcome in closed(store)] == ["of 0", "of 1"] * 2


def test_a_noted_outcome_never_changes() -> None:
    store = store_of(["a", "b", "c"])
    answer(store, range(2), body_of(["a"], {"b": "404"}))
    before = tuple(closed(store))

    answer(store, range(2), body_of(["b"], {"a": "500"}))
    answer(store, range(3), body_of(["b", "c"], {"a": "500"}))
    store.settled([Unknown(index=index, item="?", error=LOST) for index in range(3)])

    assert tuple(closed(store))[:2] == before[:2]
    assert store.counts == {"succeeded": 2, "failed": 1, "unknown": 0, "not_attempted": 0}


def test_a_reply_is_read_once_for_neighbours_and_for_what_was_sent_again() -> None:
    read: list[int] = []

    class Counted(DisassociateWorkspaceResponse):
        def model_post_init(self, context: object, /) -> None:
            super().model_post_init(context)
            read.append(len(self.successful_list))

    operation = replace(OPERATION, response=Counted)
    names = [f"{number:02}" for number in range(50)]
    store: OutcomeStore[str, Any] = OutcomeStore(operation=operation, items=names, duplicates={})
    for start in range(0, 50, 5):
        busy = names[start + 2]
        others = [name for name in names[start : start + 5] if name != busy]
        answer(store, range(start, start + 5), body_of(others, {busy: "429"}))
        answer(store, [start + 2], body_of([busy]))
    outcomes = closed(store)
    read.clear()

    assert [note(outcome) for outcome in outcomes] == [f"of {name}" for name in names]

    assert sorted(read) == [1] * 10 + [4] * 10


def test_closed_accounts_stay_as_they_were() -> None:
    store = store_of(["a", "b", "c"])
    answer(store, [0], body_of(["a"]))

    copy = store.copy()
    copy.settled([Unknown(index=1, item="b", error=LOST)])
    early = LazyOutcomes(copy, NotAttemptedReason.PENDING)
    answer(store, [1, 2], body_of(["c"], {"b": "404"}))

    assert isinstance(early[1], Unknown)
    assert early.counts == {"succeeded": 1, "failed": 0, "unknown": 1, "not_attempted": 1}
    last = early[2]
    assert isinstance(last, NotAttempted)
    assert last.reason is NotAttemptedReason.PENDING
    late = closed(store)
    assert late.counts == {"succeeded": 2, "failed": 1, "unknown": 0, "not_attempted": 0}
    assert [note(late[0]), note(late[2]), note(early[0])] == ["of a", "of c", "of a"]


def test_lazy_outcomes_are_a_sequence_like_any_other() -> None:
    store = store_of(["a", "b", "c"])
    answer(store, range(3), body_of(["a", "c"], {"b": "404"}))
    outcomes = closed(store)

    assert outcomes[-1] == outcomes[2]
    assert outcomes[1:] == tuple(outcomes)[1:]
    assert outcomes == list(outcomes) == outcomes
    assert outcomes != tuple(outcomes)[:2]
    assert outcomes != [*outcomes[:2], outcomes[0]]
    assert outcomes != "abc"
    assert outcomes != 3
    assert outcomes[1] in outcomes
    assert list(reversed(outcomes)) == list(outcomes)[::-1]
    assert repr(outcomes) == "<3 outcomes>"
    with pytest.raises(IndexError):
        outcomes[3]
    assert outcomes == mock.ANY
    nothing: object = closed(store_of([]))
    assert nothing != ""
    assert nothing == ()
    assert hash(outcomes) == hash(tuple(outcomes))


def test_outcomes_travel_without_the_run_behind_them() -> None:
    store = store_of([f"{number:04}" for number in range(1000)])
    answer(store, range(1000), body_of(store.items[1:], {store.items[0]: "404"}))

    def unpicklable(_position: int, item: str) -> Key:
        return (item,)

    store.operation = replace(OPERATION, key=unpicklable)
    result = BatchResult(operation=store.operation, outcomes=closed(store))

    for outcomes in (result.failed, result.succeeded[:3], result.succeeded, result.outcomes):
        copied: object = pickle.loads(pickle.dumps(outcomes))  # noqa: S301 - our own
        assert copied == tuple(outcomes)
    assert len(pickle.dumps(result.failed)) < 1000
    assert isinstance(result.failed, tuple)


def test_outcomes_are_selected_by_kind_in_order() -> None:
    store = store_of(["a", "b", "c", "d", "e"])
    answer(store, [4, 0, 1], body_of(["e", "a"], {"b": "404"}))
    store.settled([Unknown(index=2, item="c", error=LOST)])
    result = BatchResult(operation=disassociate_workspace, outcomes=closed(store))

    assert [outcome.index for outcome in result.succeeded] == [0, 4]
    assert [note(outcome) for outcome in result.succeeded] == ["of a", "of e"]
    assert [outcome.index for outcome in result.failed] == [1]
    assert [outcome.index for outcome in result.unknown] == [2]
    assert [outcome.index for outcome in result.not_attempted] == [3]
    assert result.counts == {"succeeded": 2, "failed": 1, "unknown": 1, "not_attempted": 1}
    assert list(result.counts) == [status.value for status in Status]
    request = DisassociateWorkspaceRequest(instance_id="i", workspace_id="w", resource_arns=["a"])
    assert list(result.leftovers(request).resource_arns) == ["b", "c", "d"]


def test_the_answer_of_an_operation_of_successes_reads_the_same_twice() -> None:
    body = body_of(["a"], {"b": "404"})
    first = DisassociateWorkspaceResponse.model_validate_json(body)
    store = store_of(["a", "b"])
    answer(store, range(2), body)

    outcome = closed(store)[0]

    assert isinstance(outcome, Succeeded)
    assert outcome.entry == first.successful_list[0]
