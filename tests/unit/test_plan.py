"""Which items of a batch travel, and in which chunks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from itemwise import Key, Operation
from itemwise._chunks.plan import Chunk, Plan, distinct
from itemwise.services.fms import batch_disassociate_resource

OPERATION: Operation[Any, Any, Any, Any] = batch_disassociate_resource


def by_position(position: int, _item: object) -> Key:
    return (position,)


def by_first_letter(_position: int, item: str) -> Key:
    return (item[0],)


def test_a_plan_hands_out_all_items_in_order_and_no_more() -> None:
    plan = Plan(OPERATION, ["a", "b", "c", "d", "e"])

    first, second = plan.take(2), plan.take(10)

    assert first is not None
    assert second is not None
    assert [*first.items, *second.items] == ["a", "b", "c", "d", "e"]
    assert [*first.indexes, *second.indexes] == [0, 1, 2, 3, 4]
    assert (len(first), len(second)) == (2, 3)
    assert plan.take(1) is None
    assert plan.remaining() == 0


def test_a_plan_of_nothing_hands_out_nothing() -> None:
    plan = Plan(OPERATION, [])

    assert plan.remaining() == 0
    assert plan.take(1) is None


def test_equal_items_are_handed_out_once() -> None:
    plan = Plan(OPERATION, ["a", "b", "a", "c", "a", "b"])

    chunk = plan.take(10)

    assert chunk is not None
    assert list(chunk.items) == ["a", "b", "c"]
    assert list(chunk.indexes) == [0, 1, 3]
    assert plan.duplicates == {0: [2, 4], 1: [5]}


def test_items_known_by_position_are_all_handed_out() -> None:
    indexes, duplicates = distinct(replace(OPERATION, key=by_position), ["a", "a", "a"])

    assert list(indexes) == [0, 1, 2]
    assert duplicates == {}


def test_one_key_for_items_that_differ_names_them_both() -> None:
    with pytest.raises(ValueError, match="items 1 and 3 of BatchDisassociateResource"):
        distinct(replace(OPERATION, key=by_first_letter), ["a", "b", "c", "bb"])


def test_a_chunk_picks_positions() -> None:
    chunk = Chunk(indexes=[3, 5, 8, 9], items=["a", "b", "c", "d"])

    assert chunk.at([3, 0]) == Chunk(indexes=[9, 3], items=["d", "a"])
    assert len(chunk.at([])) == 0


@pytest.mark.parametrize("key", ["a", ["a"], None], ids=repr)
def test_a_key_that_is_no_tuple_is_refused(key: Any) -> None:
    def wrong(_position: int, _item: object) -> Any:
        return key

    with pytest.raises(TypeError, match=f"must be a tuple.*, not {type(key).__name__}"):
        distinct(replace(OPERATION, key=wrong), ["a", "b"])
