"""Faults about calls, but for throttles."""

from __future__ import annotations

import asyncio
from typing import Literal

import aiohttp
import pytest
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ResponseStreamingError
from botocore.parsers import ResponseParserError

from itemwise.testing import Delay, Drop, FailCalls, Fault, Garbage, Key, LocalAWS, LowerLimit
from tests.conftest import Clock
from tests.wire.cases import rounds, until
from tests.wire.local_aws.samples import CONNECT, FMS, FMS_HEADERS, UUID, post


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (FailCalls(), "InternalFailure", 500),
        (FailCalls(status=503), "ServiceUnavailable", 503),
        (FailCalls(status=502), "InternalFailure", 502),
        (FailCalls(status=400), "InvalidParameterException", 400),
        (FailCalls(code="AccessDeniedException"), "AccessDeniedException", 403),
        (FailCalls(code="ResourceNotFoundException"), "ResourceNotFoundException", 404),
        (FailCalls(code="Unheard"), "Unheard", 400),
        (FailCalls(code="Unheard", status=409), "Unheard", 409),
    ],
)
async def test_errors(aws: LocalAWS, fault: FailCalls, code: str, status: int) -> None:
    aws.inject(fault)
    assert (await CONNECT.error_of(aws, "a"))[:2] == (code, status)
    assert aws.ledger.applied_count() == 0
    record = aws.ledger.calls[0]
    assert (record.code, record.status, record.items) == (code, status, (("a",),))


async def test_an_error_after_the_call_was_applied(aws: LocalAWS) -> None:
    aws.inject(FailCalls(status=500, apply=True, times=1))
    assert (await FMS.error_of(aws, "a"))[1] == 500
    await FMS(aws, "a")
    assert aws.ledger.applied() == {("a",): 2}


async def test_a_delay_comes_before_the_decision(aws: LocalAWS) -> None:
    aws.inject(Delay(seconds=0.002, times=1))
    aws.inject(Delay(seconds=0.003, times=1))
    await FMS(aws, "a")
    record = aws.ledger.calls[0]
    assert record.ended - record.started >= 0.005


@pytest.mark.parametrize(
    ("fault", "applied"),
    [(Drop(when="before", times=1), {}), (Drop(when="after", times=1), {("a",): 1})],
    ids=["before", "after"],
)
async def test_a_dropped_connection(
    aws: LocalAWS,
    fault: Drop,
    applied: dict[Key, int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    aws.inject(fault)
    with pytest.raises(ConnectionClosedError):
        await FMS(aws, "a")
    assert not caplog.records
    assert aws.ledger.applied() == applied
    assert aws.ledger.calls[0].status is None
    await FMS(aws, "b")


async def test_a_truncated_answer(aws: LocalAWS) -> None:
    aws.inject(Drop(when="midway", times=1))
    with pytest.raises((HTTPClientError, ResponseStreamingError, aiohttp.ClientPayloadError)):
        await FMS(aws, "a")
    assert aws.ledger.applied() == {("a",): 1}


@pytest.mark.parametrize(
    "fault",
    [Drop(when="midway"), Garbage(kind="huge", size=200_000)],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_client_that_has_gone_gets_no_answer_and_makes_no_noise(
    aws: LocalAWS, clock: Clock, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    delay = aws.inject(Delay(seconds=1))
    aws.inject(fault)
    body = b'{"ResourceSetIdentifier":"s","Items":["a"]}'
    asking = asyncio.create_task(post(aws, FMS_HEADERS, body))
    await until(lambda: delay.fired > 0)
    asking.cancel()
    await asyncio.wait({asking})
    await rounds(10)
    clock.now += 1
    await until(lambda: not aws._handler._running)
    assert not caplog.records
    assert aws.ledger.applied() == {("a",): 1}


async def test_a_lower_limit(aws: LocalAWS) -> None:
    aws.inject(LowerLimit(limit=2))
    code, _, message = await FMS.error_of(aws, "a", "b", "c")
    assert code == "InvalidInputException"
    assert "less than or equal to 2" in message
    await FMS(aws, "a", "b")


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        (Garbage(), b"<html>It works!</html>"),
        (Garbage(kind="empty"), b""),
        (Garbage(kind="null"), b"null"),
        (Garbage(kind="list"), b"[]"),
        (Garbage(kind="string"), b'{"FailedItems":"none"}'),
        (Garbage(kind="huge", size=200_000), b"x" * 200_000),
    ],
    ids=lambda value: value.kind if isinstance(value, Garbage) else "",
)
async def test_garbage(aws: LocalAWS, fault: Garbage, body: bytes) -> None:
    aws.inject(fault)
    answer = await post(aws, FMS_HEADERS, b'{"ResourceSetIdentifier":"s","Items":["a"]}')
    assert (answer.status, answer.body) == (200, body)
    assert UUID.fullmatch(answer.headers["x-amzn-RequestId"])
    assert aws.ledger.applied() == {("a",): 1}


@pytest.mark.parametrize("kind", ["list", "string"])
async def test_garbage_upsets_botocore(aws: LocalAWS, kind: Literal["list", "string"]) -> None:
    aws.inject(Garbage(kind=kind))
    with pytest.raises((AttributeError, TypeError, ResponseParserError)):
        await FMS(aws, "a")
