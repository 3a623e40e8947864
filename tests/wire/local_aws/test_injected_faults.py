"""Which faults are in force, which calls and items they hit, and what their handles show."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import pytest
from botocore.exceptions import ConnectionClosedError

from itemwise.testing import (
    Drop,
    ExtraFailures,
    FailCalls,
    FailItems,
    Fault,
    ForgetItems,
    LocalAWS,
    PoisonItems,
    RenameItems,
    Throttle,
)
from tests.wire.local_aws.samples import CONNECT, FMS

NO_ITEMS: list[Collection[str]] = [[], (), set(), frozenset(), ""]


async def test_faults_are_asked_in_order_and_only_when_reached(aws: LocalAWS) -> None:
    aws.inject(FailCalls(status=500, times=1))
    throttle = aws.inject(Throttle(times=1))
    drop = aws.inject(Drop(times=1))
    with pytest.raises(ConnectionClosedError):
        await FMS(aws, "a")
    assert (drop.fired, throttle.fired) == (1, 0)
    assert (await FMS.error_of(aws, "a"))[0] == "ThrottlingException"
    assert (await FMS.error_of(aws, "a"))[0] == "InternalFailure"
    await FMS(aws, "a")


async def test_a_fault_of_one_operation_spares_the_others(aws: LocalAWS) -> None:
    aws.inject(Throttle(operation=CONNECT.operation))
    await FMS(aws, "a")
    assert (await CONNECT.error_of(aws, "a"))[0] == "ThrottlingException"


async def test_faults_can_be_taken_back(aws: LocalAWS) -> None:
    one = aws.inject(Throttle())
    other = aws.inject(FailItems(items="a"))
    one.remove()
    assert not one.in_force
    assert FMS.failed(await FMS(aws, "a")) == ["a"]
    aws.clear_faults()
    assert not other.in_force
    assert FMS.failed(await FMS(aws, "a")) == []


def test_a_fault_of_an_operation_that_is_not_served() -> None:
    with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
        LocalAWS().inject(Throttle(operation="Nothing"))
    handle = LocalAWS().inject(Throttle())
    with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
        handle.replace(Throttle(operation="Nothing"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("batch_disassociate_resource", "BatchDisassociateResource"),
        ("batchDisassociateResource", "BatchDisassociateResource"),
        ("DisasociateWorkspace", r"DisassociateWorkspace or \w+"),
    ],
)
def test_the_name_that_was_meant_is_given(name: str, meant: str) -> None:
    aws = LocalAWS()
    message = rf"^no operation {name} is served: did you mean {meant}\?$"
    with pytest.raises(ValueError, match=message):
        aws.inject(Throttle(operation=name))
    with pytest.raises(ValueError, match=message):
        aws.ledger.call_count(name)


async def test_a_tuple_of_strings_is_one_key(aws: LocalAWS) -> None:
    one = aws.inject(FailItems(items=("a",)))
    other = aws.inject(FailItems(items=("b", "c")))
    await FMS(aws, "a", "b", "c")
    assert (one.fired, other.fired) == (1, 0)


@pytest.mark.parametrize("items", NO_ITEMS)
async def test_a_fault_of_no_items_hits_none(aws: LocalAWS, items: Collection[str]) -> None:
    faults = [aws.inject(kind(items=items)) for kind in (FailItems, ForgetItems, PoisonItems)]
    await FMS(aws, "a")
    assert [fault.fired for fault in faults] == [0, 0, 0]


@pytest.mark.parametrize(
    ("slip", "shown"),
    [(FailItems, "the class FailItems"), ("Throttle", "'Throttle'"), (None, "None")],
)
def test_what_is_no_fault_is_refused(slip: Fault, shown: str) -> None:
    message = rf"^fault must be a fault, such as Throttle\(times=1\), not {shown}$"
    with pytest.raises(TypeError, match=message):
        LocalAWS().inject(slip)
    with pytest.raises(TypeError, match=message):
        LocalAWS().inject(Throttle()).replace(cast("Throttle", slip))


async def test_a_handle_shows_the_fault_and_its_hits_and_no_items(aws: LocalAWS) -> None:
    handle = aws.inject(FailItems(items=["secret"], code="GONE", message="secret", times=3))
    assert repr(handle) == "<InjectedFault FailItems(code='GONE', times=3): fired 0>"
    await FMS(aws, "secret")
    handle.remove()
    assert repr(handle) == "<InjectedFault FailItems(code='GONE', times=3): fired 1, removed>"
    for hidden in (ExtraFailures(sent=("secret",)), RenameItems(rename=str.upper)):
        shown = f"<InjectedFault {type(hidden).__name__}(): fired 0>"
        assert repr(aws.inject(hidden)) == shown
