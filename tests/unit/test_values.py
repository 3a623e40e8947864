"""The values of a fault: a slip is refused where the fault is made."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import cast

import pytest

from itemwise import testing
from itemwise.services.fms import batch_disassociate_resource
from itemwise.testing import Fault

NEEDED: dict[str, dict[str, object]] = {
    "ContradictItems": {"items": "a"},
    "Delay": {"seconds": 1},
    "ExtraFailures": {"sent": ("a",)},
    "FailItems": {"items": "a"},
    "ForgetItems": {"items": "a"},
    "ItemFault": {"items": "a"},
    "LowerLimit": {"limit": 1},
    "PoisonItems": {"items": "a"},
    "RateLimit": {"rate": 1},
    "RenameItems": {"rename": str.upper},
}
FAULTS: dict[str, type[Fault]] = {
    name: kind
    for name, kind in vars(testing).items()
    if isinstance(kind, type) and issubclass(kind, Fault)
}


def made(kind: str, /, **values: object) -> Fault:
    make = cast("Callable[..., Fault]", FAULTS[kind])
    return make(**NEEDED.get(kind, {}) | values)


@pytest.mark.parametrize(
    ("kind", "field"),
    [(name, field.name) for name, kind in FAULTS.items() for field in dataclasses.fields(kind)],
)
def test_no_field_takes_a_value_of_any_kind(kind: str, field: str) -> None:
    with pytest.raises(TypeError, match=rf"^{field} must be .+, not <object"):
        made(kind, **{field: object()})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("Throttle", "operation", batch_disassociate_resource),
        ("Throttle", "times", 1.5),
        ("Throttle", "times", True),
        ("Throttle", "times", "1"),
        ("Throttle", "probability", "0.5"),
        ("Throttle", "probability", True),
        ("Throttle", "probability", None),
        ("Throttle", "style", 429),
        ("Throttle", "style", None),
        ("Throttle", "code", 400),
        ("Throttle", "retry_after", "1"),
        ("Drop", "when", None),
        ("Delay", "seconds", None),
        ("FailCalls", "code", 5),
        ("FailCalls", "status", "500"),
        ("FailCalls", "status", 500.0),
        ("FailCalls", "message", None),
        ("FailCalls", "apply", "no"),
        ("FailCalls", "apply", 1),
        ("FailItems", "items", 5),
        ("FailItems", "items", None),
        ("FailItems", "items", b"arn"),
        ("FailItems", "items", [b"arn"]),
        ("FailItems", "items", ["a", 5]),
        ("FailItems", "items", [("a", 5)]),
        ("FailItems", "items", [["a"]]),
        ("FailItems", "items", iter(["a"])),
        ("FailItems", "code", 404),
        ("PoisonItems", "message", None),
        ("LowerLimit", "limit", None),
        ("LowerLimit", "limit", 2.0),
        ("RenameItems", "rename", "x"),
        ("ExtraFailures", "sent", "a"),
        ("ExtraFailures", "sent", {"thingName": "a"}),
        ("Garbage", "size", 1e6),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: str, field: str, value: object) -> None:
    with pytest.raises(TypeError, match=rf"^{field} must be .+, not "):
        made(kind, **{field: value})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("Throttle", "times", 0),
        ("FailItems", "times", -1),
        ("Throttle", "probability", 1.5),
        ("Throttle", "probability", -0.1),
        ("Throttle", "probability", math.nan),
        ("Throttle", "style", "foo"),
        ("Throttle", "retry_after", -1),
        ("Throttle", "retry_after", math.inf),
        ("RateLimit", "style", "foo"),
        ("RateLimit", "rate", -1),
        ("RateLimit", "rate", math.nan),
        ("RateLimit", "rate", math.inf),
        ("RateLimit", "burst", 0.5),
        ("RateLimit", "burst", math.inf),
        ("RateLimit", "retry_after", math.nan),
        ("Drop", "when", "befor"),
        ("Delay", "seconds", -1),
        ("Delay", "seconds", math.nan),
        ("Delay", "seconds", math.inf),
        ("FailCalls", "status", 42),
        ("FailCalls", "status", 200),
        ("FailCalls", "status", 600),
        ("FailCalls", "retry_after", -1),
        ("LowerLimit", "limit", 0),
        ("ExtraFailures", "sent", ()),
        ("Garbage", "kind", "foo"),
        ("Garbage", "size", 0),
        ("Garbage", "size", -1),
    ],
)
def test_a_value_out_of_range_is_refused(kind: str, field: str, value: object) -> None:
    message = rf"^{field} must be .+, not {re.escape(repr(value))}$"
    with pytest.raises(ValueError, match=message):
        made(kind, **{field: value})
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(made(kind), **{field: value})  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("Throttle", {"times": None, "code": None, "retry_after": None, "operation": None}),
        ("Throttle", {"probability": 0, "retry_after": 0}),
        ("FailCalls", {"status": 400}),
        ("FailCalls", {"status": 599, "probability": 1}),
        ("RateLimit", {"rate": 0, "burst": 1}),
        ("FailItems", {"items": ["a", ("b", "c")]}),
        ("FailItems", {"items": {"a": 1}.keys(), "code": "", "message": ""}),
        ("Garbage", {"size": 1}),
    ],
)
def test_a_value_on_the_edge_is_taken(kind: str, values: dict[str, object]) -> None:
    fault = made(kind, **values)
    assert {name: getattr(fault, name) for name in values} == values


def test_a_choice_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match=r"^when must be one of 'before', 'after', 'midway', not 'befor'$"
    ):
        made("Drop", when="befor")
