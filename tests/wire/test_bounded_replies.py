"""What SECURITY.md promises of replies: they are bounded, whatever they announce."""

from __future__ import annotations

import asyncio
import re
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession, get_session

from itemwise import ResponseError, RetryPolicy, TransientError, open_client, run_batch
from itemwise._botocore.transport import MAX_REPLY_BYTES, BoundedSession
from itemwise.testing import Drop, FailItems, Garbage, LocalAWS
from tests.wire.cases import CONNECT, FMS, AnyResult, Case
from tests.wire.clients import OwnSession, keeps_transport

HUGE = 100_000_000


@pytest.fixture
def case() -> Case:
    return FMS


async def test_a_huge_reply_is_refused_and_its_items_are_unknown(
    aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy, caplog: pytest.LogCaptureFixture
) -> None:
    huge = aws.inject(Garbage(kind="huge", size=HUGE))

    result: AnyResult = await run_batch(client, FMS.operation, FMS.request(3), retry=fast)

    assert result.counts["unknown"] == 3
    error = result.unknown[0].error
    assert isinstance(error, ResponseError)
    assert f"larger than {MAX_REPLY_BYTES} bytes" in str(error)
    # FMS is idempotent: it was asked again. And the server is not stuck with what was not read.
    assert huge.fired == fast.max_attempts
    huge.remove()
    assert (await run_batch(client, FMS.operation, FMS.request(3))).ok
    assert not [record for record in caplog.records if record.name.startswith("aiohttp")]


async def test_a_huge_reply_does_not_fill_the_memory(
    aws: LocalAWS, client: AioBaseClient, fast: RetryPolicy
) -> None:
    assert (await run_batch(client, FMS.operation, FMS.request(1))).ok
    aws.inject(Garbage(kind="huge", size=HUGE))
    tracemalloc.start()
    try:
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(3), retry=fast)
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert result.unknown
    # Three attempts one after the other, and what each has read is let go, though errors stay.
    assert peak < 1.25 * MAX_REPLY_BYTES
    assert left < 0.1 * MAX_REPLY_BYTES


async def test_a_reply_of_empty_structures_is_refused_before_it_fills_the_memory(
    session: AioSession,
) -> None:
    body = b'{"FailedItems":[' + b"{}," * 1_000_001 + b"{}]}"
    async with server(f"Content-Length: {len(body)}", body) as url, at(url, session) as client:
        with pytest.raises(ResponseError, match="more than 1000000 structures") as caught:
            await FMS.operation(client, FMS.request(1), retry=None)

    assert caught.value.code == "UnreadableReply"


async def test_a_large_reply_that_comes_in_many_pieces_is_read(
    aws: LocalAWS, session: AioSession
) -> None:
    aws.inject(FailItems(items=lambda _: True, code="404", message="m" * 100_000))
    async with aws.client("connect", session=session) as client:
        result: AnyResult = await run_batch(client, CONNECT.operation, CONNECT.request(25))

    assert [len(failure.message or "") for failure in result.failed] == [100_000] * 25


