"""LocalAWS starts, serves clients, and stops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from contextlib import AsyncExitStack

import pytest
from botocore.exceptions import ConnectionClosedError

from itemwise.testing import Delay, Garbage, LocalAWS
from tests.wire.cases import until
from tests.wire.local_aws.samples import FMS, FMS_HEADERS


async def test_it_needs_to_run() -> None:
    aws = LocalAWS()
    await aws.stop()
    with pytest.raises(RuntimeError, match="does not run"):
        _ = aws.endpoint_url
    with pytest.raises(RuntimeError, match="does not run"):
        aws.client("fms")


async def test_it_starts_once_and_can_start_again() -> None:
    aws = LocalAWS()
    await aws.start()
    with pytest.raises(RuntimeError, match="runs already"):
        await aws.start()
    await FMS(aws, "a")
    await aws.stop()
    await aws.start()
    await FMS(aws, "b")
    await aws.stop()
    assert aws.ledger.applied_count() == 2


def test_it_works_on_one_event_loop_after_another() -> None:
    aws = LocalAWS()

    async def use() -> None:
        async with aws:
            await FMS(aws, "a")

    asyncio.run(use(), debug=True)
    asyncio.run(use(), debug=True)
    assert aws.ledger.applied() == {("a",): 2}


# The test before runs loops of its own, and older pytest then leaves one of pytest-asyncio's to
# the collector. What this test is about, it looks for itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_stopping_leaves_nothing_behind() -> None:
    gc.collect()
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        aws = await stack.enter_async_context(LocalAWS())
        aws.inject(Delay(seconds=3600))
        # One connection waits for its answer, the other one idles.
        waiting = asyncio.create_task(FMS(aws, "a"))
        address = aws.endpoint_url.removeprefix("http://").split(":")
        _, idle = await asyncio.open_connection(address[0], int(address[1]))
        stack.callback(idle.close)
        while not aws._handler._running:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        await aws.stop()
        with pytest.raises(ConnectionClosedError):
            await waiting
        with pytest.raises(OSError, match=r"refused|failed"):
            await asyncio.open_connection(address[0], int(address[1]))
    assert asyncio.all_tasks() == before
    assert aws.ledger.call_count() == 0


async def test_stopping_cuts_an_answer_that_nobody_reads() -> None:
    size = 1_000_000_000
    async with LocalAWS() as aws:
        aws.inject(Garbage(kind="huge", size=size))
        address = aws.endpoint_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(address[0], int(address[1]), limit=1024)
        body = b'{"ResourceSetIdentifier":"s","Items":["a"]}'
        lines = [
            "POST / HTTP/1.1",
            "Host: localhost",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in FMS_HEADERS.items()),
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        await until(lambda: aws.ledger.call_count() > 0)
        assert aws._handler._running
    assert not aws._handler._running
    received = b""
    with contextlib.suppress(ConnectionError):
        received = await reader.read()
    assert len(received) < size
    writer.close()


async def test_an_itemwise_client(aws: LocalAWS) -> None:
    async with aws.client("fms", region_name="eu-west-1") as client:
        assert client.meta.region_name == "eu-west-1"
        assert client.meta.endpoint_url == aws.endpoint_url
