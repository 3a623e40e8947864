from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from itemwise import Key, Operation
from itemwise._plan import Chunk, Plan, check_limits, distinct
from itemwise.services.fms import batch_disassociate_resource

OPERATION: Operation[Any, Any, Any, Any] = batch_disassociate_resource
USUAL: dict[str, Any] = {"concurrency": 1, "chunk_size": None, "timeout": None}


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
    assert plan.twins == {0: [2, 4], 1: [5]}


def test_items_known_by_position_are_all_handed_out() -> None:
    indexes, twins = distinct(replace(OPERATION, key=by_position), ["a", "a", "a"])

    assert list(indexes) == [0, 1, 2]
    assert twins == {}


def test_one_key_for_items_that_differ_names_them_both() -> None:
    with pytest.raises(ValueError, match="items 1 and 3 of BatchDisassociateResource"):
        distinct(replace(OPERATION, key=by_first_letter), ["a", "b", "c", "bb"])


def test_a_chunk_picks_positions() -> None:
    chunk = Chunk(indexes=[3, 5, 8, 9], items=["a", "b", "c", "d"])

    assert chunk.at([3, 0]) == Chunk(indexes=[9, 3], items=["d", "a"])
    assert len(chunk.at([])) == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": -1}, "concurrency"),
        ({"chunk_size": 0}, "chunk_size must be from 1 to 100"),
        ({"chunk_size": 101}, "chunk_size must be from 1 to 100"),
        ({"timeout": -0.1}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_a_nonsensical_argument_is_refused_by_name_and_range(
    arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        check_limits(OPERATION, **{**USUAL, **arguments})


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"chunk_size": 1},
        {"chunk_size": 100},
        {"timeout": 0},
        {"timeout": float("inf")},
        {"concurrency": 10_000},
    ],
)
def test_the_ends_of_each_range_are_fine(arguments: dict[str, Any]) -> None:
    check_limits(OPERATION, **{**USUAL, **arguments})
