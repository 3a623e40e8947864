"""A proxy that is not there, or that refuses to connect."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from itemwise import Delivery, open_client, run_batch
from itemwise.testing import LocalAWS
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import client_of


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@pytest.fixture
async def refusing_proxy() -> AsyncIterator[int]:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def through(port: int) -> AioConfig:
    url = f"http://user:hunter2@127.0.0.1:{port}"
    return AioConfig(proxies={"http": url, "https": url}, retries={"total_max_attempts": 1})


@pytest.mark.parametrize("whose", ["ours", "plain"])
async def test_where_the_proxy_is_not_there_nothing_has_left(
    aws: LocalAWS, session: AioSession, unused_port: int, whose: str
) -> None:
    async with client_of(whose, aws, session, through(unused_port)) as client:
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(300), retry=None)

    assert result.counts["not_attempted"] == 300
    assert result.error is not None
    assert result.error.delivery is Delivery.NEVER_LEFT
    assert "hunter2" not in "".join(traceback.format_exception(result.error))


async def test_the_password_of_a_proxy_is_in_no_error(
    session: AioSession, refusing_proxy: int
) -> None:
    async with open_client(
        "fms",
        session=session,
        endpoint_url="https://127.0.0.1:1",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=through(refusing_proxy),
    ) as client:
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(1), retry=None)

    assert result.error is not None
    assert result.error.code == "ProxyConnectionError"
    assert "hunter2" not in "".join(traceback.format_exception(result.error))
