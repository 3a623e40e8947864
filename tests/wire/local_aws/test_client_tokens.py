"""A client token stands for the answer of the call that had it first."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from itemwise.testing import Drop, LocalAWS, Throttle
from tests.wire.local_aws.samples import RAM, call, of_status

PARAMS: Mapping[str, object] = {
    "resourceShareArn": "arn:share",
    "principals": ["1"],
    "clientToken": "t",
}


async def test_the_same_call_is_answered_again_and_not_applied_again(aws: LocalAWS) -> None:
    first = await call(aws, "ram", RAM.operation, **PARAMS)
    second = await call(aws, "ram", RAM.operation, **PARAMS)

    assert first["resourceShareAssociations"] == second["resourceShareAssociations"]
    assert aws.ledger.applied() == {("PRINCIPAL", "1"): 1}
    assert [record.replay for record in aws.ledger.calls] == [False, True]
    assert [record.client_token for record in aws.ledger.calls] == ["t", "t"]
    assert aws.ledger.replay_count() == 1


async def test_another_payload_is_refused(aws: LocalAWS) -> None:
    await call(aws, "ram", RAM.operation, **PARAMS)
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        await call(aws, "ram", RAM.operation, **{**PARAMS, "principals": ["2"]})


async def test_a_call_whose_answer_was_lost_is_replayed(aws: LocalAWS) -> None:
    aws.inject(Drop(when="after", times=1))
    with pytest.raises(ConnectionClosedError):
        await call(aws, "ram", RAM.operation, **PARAMS)
    reply = await call(aws, "ram", RAM.operation, **PARAMS)
    assert of_status(reply, "DISASSOCIATING") == ["1"]
    assert aws.ledger.applied() == {("PRINCIPAL", "1"): 1}


async def test_a_call_that_was_refused_leaves_no_token(aws: LocalAWS) -> None:
    aws.inject(Throttle(times=1))
    with pytest.raises(ClientError, match="ThrottlingException"):
        await call(aws, "ram", RAM.operation, **PARAMS)
    await call(aws, "ram", RAM.operation, **PARAMS)
    assert aws.ledger.replay_count() == 0
