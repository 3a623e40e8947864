"""Options out of range or of another kind are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from itemwise import Operation, Pace
from itemwise._run.options import check_options
from itemwise.services.fms import batch_disassociate_resource

OPERATION: Operation[Any, Any, Any, Any] = batch_disassociate_resource
USUAL: dict[str, Any] = {
    "concurrency": 1,
    "chunk_size": None,
    "timeout": None,
    "isolate": True,
    "pace": None,
}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": -1}, "concurrency"),
        ({"chunk_size": 0}, "chunk_size must be from 1 to 100"),
        ({"chunk_size": 101}, "chunk_size must be from 1 to 100"),
        ({"timeout": -0.1}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": 10**400}, "timeout is too large a number of seconds"),
    ],
)
def test_a_nonsensical_argument_is_refused_by_name_and_range(
    arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        check_options(OPERATION, **{**USUAL, **arguments})


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"chunk_size": 1},
        {"chunk_size": 100},
        {"timeout": 0},
        {"timeout": float("inf")},
        {"timeout": 1.5},
        {"concurrency": 10_000},
        {"pace": Pace()},
    ],
)
def test_the_ends_of_each_range_are_fine(arguments: dict[str, Any]) -> None:
    check_options(OPERATION, **{**USUAL, **arguments})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"concurrency": "8"}, "concurrency must be a whole number, not '8'"),
        ({"concurrency": 2.5}, "concurrency must be a whole number, not 2.5"),
        ({"concurrency": True}, "concurrency must be a whole number, not True"),
        ({"concurrency": None}, "concurrency must be a whole number, not None"),
        ({"chunk_size": "5"}, "chunk_size must be a whole number, not '5'"),
        ({"chunk_size": True}, "chunk_size must be a whole number, not True"),
        ({"timeout": "1"}, "timeout must be a number of seconds or None, not '1'"),
        ({"timeout": True}, "timeout must be a number of seconds or None, not True"),
        ({"isolate": "no"}, "isolate must be True or False, not 'no'"),
        ({"pace": 3}, "pace must be a Pace or None, not 3"),
        ({"pace": 0}, "pace must be a Pace or None, not 0"),
    ],
)
def test_an_argument_of_another_kind_is_refused_by_name_and_kind(
    arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        check_options(OPERATION, **{**USUAL, **arguments})