class Answering(asyncio.Protocol):
    """One connection of an HTTP server that gives every request the same answer."""

    def __init__(self, answer: bytes, connections: list[asyncio.Transport]) -> None:
        self._answer = answer
        self._connections = connections
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.append(transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.lower().partition(b"\r\n\r\n")
        announced = re.search(rb"content-length: *(\d+)", head)
        if end and len(body) >= (int(announced[1]) if announced else 0):
            self._transport.write(self._answer)


@asynccontextmanager
async def server(head: str, body: bytes = b"") -> AsyncGenerator[str]:
    """Answer with a head and as much of its body as is given, and keep connections open."""
    answer = f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body
    connections: list[asyncio.Transport] = []
    listening = await asyncio.get_running_loop().create_server(
        lambda: Answering(answer, connections), "127.0.0.1", 0
    )
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for connection in connections:
            connection.abort()
        await asyncio.sleep(0)


def at(
    endpoint: str,
    session: AioSession,
    service: str = "fms",
    config: AioConfig | None = None,
) -> AbstractAsyncContextManager[AioBaseClient]:
    return open_client(
        service,
        session=session,
        config=config,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


async def test_a_reply_that_announces_too_much_is_refused_before_it_is_read(
    session: AioSession,
) -> None:
    # Not a byte of the body comes: without the announced length this would wait for ever.
    head = f"Content-Length: {MAX_REPLY_BYTES + 1}"
    async with server(head) as endpoint, at(endpoint, session) as client:
        with pytest.raises(ResponseError, match="larger than"):
            await FMS.operation(client, FMS.request(1), retry=None)


async def test_an_answer_that_stops_midway_is_a_timeout_as_before(session: AioSession) -> None:
    half = server("Content-Length: 100", b'{"FailedItems"')
    impatient = AioConfig(read_timeout=0.2)
    async with half as endpoint, at(endpoint, session, config=impatient) as client:
        with pytest.raises(TransientError) as caught:
            await FMS.operation(client, FMS.request(1), retry=None)

    assert caught.value.code == "ReadTimeoutError"
    assert caught.value.delivery == "in doubt"


async def test_an_answer_that_is_cut_is_a_closed_connection_as_before(
    aws: LocalAWS, client: AioBaseClient
) -> None:
    aws.inject(Drop(when="midway"))

    with pytest.raises(TransientError) as caught:
        await FMS.operation(client, FMS.request(1), retry=None)

    assert caught.value.code == "ConnectionClosedError"
    assert caught.value.delivery == "in doubt"


async def test_a_body_that_botocore_hands_on_as_a_stream_has_no_limit(session: AioSession) -> None:
    size = MAX_REPLY_BYTES + 10
    body = b"x" * size
    async with (
        server(f"Content-Length: {size}", body) as endpoint,
        at(endpoint, session, "s3") as client,
    ):
        reply = await getattr(client, "get_object")(Bucket="b", Key="k")  # noqa: B009 - untyped
        read = 0
        async for chunk in reply["Body"].iter_chunks():
            read += len(chunk)

    assert read == size


def transport(client: AioBaseClient) -> object:
    endpoint: Any = getattr(client, "_endpoint")  # noqa: B009 - the stubs have none
    session: object = endpoint.http_session
    return type(session)


async def transport_of(context: AbstractAsyncContextManager[AioBaseClient]) -> object:
    async with context as client:
        return transport(client)


async def test_the_users_own_transport_wins(aws: LocalAWS, session: AioSession) -> None:
    own = AioConfig(http_session_cls=OwnSession, connector_args={"keepalive_timeout": 7})

    assert await transport_of(aws.client("fms", session=session)) is BoundedSession
    async with open_client("fms", session=session, config=own, **aws.client_arguments) as client:
        assert transport(client) is OwnSession
        assert getattr(client.meta.config, "connector_args")["keepalive_timeout"] == 7  # noqa: B009
        assert (await run_batch(client, FMS.operation, FMS.request(3))).ok


@keeps_transport
@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (AioConfig(read_timeout=9), BoundedSession),
        (AioConfig(http_session_cls=OwnSession), OwnSession),
    ],
    ids=["other settings", "a transport"],
)
async def test_the_defaults_of_a_session_are_merged(
    aws: LocalAWS, default: AioConfig, expected: type[AIOHTTPSession]
) -> None:
    session = get_session()
    session.set_default_client_config(default)

    assert (
        await transport_of(open_client("fms", session=session, **aws.client_arguments)) is expected
    )


async def test_arguments_for_connections_keep_replies_bounded(
    aws: LocalAWS, session: AioSession
) -> None:
    config = AioConfig(connector_args={"keepalive_timeout": 7}, read_timeout=9)

    assert (
        await transport_of(
            open_client("fms", session=session, config=config, **aws.client_arguments)
        )
        is BoundedSession
    )
