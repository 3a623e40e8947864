"""Items that stand inside a structure of the request, or in a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from itemwise import (
    Key,
    Operation,
    Request,
    RequestList,
    RequestShape,
    Response,
    Verdict,
    length,
    wire,
)
from itemwise._chunks.payload import fitting


class Thing(RequestShape):
    key: Annotated[str, length(1, 5), wire("Key")]


class Things(RequestShape):
    objects: Annotated[RequestList[Thing], wire("Objects")] = ()


class Nested(Request):
    bucket: Annotated[str, wire("Bucket")]
    delete: Annotated[Things, wire("Delete")] = Things()


class Mapped(Request):
    tags: Annotated[dict[str, str], wire("Tags")] = Field(default_factory=dict)


def no_verdicts(_: Response) -> Sequence[Verdict[Any]]:
    return ()


def put_things(request: Nested, items: Sequence[Thing]) -> Nested:
    things = request.delete.model_copy(update={"objects": tuple(items)})
    return request.model_copy(update={"delete": things})


def things_of(request: Nested) -> Sequence[Thing]:
    return request.delete.objects


def put_tags(request: Mapped, items: Sequence[tuple[str, str]]) -> Mapped:
    return request.model_copy(update={"tags": dict(items)})


def tags_of(request: Mapped) -> Sequence[tuple[str, str]]:
    return tuple(request.tags.items())


def key_of_thing(_: int, item: Thing) -> Key:
    return (item.key,)


def key_of_tag(_: int, item: tuple[str, str]) -> Key:
    return (item[0],)


DELETE: Operation[Nested, Response, Thing, Any] = Operation(
    service="s3",
    name="DeleteObjects",
    request=Nested,
    response=Response,
    max_items=10,
    items=things_of,
    with_items=put_things,
    key=key_of_thing,
    verdicts=no_verdicts,
    silence_is_success=True,
    idempotent=True,
)
TAG: Operation[Mapped, Response, tuple[str, str], Any] = Operation(
    service="sqs",
    name="TagQueue",
    request=Mapped,
    response=Response,
    max_items=10,
    items=tags_of,
    with_items=put_tags,
    key=key_of_tag,
    verdicts=no_verdicts,
    silence_is_success=True,
    idempotent=True,
)


@pytest.mark.parametrize("bad", [{"key": ""}, {"key": "too long"}, {"key": "a", "more": 1}, "a"])
def test_an_item_inside_a_structure_is_checked(bad: Any) -> None:
    found = fitting(DELETE, Nested(bucket="b"), [Thing(key="a"), bad, Thing(key="c")], 10)

    assert found.items == [Thing(key="a")]
    assert isinstance(found.error, ValidationError)
    assert found.error.__notes__ == ["item 11 of the stream"]


def test_what_the_model_makes_of_an_item_inside_a_structure_travels() -> None:
    given: list[Any] = [{"Key": "a"}, {"key": "b"}]

    found = fitting(DELETE, Nested(bucket="b"), given, 0)

    assert list(found.items) == [Thing(key="a"), Thing(key="b")]
    assert found.error is None


def test_equal_items_of_a_map_travel_once() -> None:
    items = [("a", "1"), ("b", "1"), ("a", "1"), ("c", "1")]

    found = fitting(TAG, Mapped(), items, 0)

    assert found.error is None
    assert list(found.items) == items
    assert list(found.travel) == [0, 1, 3]
    assert found.duplicates == {0: [2]}


def test_a_map_that_drops_an_item_is_still_found_out() -> None:
    def put_all_but_one(request: Mapped, items: Sequence[tuple[str, str]]) -> Mapped:
        return put_tags(request, items[1:])

    faulty = replace(TAG, with_items=put_all_but_one)
    with pytest.raises(ValueError, match="was given 3 items and made a request with 2"):
        fitting(faulty, Mapped(), [("a", "1"), ("b", "1"), ("a", "1"), ("c", "1")], 0)
