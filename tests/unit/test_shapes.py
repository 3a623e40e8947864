"""What the base classes promise of every model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import ValidationError

from itemwise import (
    OPEN_ENUM,
    Request,
    RequestList,
    RequestShape,
    RequestUnion,
    Response,
    ResponseList,
    ResponseShape,
    ResponseUnion,
    Timestamp,
    length,
    wire,
)
from itemwise._shape import put_request_id

Name = Annotated[str, length(1, 5)]


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


class Target(RequestUnion):
    user_id: Annotated[Name | None, wire("UserId")] = None
    group_id: Annotated[Name | None, wire("GroupId")] = None


class Entry(RequestShape):
    thing_name: Annotated[Name, wire("thingName")]
    target: Annotated[Target | None, wire("target")] = None


class Send(Request):
    model_name: Annotated[Name, wire("ModelName")]
    entries: Annotated[RequestList[Entry], wire("Entries")] = ()
    names: Annotated[RequestList[Name] | None, wire("Names")] = None


class Told(ResponseUnion):
    user_id: Annotated[str | None, wire("UserId")] = None


class Outcome(ResponseShape):
    thing_name: Annotated[str | None, wire("thingName")] = None
    colour: Annotated[Colour | str | None, OPEN_ENUM, wire("colour")] = None
    target: Annotated[Told | None, wire("target")] = None
    at: Annotated[Timestamp | None, wire("at")] = None
    external: Annotated[bool | None, wire("external")] = None


class Reply(Response):
    outcomes: Annotated[ResponseList[Outcome], wire("Outcomes")] = ()
    names: Annotated[ResponseList[str], wire("Names")] = ()


def first(error: ValidationError) -> tuple[tuple[int | str, ...], str]:
    """Give the place and the kind of the only fault."""
    (fault,) = error.errors()
    return fault["loc"], fault["type"]


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"model_name": "m", "entries": [{"thing_name": "a"}]},
        {"ModelName": "m", "Entries": [{"thingName": "a"}]},
        {"model_name": "m", "Entries": ({"thing_name": "a"},)},
    ],
)
def test_both_names_are_accepted_and_the_wire_name_is_dumped(given: Mapping[str, object]) -> None:
    request = Send.model_validate(given)
    assert request.model_name == "m"
    assert request.entries[0].thing_name == "a"
    assert request.model_dump(by_alias=True, exclude_unset=True, exclude_none=True) == {
        "ModelName": "m",
        "Entries": ({"thingName": "a"},),
    }


def test_the_constructor_takes_python_names() -> None:
    assert Send(model_name="m", names=["a"]) == Send.model_validate(
        {"ModelName": "m", "Names": ["a"]}
    )


def test_a_request_cannot_be_changed() -> None:
    request = Send(model_name="m", entries=[Entry(thing_name="a")])
    with pytest.raises(ValidationError) as caught:
        setattr(request, "model_name", "n")  # noqa: B010 - checkers know that it is frozen
    assert first(caught.value) == (("model_name",), "frozen_instance")
    assert isinstance(request.entries, tuple)


def test_a_list_is_copied_so_that_later_changes_do_not_reach_the_request() -> None:
    names = ["a"]
    request = Send(model_name="m", names=names)
    names.append("b")
    assert request.names == ("a",)


def test_any_iterable_but_a_string_is_a_list() -> None:
    wanted = ("a", "b")
    for given in (list(wanted), iter(wanted), dict.fromkeys(wanted).keys()):
        assert Send.model_validate({"model_name": "m", "names": given}).names == wanted
    for wrong in ("ab", b"ab", {"a": 1}, 7):
        with pytest.raises(ValidationError) as caught:
            Send.model_validate({"model_name": "m", "names": wrong})
        assert first(caught.value) == (("names",), "list_of_items")


def test_a_request_is_hashable_and_equal_by_value() -> None:
    one, other = (Send(model_name="m", names=["a"]) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"model_name": "m", "modelname": "n"}, ("modelname",)),
        ({"model_name": "m", "entries": [{"thing_name": "a", "x": 1}]}, ("entries", 0, "x")),
        (
            {"model_name": "m", "entries": [{"thing_name": "a", "target": {"role_id": "r"}}]},
            ("entries", 0, "target", "role_id"),
        ),
    ],
)
def test_an_unknown_field_is_refused(
    given: Mapping[str, object], place: tuple[int | str, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        Send.model_validate(given)
    assert first(caught.value) == (place, "extra_forbidden")


def test_a_required_field_is_required_by_its_python_name() -> None:
    with pytest.raises(ValidationError) as caught:
        Send.model_validate({"names": ["a"]})
    assert first(caught.value) == (("model_name",), "missing")


@pytest.mark.parametrize(
    ("text", "fault"), [("", "string_too_short"), ("123456", "string_too_long")]
)
def test_a_string_out_of_its_bounds_is_named_by_field_and_index(text: str, fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Send(model_name=text)
    assert first(caught.value) == (("model_name",), fault)
    with pytest.raises(ValidationError) as caught:
        Send(model_name="m", names=["a", "b", text])
    assert first(caught.value) == (("names", 2), fault)
    with pytest.raises(ValidationError) as caught:
        Send.model_validate(
            {"ModelName": "m", "Entries": [{"thingName": "a"}, {"thingName": text}]}
        )
    assert first(caught.value) == (("entries", 1, "thing_name"), fault)


def test_a_string_at_its_bounds_is_taken() -> None:
    assert Send(model_name="12345", names=["1"]).model_name == "12345"


def test_a_list_may_be_empty_and_of_any_length() -> None:
    assert Send(model_name="m", names=[]).names == ()
    assert len(Send(model_name="m", names=["a"] * 10_000).names or ()) == 10_000


@pytest.mark.parametrize(
    "given", [{"user_id": "u"}, {"GroupId": "g"}, {"user_id": "u", "group_id": None}]
)
def test_a_union_takes_one_member(given: Mapping[str, object]) -> None:
    union = Target.model_validate(given)
    assert len(union.model_dump(by_alias=True, exclude_none=True)) == 1


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "none"),
        ({"user_id": None}, "none"),
        ({"user_id": "u", "group_id": "g"}, "user_id, group_id"),
        ({"UserId": "u", "group_id": "g"}, "user_id, group_id"),
    ],
)
def test_a_union_refuses_any_other_number_of_members(
    given: Mapping[str, object], named: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Send.model_validate({"model_name": "m", "entries": [{"thing_name": "a", "target": given}]})
    (fault,) = caught.value.errors()
    assert fault["loc"] == ("entries", 0, "target")
    assert fault["type"] == "union_arity"
    assert fault["msg"] == f"exactly one of user_id, group_id must be set, and {named} are"


# --- what is received -----------------------------------------------------------------------------


def outcome(**members: object) -> Outcome:
    """Read one entry, from JSON's types."""
    return Reply.model_validate({"Outcomes": [members]}).outcomes[0]


