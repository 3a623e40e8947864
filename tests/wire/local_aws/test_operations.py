"""What LocalAWS answers to the operations of its table."""

from __future__ import annotations

from typing import cast

import pytest
from botocore.exceptions import ClientError

from itemwise.testing import SERVED_OPERATIONS, FailItems, LocalAWS
from tests.wire.clients import Reply
from tests.wire.local_aws.samples import (
    CONNECT,
    FMS,
    GREENGRASS,
    INSPECTOR,
    RAM,
    SAMPLES,
    Sample,
    call,
    entries,
    every_operation,
)


def test_the_samples_are_in_the_table() -> None:
    served = {(row.service, row.operation, row.limit) for row in SERVED_OPERATIONS}
    assert served >= {(sample.service, sample.operation, sample.limit) for sample in SAMPLES}


@every_operation
async def test_all_items_succeed(aws: LocalAWS, sample: Sample) -> None:
    reply = await sample(aws, "a", "b")

    assert sample.failed(reply) == []
    assert sample.succeeded(reply) in (None, ["a", "b"])
    assert aws.ledger.applied(sample.operation) == {sample.key("a"): 1, sample.key("b"): 1}


@every_operation
async def test_an_item_fails_and_is_not_applied(aws: LocalAWS, sample: Sample) -> None:
    aws.inject(FailItems(items=[sample.key("b")]))

    reply = await sample(aws, "a", "b", "c")

    assert sample.failed(reply) == ["b"]
    assert sample.succeeded(reply) in (None, ["a", "c"])
    assert aws.ledger.applied() == {sample.key("a"): 1, sample.key("c"): 1}


@every_operation
async def test_more_items_than_the_limit_are_refused(aws: LocalAWS, sample: Sample) -> None:
    many = [f"item-{number}" for number in range(sample.limit + 1)]

    code, status, message = await sample.error_of(aws, *many)

    assert (code, status) == (sample.error, 400)
    assert str(sample.limit) in message
    assert aws.ledger.applied_count() == 0
    await sample(aws, *many[1:])
    assert aws.ledger.applied_count() == sample.limit


@every_operation
async def test_the_same_item_twice_is_refused(aws: LocalAWS, sample: Sample) -> None:
    code, status, message = await sample.error_of(aws, "a", "b", "a")

    assert (code, status) == (sample.error, 400)
    assert "unique" in message


async def test_failure_entries_tell_code_and_message(aws: LocalAWS) -> None:
    aws.inject(FailItems(items="x", code="418", message="tea"))
    assert entries(await CONNECT(aws, "x"), "FailedList") == [
        {"ResourceArn": "x", "ErrorCode": "418", "ErrorMessage": "tea"}
    ]
    assert entries(await INSPECTOR(aws, "x"), "failedAssociations") == [
        {
            "scanConfigurationArn": "arn:scan",
            "resource": {"projectId": "x"},
            "statusCode": "418",
            "statusMessage": "tea",
        }
    ]
    assert entries(await GREENGRASS(aws, "x"), "errorEntries") == [
        {"thingName": "x", "code": "418", "message": "tea"}
    ]
    reply = await FMS(aws, "x")
    assert reply["ResourceSetIdentifier"] == "set"
    assert entries(reply, "FailedItems") == [{"URI": "x", "Reason": "418"}]


async def test_three_lists_of_items_share_one_list_of_entries(aws: LocalAWS) -> None:
    aws.inject(FailItems(items=[("RESOURCE", "1")], message="no"))

    reply = await call(
        aws,
        "ram",
        "DisassociateResourceShare",
        resourceShareArn="arn:share",
        sources=["1"],
        resourceArns=["1"],
        principals=["1", "2"],
        clientToken="t",
    )

    assert reply["clientToken"] == "t"
    associations = entries(reply, "resourceShareAssociations")
    assert [(entry["associationType"], entry["status"]) for entry in associations] == [
        ("PRINCIPAL", "DISASSOCIATING"),
        ("PRINCIPAL", "DISASSOCIATING"),
        ("RESOURCE", "FAILED"),
        ("SOURCE", "DISASSOCIATING"),
    ]
    assert [entry.get("statusMessage") for entry in associations] == [None, None, "no", None]
    assert {entry["resourceShareArn"] for entry in associations} == {"arn:share"}
    assert aws.ledger.applied() == {
        ("PRINCIPAL", "1"): 1,
        ("PRINCIPAL", "2"): 1,
        ("SOURCE", "1"): 1,
    }


async def test_a_missing_member_is_refused(aws: LocalAWS) -> None:
    with pytest.raises(ClientError, match=r"at 'ResourceSetIdentifier'.*must not be null"):
        await call(aws, "fms", "BatchDisassociateResource", Items=["a"])


async def test_a_short_string_is_refused(aws: LocalAWS) -> None:
    code, _, message = await FMS.error_of(aws, "a", "")
    assert code == "InvalidInputException"
    assert "at 'Items.2.member'" in message


async def test_an_empty_list_is_refused_where_the_model_says_so(aws: LocalAWS) -> None:
    assert (await CONNECT.error_of(aws))[0] == "InvalidParameterException"
    assert (await FMS(aws))["FailedItems"] == []


async def test_required_members_of_a_modelled_error_are_there(aws: LocalAWS) -> None:
    with pytest.raises(ClientError) as caught:
        await INSPECTOR(aws)
    assert cast("Reply", caught.value.response)["reason"] == "OTHER"


async def test_keys_are_made_from_items(aws: LocalAWS) -> None:
    item = {"scanConfigurationArn": "arn:scan", "resource": {"projectId": "p"}}
    assert aws.key(INSPECTOR.operation, item) == INSPECTOR.key("p")
    assert aws.key(RAM.operation, "1") == ("PRINCIPAL", "1")
    assert aws.key(RAM.operation, "1", member="sources") == ("SOURCE", "1")
    with pytest.raises(ValueError, match="no operation Nothing is served"):
        aws.key("Nothing", "1")
    with pytest.raises(ValueError, match="no list of items 'source', but principals, resourceArns"):
        aws.key(RAM.operation, "1", member="source")
