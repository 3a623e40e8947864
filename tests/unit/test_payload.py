"""The request of one call, and how many items of a stream fit into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Self

import pytest
from pydantic import StringConstraints, ValidationError, model_validator

from itemwise import Key, RequestList, wire
from itemwise._chunks.payload import Fitting, fitting, payload
from itemwise._chunks.plan import ClashError
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.services.ram import DisassociateResourceShareRequest, disassociate_resource_share
from tests.shipped import AnyOperation

OPERATION: AnyOperation = batch_disassociate_resource
REQUEST = BatchDisassociateResourceRequest(resource_set_identifier="s", items=[])
START = 40
"""The index in its stream of the first item that is tried."""


class Lowered(BatchDisassociateResourceRequest):
    """A request that makes something else of its items."""

    items: Annotated[RequestList[Annotated[str, StringConstraints(to_lower=True)]], wire("Items")]


class Paired(BatchDisassociateResourceRequest):
    """A request that refuses items for each other's sake."""

    @model_validator(mode="after")
    def _hold_two(self) -> Self:
        if len(self.items) > 2:
            raise ValueError("two are enough")
        return self


def by_first_letter(_position: int, item: str) -> Key:
    return (item[0],)


def all_but_the_last(request: Any, items: Sequence[Any]) -> Any:
    return request.model_copy(update={"items": tuple(items[:-1])})


def and_one_more(request: Any, items: Sequence[Any]) -> Any:
    return request.model_copy(update={"items": (*items, "more")})


def in_order(request: Any, items: Sequence[Any]) -> Any:
    return request.model_copy(update={"items": tuple(sorted(items))})


def fit(items: Sequence[Any], operation: AnyOperation = OPERATION) -> Fitting[Any]:
    return fitting(operation, REQUEST, items, START)


def notes(error: Exception | None) -> Sequence[str]:
    return getattr(error, "__notes__", [])


# --- the request of a call ------------------------------------------------------------------------


def test_a_request_carries_the_items_of_its_call_and_what_they_share() -> None:
    made = payload(OPERATION, REQUEST, ["a", "b"])

    assert made.resource_set_identifier == "s"
    assert list(made.items) == ["a", "b"]


@pytest.mark.parametrize(("with_items", "carried"), [(all_but_the_last, 1), (and_one_more, 3)])
def test_a_request_that_does_not_carry_the_items_that_it_was_given_is_refused(
    with_items: Callable[..., Any], carried: int
) -> None:
    faulty = replace(OPERATION, with_items=with_items)
    words = f"was given 2 items and made a request with {carried}"

    with pytest.raises(ValueError, match=words):
        payload(faulty, REQUEST, ["a", "b"])
    with pytest.raises(ValueError, match=words):
        fit(["a", "b"], faulty)


# --- items of a stream ----------------------------------------------------------------------------


def test_where_all_items_fit_all_travel() -> None:
    assert fit(["a", "b", "c"]) == Fitting(
        items=["a", "b", "c"], travel=range(3), duplicates={}, error=None
    )


def test_where_there_are_no_items_nothing_travels_and_nothing_is_wrong() -> None:
    assert fit([]) == Fitting(items=(), travel=(), duplicates={}, error=None)


@pytest.mark.parametrize(
    ("count", "bad"), [(count, bad) for count in range(1, 10) for bad in range(count)]
)
@pytest.mark.parametrize("rest", ["good", ""], ids=["alone", "and all after it"])
def test_the_items_before_the_first_that_does_not_fit_travel(
    count: int, bad: int, rest: str
) -> None:
    items = [f"{place}" for place in range(bad)] + [""] + [rest] * (count - bad - 1)

    found = fit(items)

    assert list(found.items) == items[:bad]
    assert list(found.travel) == list(range(bad))
    assert isinstance(found.error, ValidationError)
    assert notes(found.error) == [f"item {START + bad} of the stream"]


def test_items_that_do_not_go_together_are_told_apart_from_those_that_do() -> None:
    found = fit(["a", "b", "c", "d"], replace(OPERATION, request=Paired))

    assert list(found.items) == ["a", "b"]
    assert notes(found.error) == [f"item {START + 2} of the stream"]


def test_of_equal_items_the_first_travels() -> None:
    found = fit(["a", "b", "a", "c", "a"])

    assert list(found.items) == ["a", "b", "a", "c", "a"]
    assert list(found.travel) == [0, 1, 3]
    assert found.duplicates == {0: [2, 4]}
    assert found.error is None


def test_equals_behind_an_item_that_does_not_fit_are_not_counted() -> None:
    found = fit(["a", "a", "", "a"])

    assert list(found.items) == ["a", "a"]
    assert found.duplicates == {0: [1]}


def test_an_item_that_the_service_could_not_tell_from_another_does_not_fit() -> None:
    found = fit(["ab", "b", "ac", "d"], replace(OPERATION, key=by_first_letter))

    assert list(found.items) == ["ab", "b"]
    assert isinstance(found.error, ClashError)
    assert f"items {START} and {START + 2} of " in str(found.error)
    assert notes(found.error) == [f"item {START + 2} of the stream"]


def test_an_item_that_upsets_the_operation_is_named_with_its_kind() -> None:
    request = DisassociateResourceShareRequest(resource_share_arn="s")
    items: list[Any] = [object()]

    found = fitting(disassociate_resource_share, request, items, START)

    assert list(found.items) == []
    assert isinstance(found.error, TypeError)
    assert isinstance(found.error.__cause__, AttributeError)
    assert str(found.error).startswith(f"item {START} of the stream is a object, which is not what")


def test_what_the_model_makes_of_an_item_is_what_travels() -> None:
    found = fit(["A", "b", "a"], replace(OPERATION, request=Lowered))

    assert list(found.items) == ["a", "b", "a"]
    assert list(found.travel) == [0, 1]
    assert found.duplicates == {0: [2]}


def test_items_are_found_again_where_a_request_holds_them_in_an_order_of_its_own() -> None:
    found = fit(["c", "B", "a", "B", "D"], replace(OPERATION, request=Lowered, with_items=in_order))

    assert list(found.items) == ["c", "b", "a", "b", "d"]
    assert list(found.travel) == [0, 1, 2, 4]
    assert found.duplicates == {1: [3]}