def test_nothing_is_required_of_a_response() -> None:
    reply = Reply.model_validate({})
    assert (reply.outcomes, reply.names, reply.request_id) == ((), (), None)
    assert outcome() == Outcome()


def test_a_response_keeps_what_it_does_not_know() -> None:
    entry = outcome(thingName="a", NextBigThing=[1])
    assert entry.model_extra == {"NextBigThing": [1]}
    assert entry.model_dump(by_alias=True, exclude_unset=True) == {
        "thingName": "a",
        "NextBigThing": [1],
    }


def test_a_response_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(outcome(), "thing_name", "n")  # noqa: B010 - checkers know that it is frozen


@pytest.mark.parametrize("reader", ["python", "json"])
def test_a_null_list_is_an_empty_one(reader: str) -> None:
    if reader == "python":
        reply = Reply.model_validate({"Outcomes": None, "Names": None})
    else:
        reply = Reply.model_validate_json('{"Outcomes": null, "Names": null}')
    assert (reply.outcomes, reply.names) == ((), ())


def test_a_null_list_in_a_request_stays_none_or_is_refused() -> None:
    assert Send.model_validate({"model_name": "m", "names": None}).names is None
    with pytest.raises(ValidationError) as caught:
        Send.model_validate({"model_name": "m", "entries": None})
    assert first(caught.value) == (("entries",), "list_of_items")


def test_an_open_enum_knows_its_members_and_keeps_the_rest() -> None:
    known, unknown, none = (outcome(colour=value).colour for value in ("RED", "TEAL", None))
    assert known is Colour.RED
    assert unknown == "TEAL"
    assert not isinstance(unknown, Colour)
    assert none is None


@pytest.mark.parametrize("colour", ["RED", "TEAL"])
def test_an_open_enum_goes_back_as_it_came(colour: str) -> None:
    assert outcome(colour=colour).model_dump_json(by_alias=True, exclude_unset=True) == (
        f'{{"colour":"{colour}"}}'
    )
    assert Outcome(colour=colour) == outcome(colour=colour)


