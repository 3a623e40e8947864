"""Whatever is sent and whatever is said of it: each item has one outcome, and none is unearned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from itemwise import (
    BatchResult,
    Delivery,
    Failed,
    NotAttempted,
    NotAttemptedReason,
    Operation,
    Outcome,
    RejectedError,
    Response,
    Status,
    Succeeded,
    TransientError,
    Unknown,
    Verdict,
)
from itemwise._call.reply import Reply
from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.plan import Chunk, Plan
from itemwise._chunks.settle import settle
from itemwise._lazy import LazyOutcomes
from itemwise._outcome_store import OutcomeStore
from itemwise.services.fms import batch_disassociate_resource

RETRYABLE = frozenset({"BUSY"})
DOUBT = TransientError("lost", operation="Op", code="Lost", delivery=Delivery.IN_DOUBT)
REFUSAL = RejectedError("no", operation="Op", code="Denied", delivery=Delivery.REFUSED)

names = st.sampled_from("abcdefgh")
batches = st.lists(names, max_size=30)
verdict_lists: st.SearchStrategy[list[Verdict[Any]]] = st.lists(
    st.builds(
        Verdict,
        # Some name what was not sent, and some name nothing.
        key=st.one_of(st.none(), st.tuples(st.sampled_from("abcdefghxyz"))),
        failed=st.booleans(),
        code=st.sampled_from(["BUSY", "BAD", None]),
        entry=st.none(),
        message=st.none(),
        success=st.none(),
    ),
    max_size=20,
)


def operation(verdicts: Sequence[Verdict[Any]], silence: bool) -> Operation[Any, Any, Any, Any]:
    def said(_response: object) -> Sequence[Verdict[Any]]:
        return verdicts

    return replace(
        batch_disassociate_resource,
        verdicts=said,
        silence_is_success=silence,
        retryable_codes=RETRYABLE,
    )


def chunk_of(items: Sequence[str]) -> Chunk[str]:
    distinct = list(dict.fromkeys(items))
    return Chunk(indexes=range(100, 100 + len(distinct)), items=distinct)


@given(batches, st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_a_plan_loses_and_repeats_nothing(items: list[str], sizes: list[int]) -> None:
    plan = Plan(batch_disassociate_resource, items)
    handed_out: list[int] = []
    for size in [*sizes, 1000]:
        left = plan.remaining()
        chunk = plan.take(size)
        assert (chunk is None) == (left == 0)
        if chunk is not None:
            assert len(chunk) == min(size, left)
            assert [items[index] for index in chunk.indexes] == list(chunk.items)
            handed_out.extend(chunk.indexes)
    assert plan.remaining() == 0
    # Each key travels once, and every index is reached by an item that travels or by its equal.
    assert [items[index] for index in handed_out] == list(dict.fromkeys(items))
    equals = [index for first in handed_out for index in plan.duplicates.get(first, ())]
    assert sorted([*handed_out, *equals]) == list(range(len(items)))
    for first, duplicates in plan.duplicates.items():
        assert {items[index] for index in duplicates} == {items[first]}


@given(batches, verdict_lists, st.booleans(), st.booleans())
def test_each_item_is_settled_or_sent_again_and_never_both(
    items: list[str], verdicts: list[Verdict[Any]], silence: bool, doubted: bool
) -> None:
    chunk = chunk_of(items)

    settlement = settle(operation(verdicts, silence), chunk, Response(), DOUBT if doubted else None)

    again = {chunk.indexes[position] for position in settlement.again}
    settled = [outcome.index for outcome in settlement.outcomes()]
    assert len(settled) == len(set(settled))
    assert sorted([*settled, *again]) == list(chunk.indexes)
    places = dict(zip(chunk.indexes, chunk.items, strict=True))
    assert all(outcome.item == places[outcome.index] for outcome in settlement.outcomes())
    strays = [v for v in verdicts if v.key is None or v.key[0] not in chunk.items]
    assert len(settlement.unmatched) == len(strays)


@given(batches, verdict_lists, st.booleans())
def test_no_success_is_unearned_and_no_failure_is_dropped(
    items: list[str], verdicts: list[Verdict[Any]], silence: bool
) -> None:
    chunk = chunk_of(items)
    said: dict[object, list[Verdict[Any]]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.key and verdict.key[0], []).append(verdict)
    stray_failure = any(
        verdict.failed
        for name, found in said.items()
        if name not in chunk.items
        for verdict in found
    )

    settlement = settle(operation(verdicts, silence), chunk, Response(), None)

    for position in settlement.again:
        found = said[chunk.items[position]]
        assert all(verdict.failed and verdict.code in RETRYABLE for verdict in found)
    for outcome in settlement.outcomes():
        found = said.get(outcome.item, [])
        failed = [verdict for verdict in found if verdict.failed]
        if isinstance(outcome, Failed):
            assert failed
        elif isinstance(outcome, Succeeded):
            assert not failed
            assert found or (silence and not stray_failure)
        else:
            assert isinstance(outcome, Unknown)
            assert not found


@given(
    batches,
    st.lists(st.tuples(st.integers(1, 7), verdict_lists), max_size=12),
    st.booleans(),
    st.sampled_from(NotAttemptedReason),
)
def test_a_store_holds_what_was_settled_whatever_was_answered(
    items: list[str],
    answers: list[tuple[int, list[Verdict[Any]]]],
    silence: bool,
    reason: NotAttemptedReason,
) -> None:
    plan = Plan(batch_disassociate_resource, items)
    store: OutcomeStore[str, Any] = OutcomeStore(
        operation=operation((), silence), items=items, duplicates=plan.duplicates
    )
    expected: dict[int, Outcome[str, Any]] = {
        index: NotAttempted(index=index, item=item, reason=reason)
        for index, item in enumerate(items)
    }
    for size, verdicts in answers:
        chunk = plan.take(size)
        if chunk is None:
            break
        response = Response()
        settlement = settle(operation(verdicts, silence), chunk, response, None)
        store.answered(settlement, Reply(response, None, None))
        for outcome in settlement.outcomes():
            for index in (outcome.index, *plan.duplicates.get(outcome.index, ())):
                expected[index] = replace(outcome, index=index, item=items[index])

    outcomes = LazyOutcomes(store, reason)

    assert list(outcomes) == list(expected.values())
    assert outcomes.counts == {
        status.value: sum(outcome.status is status for outcome in expected.values())
        for status in Status
    }


@given(
    batches,
    st.booleans(),
    st.booleans(),
    st.sets(st.integers(100, 107)),
    st.sampled_from(NotAttemptedReason),
)
def test_what_is_unsettled_at_the_end_has_one_outcome_each(
    items: list[str], doubted: bool, refused: bool, answered: set[int], reason: NotAttemptedReason
) -> None:
    chunk = chunk_of(items)
    busy: Verdict[Any] = Verdict(key=None, failed=True, code="BUSY")
    unsettled: OpenItems[str, Any] = OpenItems(chunk)
    unsettled.doubt = DOUBT if doubted else None
    unsettled.refusal = REFUSAL if refused else None
    unsettled.verdicts = dict.fromkeys(answered, busy)

    outcomes = list(unsettled.outcomes(reason, "Test"))

    assert [outcome.index for outcome in outcomes] == list(chunk.indexes)
    for outcome in outcomes:
        if doubted:
            assert outcome.status is Status.UNKNOWN
        elif refused or outcome.index in answered:
            assert outcome.status is Status.FAILED
        else:
            assert outcome.status is Status.NOT_ATTEMPTED
    result = BatchResult(operation=batch_disassociate_resource, outcomes=outcomes)
    assert sum(result.counts.values()) == len(outcomes)
    assert result.ok == (len(outcomes) == 0)
    assert "\n" not in repr(result)
