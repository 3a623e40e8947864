"""Faults about items."""

from __future__ import annotations

import pytest

from itemwise.testing import (
    ContradictItems,
    ExtraFailures,
    FailItems,
    ForgetItems,
    LocalAWS,
    PoisonItems,
    RenameItems,
)
from tests.wire.local_aws.samples import (
    CONNECT,
    FMS,
    GREENGRASS,
    INSPECTOR,
    RAM,
    Sample,
    call,
    entries,
    every_operation,
    of_status,
)


async def test_items_heal_after_so_many_attempts_each(aws: LocalAWS) -> None:
    fault = aws.inject(FailItems(items=lambda key: key[0] in "ab", times=2))
    assert FMS.failed(await FMS(aws, "a", "c")) == ["a"]
    assert FMS.failed(await FMS(aws, "a", "b")) == ["a", "b"]
    assert FMS.failed(await FMS(aws, "a", "b")) == ["b"]
    assert FMS.failed(await FMS(aws, "a", "b")) == []
    assert fault.fired == 4


async def test_a_string_is_one_item_and_any_part_of_a_key(aws: LocalAWS) -> None:
    aws.inject(FailItems(items="PRINCIPAL"))
    reply = await call(
        aws, "ram", RAM.operation, resourceShareArn="s", principals=["P"], resourceArns=["R"]
    )
    assert of_status(reply, "FAILED") == ["P"]


async def test_poison_rejects_the_whole_call(aws: LocalAWS) -> None:
    aws.inject(PoisonItems(items="bad"))
    first = await FMS.error_of(aws, "a", "bad")
    assert first == ("InvalidInputException", 400, "The request is not valid.")
    assert await FMS.error_of(aws, "bad") == first
    assert aws.ledger.applied_count() == 0
    await FMS(aws, "a")


async def test_forgotten_items_are_applied_and_not_named(aws: LocalAWS) -> None:
    aws.inject(FailItems(items="b"))
    aws.inject(ForgetItems(items=["a", "b"]))
    reply = await CONNECT(aws, "a", "b", "c")
    assert CONNECT.failed(reply) == []
    assert CONNECT.succeeded(reply) == ["c"]
    assert aws.ledger.applied() == {("a",): 1, ("c",): 1}


async def test_failures_under_other_names(aws: LocalAWS) -> None:
    aws.inject(FailItems(items="a"))
    aws.inject(RenameItems(rename=str.upper))
    reply = await INSPECTOR(aws, "a", "b")
    assert INSPECTOR.failed(reply) == ["A"]
    assert INSPECTOR.succeeded(reply) == ["b"]


@pytest.mark.parametrize("sample", [INSPECTOR, CONNECT, RAM], ids=lambda s: s.service)
async def test_items_in_both_lists(aws: LocalAWS, sample: Sample) -> None:
    aws.inject(ContradictItems(items="a"))
    reply = await sample(aws, "a", "b")
    assert sample.failed(reply) == ["a"]
    assert sample.succeeded(reply) == ["a", "b"]
    assert aws.ledger.applied_count() == 2


async def test_contradiction_needs_two_lists(aws: LocalAWS) -> None:
    aws.inject(ContradictItems(items="a"))
    assert FMS.failed(await FMS(aws, "a")) == []


async def test_failures_of_items_that_were_never_sent(aws: LocalAWS) -> None:
    aws.inject(ExtraFailures(sent=("ghost",), code="404", times=1, operation=CONNECT.operation))
    reply = await CONNECT(aws, "a")
    assert CONNECT.failed(reply) == ["ghost"]
    assert CONNECT.succeeded(reply) == ["a"]
    assert CONNECT.failed(await CONNECT(aws, "b")) == []


async def test_a_failure_without_a_name(aws: LocalAWS) -> None:
    aws.inject(ExtraFailures(sent=({},)))
    assert entries(await GREENGRASS(aws, "a"), "errorEntries") == [
        {
            "code": "ResourceNotFoundException",
            "message": "The client device is not associated.",
        }
    ]


@every_operation
async def test_repeats_are_refused_on_demand(sample: Sample) -> None:
    async with LocalAWS(refuse_repeats=True) as aws:
        await sample(aws, "a")
        reply = await sample(aws, "a", "b")
        assert sample.failed(reply) == ["a"]
        assert aws.ledger.applied() == {sample.key("a"): 1, sample.key("b"): 1}


def test_refused_repeats_need_the_applied_keys() -> None:
    with pytest.raises(ValueError, match="refuse_repeats needs keep_applied"):
        LocalAWS(refuse_repeats=True, keep_applied=False)