@pytest.mark.parametrize(
    "given",
    [{"SDK_UNKNOWN_MEMBER": {"name": "RoleId"}}, {"RoleId": 1}, {"RoleId": {"deep": ["er"]}}],
    ids=["from botocore", "raw", "raw structure"],
)
def test_an_unknown_union_member_is_kept_by_name(given: Mapping[str, object]) -> None:
    told = outcome(target=given).target
    assert told is not None
    assert told.user_id is None
    assert told.unknown_member == "RoleId"
    assert told.model_extra == {"SDK_UNKNOWN_MEMBER": {"name": "RoleId"}}


def test_a_known_union_member_leaves_nothing_unknown() -> None:
    told = outcome(target={"UserId": "u"}).target
    assert told is not None
    assert told.user_id == "u"
    assert told.unknown_member is None


@pytest.mark.parametrize(
    "sent",
    [
        1_577_934_245,
        1_577_934_245.0,
        "1577934245",
        "2020-01-02T03:04:05Z",
        "2020-01-02T04:04:05+01:00",
        "Thu, 02 Jan 2020 03:04:05 GMT",
        datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    ],
)
def test_a_timestamp_is_read_in_every_form(sent: object) -> None:
    at = outcome(at=sent).at
    assert at is not None
    assert at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert at.utcoffset() is not None


def test_a_timestamp_keeps_its_fraction() -> None:
    at = outcome(at=1_577_934_245.25).at
    assert at == datetime(2020, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)


def test_a_number_is_seconds_however_large() -> None:
    # What some services send for "never".
    assert outcome(at=253_402_300_799).at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert outcome(at=-62_135_596_800).at == datetime(1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    ["soon", "Thu, 99 Foo", "Thu, 02 Jan 2020 03:04:05 +99999999999999", "", [], {}, 1e300],
)
def test_what_is_no_timestamp_is_refused(sent: object) -> None:
    with pytest.raises(ValidationError) as caught:
        outcome(at=sent)
    place, _ = first(caught.value)
    assert place == ("outcomes", 0, "at")


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"thingName": ["a"]}, ("outcomes", 0, "thing_name")),
        ({"thingName": 7}, ("outcomes", 0, "thing_name")),
        ({"target": "u"}, ("outcomes", 0, "target")),
        ({"external": "perhaps"}, ("outcomes", 0, "external")),
    ],
)
def test_an_ill_typed_response_is_refused(
    members: dict[str, object], place: Sequence[int | str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        outcome(**members)
    assert first(caught.value)[0] == place


@pytest.mark.parametrize(
    "sent", [{"Outcomes": "a"}, {"Outcomes": {"thingName": "a"}}, {"Outcomes": 1}]
)
def test_a_response_list_must_be_a_list(sent: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        Reply.model_validate(sent)
    assert first(caught.value) == (("outcomes",), "tuple_type")


@pytest.mark.parametrize("colour", [7, ["RED"], {"RED": 1}])
def test_an_ill_typed_open_enum_is_refused(colour: object) -> None:
    with pytest.raises(ValidationError) as caught:
        outcome(colour=colour)
    assert {fault["loc"][:3] for fault in caught.value.errors()} == {("outcomes", 0, "colour")}


def test_a_response_carries_its_request_id_outside_its_members() -> None:
    reply = Reply.model_validate({})
    put_request_id(reply, "r-1")
    assert reply.request_id == "r-1"
    assert "r-1" not in reply.model_dump_json()


class Blob(RequestShape):
    data: Annotated[bytes, wire("Data")]


@pytest.mark.parametrize("data", [b"text", b"\xff0", b"\x00\xfb\xff"])
def test_a_blob_is_read_as_it_was_written(data: bytes) -> None:
    assert Blob.model_validate_json(Blob(data=data).model_dump_json(by_alias=True)).data == data


@pytest.mark.parametrize("text", ["-_8=", "+/8="])
def test_a_blob_is_read_in_either_alphabet(text: str) -> None:
    assert Blob.model_validate_json(f'{{"Data":"{text}"}}').data == b"\xfb\xff"


def test_an_async_source_is_sent_where_it_belongs() -> None:
    async def source() -> AsyncIterator[str]:
        yield "a"

    with pytest.raises(ValidationError, match="not async_generator: pass them to stream_batch"):
        Send.model_validate({"ModelName": "model", "Names": source()})
