"""What LocalAWS answers to requests that no client of AWS would send, and to clients that leave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import cast

import pytest
from yarl import URL

from itemwise.testing import Delay, LocalAWS
from itemwise.testing._wire import WireReply
from tests.wire.clients import Reply
from tests.wire.raw_requests import SIGNED, send

TARGET = "AWSFMS_20180101.BatchDisassociateResource"


async def connection(
    aws: LocalAWS,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = URL(aws.endpoint_url)
    return await asyncio.open_connection(url.host, url.port)


def error_of(reply: WireReply) -> tuple[int, object]:
    body = cast("Reply", json.loads(reply.body))
    return reply.status, body.get("__type", reply.headers.get("x-amzn-errortype"))


class TestRefusals:
    FMS: Mapping[str, str] = {"X-Amz-Target": TARGET, "Authorization": SIGNED.format("fms")}
    REST: Mapping[str, str] = {"Authorization": SIGNED.format("connect")}
    REST_PATH = "/workspaces/i/w/disassociate"

    async def test_an_unsigned_request(self, aws: LocalAWS) -> None:
        for headers, path in (({"X-Amz-Target": TARGET}, "/"), ({}, self.REST_PATH)):
            reply = await send(aws, headers, b"{}", path)
            status, code = error_of(reply)
            assert (status, str(code)) == (403, "MissingAuthenticationTokenException")
        assert aws.ledger.applied_count() == 0
        (record,) = aws.ledger.calls
        assert (record.status, record.code) == (403, "MissingAuthenticationTokenException")

    async def test_a_signature_without_scope(self, aws: LocalAWS) -> None:
        headers = {"X-Amz-Target": TARGET, "Authorization": "Bearer me"}
        assert error_of(await send(aws, headers, b"{}")) == (403, "IncompleteSignatureException")

    @pytest.mark.parametrize(
        "target", ["AWSFMS_20180101.Nothing", "Nobody.Nothing", "Nothing", "AWSFMS_20180101."]
    )
    async def test_an_unknown_target(self, aws: LocalAWS, target: str) -> None:
        reply = await send(aws, {**self.FMS, "X-Amz-Target": target}, b"{}")
        assert error_of(reply) == (400, "UnknownOperationException")
        assert reply.headers["x-amzn-requestid"]
        assert aws.ledger.call_count() == 0

    async def test_a_known_operation_that_is_not_served(self, aws: LocalAWS) -> None:
        reply = await send(aws, {**self.FMS, "X-Amz-Target": "AWSFMS_20180101.GetPolicy"}, b"{}")
        assert error_of(reply) == (400, "UnknownOperationException")
        assert b"ServedOperation" in reply.body

    @pytest.mark.parametrize(
        ("method", "path", "signing_name"),
        [
            ("POST", "/nowhere", "connect"),
            ("GET", REST_PATH, "connect"),
            ("POST", REST_PATH, "ram"),
            ("POST", "/workspaces/i/w/x/disassociate", "connect"),
        ],
    )
    async def test_an_unknown_path(
        self, aws: LocalAWS, method: str, path: str, signing_name: str
    ) -> None:
        headers = {"Authorization": SIGNED.format(signing_name)}
        reply = await send(aws, headers, b"{}", path, method)
        assert error_of(reply) == (404, "UnknownOperationException")

    @pytest.mark.parametrize(
        "body",
        [b"{", b"[]", b"null", b"\xff", b'{"Items": "a"}', b'{"Items": [1]}', b'{"Items": [null]}'],
    )
    async def test_a_body_that_cannot_be_read(self, aws: LocalAWS, body: bytes) -> None:
        reply = await send(aws, self.FMS, body)
        assert error_of(reply) == (400, "SerializationException")
        (record,) = aws.ledger.calls
        assert (record.items, record.code) == ((), "SerializationException")

    async def test_a_rest_body_that_cannot_be_read(self, aws: LocalAWS) -> None:
        reply = await send(aws, self.REST, b"{", self.REST_PATH)
        assert error_of(reply) == (400, "SerializationException")

    async def test_unknown_members_and_nulls_are_ignored(self, aws: LocalAWS) -> None:
        body = b'{"Items": ["a"], "ResourceSetIdentifier": "s", "New": 1, "Newer": null}'
        assert (await send(aws, self.FMS, body)).status == 200

    async def test_a_large_request(self, aws: LocalAWS) -> None:
        items = [f"{number:05}" + "x" * 30_000 for number in range(100)]
        body = json.dumps({"Items": items, "ResourceSetIdentifier": "s"}).encode()
        assert (await send(aws, self.FMS, body)).status == 200
        assert aws.ledger.applied_count() == 100

    async def test_a_client_that_leaves_while_it_sends(
        self, aws: LocalAWS, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, writer = await connection(aws)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await send(aws, self.FMS, b"{}")).status == 400
        assert not caplog.records

    async def test_a_call_whose_client_left_goes_on(
        self, aws: LocalAWS, caplog: pytest.LogCaptureFixture
    ) -> None:
        delay = aws.inject(Delay(seconds=0.01, times=1))
        body = b'{"Items": ["a"], "ResourceSetIdentifier": "s"}'
        sending = asyncio.create_task(send(aws, self.FMS, body))
        while not delay.fired:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        sending.cancel()
        while not aws.ledger.call_count():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        assert aws.ledger.applied() == {("a",): 1}
        assert not caplog.records
