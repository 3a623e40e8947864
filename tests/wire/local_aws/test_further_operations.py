"""Operations that LocalAWS learns of from its user."""

from __future__ import annotations

import dataclasses

import pytest

from itemwise.testing import (
    SERVED_OPERATIONS,
    EntryList,
    FailItems,
    ItemList,
    LocalAWS,
    ServedOperation,
)
from tests.wire.local_aws.samples import FMS, call, entries


async def test_items_known_by_an_id() -> None:
    row = ServedOperation(
        service="sqs",
        operation="DeleteMessageBatch",
        items=(ItemList(member="Entries", key=("Id",)),),
        limit=10,
        failures=EntryList(
            member="Failed",
            names=(("Id", "Id"),),
            code="Code",
            message="Message",
            fixed=(("SenderFault", True),),
        ),
        successes=EntryList(member="Successful", names=(("Id", "Id"),)),
    )
    async with LocalAWS([row]) as aws:
        aws.inject(FailItems(items="2", code="InternalError", message="later"))
        reply = await call(
            aws,
            "sqs",
            "DeleteMessageBatch",
            QueueUrl=f"{aws.endpoint_url}/1/queue",
            Entries=[{"Id": "1", "ReceiptHandle": "a"}, {"Id": "2", "ReceiptHandle": "b"}],
        )
        assert entries(reply, "Successful") == [{"Id": "1"}]
        assert entries(reply, "Failed") == [
            {"Id": "2", "Code": "InternalError", "Message": "later", "SenderFault": True}
        ]
        assert aws.ledger.applied() == {("1",): 1}


async def test_items_known_by_their_place() -> None:
    row = ServedOperation(
        service="firehose",
        operation="PutRecordBatch",
        items=(ItemList(member="Records"),),
        limit=500,
        failures=EntryList(member="RequestResponses", code="ErrorCode", message="ErrorMessage"),
        successes=EntryList(member="RequestResponses", fixed=(("RecordId", "0"),)),
        unique_items=False,
    )
    async with LocalAWS([row]) as aws:
        aws.inject(FailItems(items=lambda key: "b'y'" in key, code="Slow", message="down"))
        reply = await call(
            aws,
            "firehose",
            "PutRecordBatch",
            DeliveryStreamName="stream",
            Records=[{"Data": data} for data in (b"x", b"y", b"x")],
        )
        assert entries(reply, "RequestResponses") == [
            {"RecordId": "0"},
            {"ErrorCode": "Slow", "ErrorMessage": "down"},
            {"RecordId": "0"},
        ]
        assert aws.ledger.applied() == {("Data", "b'x'"): 2}


async def test_a_row_replaces_the_one_of_the_table() -> None:
    row = next(row for row in SERVED_OPERATIONS if row.service == "fms")
    async with LocalAWS([dataclasses.replace(row, limit=1)]) as aws:
        assert (await FMS.error_of(aws, "a", "b"))[0] == "InvalidInputException"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operation": "Nothing"}, "no operation Nothing"),
        ({"items": (ItemList(member="Nothing"),)}, "no member Nothing in its request"),
        ({"failures": EntryList(member="Nothing")}, "no member Nothing in its response"),
        ({"items": (ItemList(member="ResourceSetIdentifier"),)}, "is not a list"),
    ],
)
def test_a_row_that_does_not_fit_its_model(change: dict[str, object], message: str) -> None:
    row = next(row for row in SERVED_OPERATIONS if row.service == "fms")
    with pytest.raises(ValueError, match=message):
        LocalAWS([dataclasses.replace(row, **change)])  # type: ignore[arg-type]  # by design


SQS = ServedOperation(
    service="sqs",
    operation="SendMessageBatch",
    items=(ItemList(member="Entries", key=("Id",)),),
    limit=10,
    failures=EntryList(member="Failed", names=(("Id", "Id"),), code="Code", message="Message"),
    successes=EntryList(member="Successful", names=(("Id", "Id"),)),
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"items": (ItemList(member="Entries", key=("Idd",)),)},
            "SendMessageBatch: an item of Entries has no Idd, but DelaySeconds, Id",
        ),
        (
            {"items": (ItemList(member="Entries", key=("Id.More",)),)},
            "an item of Entries has no Id.More: it is a string",
        ),
        (
            {"items": (ItemList(member="Entries", key=("Id[]",)),)},
            "an item of Entries has no Id",
        ),
        (
            {"failures": EntryList(member="Failed", code="Code[]")},
            "an entry of Failed has no Code",
        ),
        (
            {"failures": EntryList(member="Failed", code="Cod")},
            "an entry of Failed has no Cod, but Code, Id, Message, SenderFault",
        ),
        (
            {"failures": EntryList(member="Failed", names=(("Id", "Name"),))},
            "an item has no Name, but",
        ),
        (
            {"successes": EntryList(member="Successful", fixed=(("Ok", True),))},
            "an entry of Successful has no Ok",
        ),
        (
            {"successes": EntryList(member="Successful", shared=(("Id", "Queue"),))},
            "the request has no Queue, but Entries, QueueUrl",
        ),
    ],
)
def test_a_path_that_leads_nowhere(change: dict[str, object], message: str) -> None:
    LocalAWS([SQS])
    with pytest.raises(ValueError, match=message):
        LocalAWS([dataclasses.replace(SQS, **change)])  # type: ignore[arg-type]  # by design


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"items": ItemList(member="Entries")}, TypeError, "items must be a tuple of ItemLists"),
        ({"items": ("Entries",)}, TypeError, "items must be a tuple of ItemLists"),
        ({"items": ()}, ValueError, "items must be a tuple of ItemLists that is not empty"),
        ({"unique_items": "no"}, TypeError, "unique_items must be True or False, not 'no'"),
        ({"item_code": None}, TypeError, "item_code must be a string, not None"),
        ({"limit": 0}, ValueError, "limit must be a whole number from 1, not 0"),
        ({"failures": None}, TypeError, "failures must be an EntryList"),
        ({"successes": "Successful"}, TypeError, "successes must be an EntryList or None"),
        ({"echo": "QueueUrl"}, TypeError, "echo must be a tuple, not 'QueueUrl'"),
    ],
)
def test_a_row_of_another_kind(
    change: dict[str, object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        dataclasses.replace(SQS, **change)  # type: ignore[arg-type]  # by design


def test_lists_of_paths_are_tuples() -> None:
    with pytest.raises(TypeError, match="key must be a tuple, not 'Id'"):
        ItemList(member="Entries", key="Id")  # type: ignore[arg-type]  # by design
    with pytest.raises(TypeError, match="names must be a tuple"):
        EntryList(member="Failed", names="Id")  # type: ignore[arg-type]  # by design


def test_a_service_of_another_protocol() -> None:
    row = ServedOperation(
        service="iam",
        operation="TagRole",
        items=(ItemList(member="Tags"),),
        limit=50,
        failures=EntryList(member="Tags"),
    )
    with pytest.raises(ValueError, match="iam speaks query, which LocalAWS does not"):
        LocalAWS([row])
