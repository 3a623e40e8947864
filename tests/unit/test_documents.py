"""What the bytes of a reply are, before anything is made of them."""

from __future__ import annotations

import json

import botocore.session
import pytest
from botocore.model import OperationModel

from itemwise._botocore.documents import as_model_json, is_document


def operation(service: str, name: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(name)


RENAMED = operation("guardduty", "DisassociateMembers")


def test_members_are_given_the_names_that_botocore_gives_them() -> None:
    reply = {
        "unprocessedAccounts": [{"accountId": "1", "result": "r", "new": [{"accountId": "2"}]}],
        "AnotherOne": {"result": 1},
    }

    read = as_model_json(RENAMED, json.dumps(reply).encode())

    assert read is not None
    assert json.loads(read) == {
        "UnprocessedAccounts": [{"AccountId": "1", "Result": "r", "new": [{"accountId": "2"}]}],
        "AnotherOne": {"result": 1},
    }


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1", b'{"unprocessedAccounts": "oops"}'])
def test_what_does_not_fit_is_left_for_the_model_to_refuse(body: bytes) -> None:
    read = as_model_json(RENAMED, body)
    assert read is not None
    assert read == body or json.loads(read) == {"UnprocessedAccounts": "oops"}


PAGE = b"<!DOCTYPE html>\n<!-- a proxy -->\n<HTML><body>Please log in</body></HTML>"


@pytest.mark.parametrize(
    ("service", "name", "good", "bad"),
    [
        (
            "sqs",
            "DeleteMessageBatch",
            [b'{"Failed": []}', b"{}"],
            [PAGE, b"", b"[]", b'"text"', b'{"Failed": ['],
        ),
        (
            "ec2",
            "TerminateInstances",
            [b'<?xml version="1.0"?>\n<TerminateInstancesResponse xmlns="x"/>'],
            [PAGE, b"", b"{}", b"<html/>"],
        ),
        (
            "elbv2",
            "DescribeTags",
            [b"<DescribeTagsResponse><DescribeTagsResult/></DescribeTagsResponse>"],
            [PAGE, b"OK"],
        ),
        # The payload of this one's reply is of any form.
        ("s3", "GetObject", [PAGE, b""], []),
    ],
)
def test_a_proxys_page_is_no_message_of_any_protocol(
    service: str, name: str, good: list[bytes], bad: list[bytes]
) -> None:
    model = operation(service, name)
    assert all(is_document(model, body) for body in good)
    assert not any(is_document(model, body) for body in bad)
