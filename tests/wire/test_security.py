"""What SECURITY.md promises: bounded replies, no secrets shown, no other host, private files."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import stat
import subprocess
import sys
import traceback
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession, get_session

from itemwise import (
    CallError,
    Pace,
    ResponseError,
    RetryPolicy,
    TransientError,
    Unknown,
    open_client,
    run_batch,
    stream_batch,
)
from itemwise._botocore.transport import MAX_REPLY_BYTES, BoundedSession
from itemwise._client import ClientArguments
from itemwise.testing import (
    Drop,
    FailCalls,
    FailItems,
    Fault,
    Garbage,
    LocalAWS,
    PoisonItems,
    Throttle,
)
from tests.wire.cases import CASES, CONNECT, FMS, AnyResult, Case, case_id
from tests.wire.clients import OwnSession, keeps_transport

HUGE = 100_000_000
SECRETS: ClientArguments = {
    "aws_access_key_id": "AKIDTHATNOBODYSEES",
    "aws_secret_access_key": "secret/that+nobody/sees",
    "aws_session_token": "token/that+nobody/sees",
}


@pytest.fixture
def case() -> Case:
    return FMS


# --- bounded replies ------------------------------------------------------------------------------


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


# --- secrets --------------------------------------------------------------------------------------

TROUBLE: list[tuple[Fault, ...]] = [
    (),
    (FailCalls(code="AccessDeniedException", status=403),),
    (FailCalls(status=500, apply=True),),
    (Drop(when="after"),),
    (Garbage(kind="text"),),
    (Garbage(kind="string"),),
    (Throttle(times=3),),
    (FailItems(items=lambda key: key[-1].endswith("1")),),
    (PoisonItems(items=lambda key: key[-1].endswith("2")),),
]


def shown(value: object) -> str:
    """Everything that a value and the errors in it tell when they are printed."""
    texts = [repr(value), str(value)]
    error = value if isinstance(value, BaseException) else getattr(value, "error", None)
    while isinstance(error, BaseException):
        texts += [repr(error), str(error), "".join(traceback.format_exception(error))]
        error = error.__cause__
    return "\n".join(texts)


@pytest.mark.parametrize("case", CASES, ids=case_id)
@pytest.mark.parametrize("faults", TROUBLE, ids=lambda faults: "+".join(map(repr, faults))[:40])
async def test_credentials_are_in_no_log_repr_error_or_file(
    case: Case,
    aws: LocalAWS,
    session: AioSession,
    faults: tuple[Fault, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    policy = RetryPolicy(max_attempts=2, base_delay=0.001, stall_timeout=0.05)
    for fault in faults:
        aws.inject(fault)
    texts: list[str] = []
    with caplog.at_level(logging.DEBUG, "itemwise"):
        async with aws.client(case.operation.service, session=session, **SECRETS) as client:
            result: AnyResult = await run_batch(
                client, case.operation, case.request(8), chunk_size=4, retry=policy
            )
            try:
                texts.append(repr(await case.operation(client, case.request(1), retry=policy)))
            except CallError as error:
                texts.append(shown(error))
            await aws.stop()
            refused: AnyResult = await run_batch(
                client, case.operation, case.request(1), retry=None
            )
    for told in (result, refused):
        texts.append(shown(told))
        texts += [shown(outcome) for outcome in told.outcomes]
        written = io.StringIO()
        told.to_jsonl(written)
        texts.append(written.getvalue())
    ours = [record for record in caplog.records if record.name.startswith("itemwise")]
    formatter = logging.Formatter("%(message)s %(args)s")
    texts += [formatter.format(record) for record in ours]

    for secret in SECRETS.values():
        assert str(secret) not in "\n".join(texts)
    # Nor does any line for operators name what it is about.
    for record in ours:
        if record.levelno > logging.DEBUG:
            assert "arn:" not in formatter.format(record)
            assert "thing-" not in formatter.format(record)


@pytest.mark.parametrize("fault", [Drop(when="after"), Garbage(kind="text")], ids=repr)
async def test_a_run_with_unknown_items_is_warned_of_once(
    aws: LocalAWS, client: AioBaseClient, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    aws.inject(fault)

    with caplog.at_level(logging.DEBUG, "itemwise"):
        result: AnyResult = await run_batch(
            client, FMS.operation, FMS.request(9), chunk_size=2, retry=None
        )

    assert result.counts["unknown"] == 9
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.name == "itemwise"
    for part in ("BatchDisassociateResource", "9 items", result.unknown[0].error.code):
        assert part in record.getMessage()


@pytest.mark.parametrize("leaves_early", [False, True])
async def test_a_stream_with_unknown_items_is_warned_of_once(
    aws: LocalAWS, client: AioBaseClient, caplog: pytest.LogCaptureFixture, leaves_early: bool
) -> None:
    aws.inject(Drop(when="after", times=1))
    aws.inject(Garbage(kind="text"))
    items = FMS.items(range(9))
    options: dict[str, Any] = {"chunk_size": 2, "concurrency": 1, "retry": None}

    with caplog.at_level(logging.DEBUG, "itemwise"):
        async with stream_batch(
            client, FMS.operation, FMS.make([]), items, pace=Pace(), **options
        ) as stream:
            first = await anext(stream)
            if not leaves_early:
                async for _ in stream:
                    pass

    assert isinstance(first, Unknown)
    assert stream.progress.unknown == 9 or leaves_early
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.name == "itemwise"
    for part in (FMS.name, f" {stream.progress.unknown} items", first.error.code):
        assert part in record.getMessage()


async def test_a_run_without_unknown_items_is_not_warned_of(
    aws: LocalAWS, client: AioBaseClient, caplog: pytest.LogCaptureFixture
) -> None:
    aws.inject(FailItems(items=FMS.item(1)))

    with caplog.at_level(logging.DEBUG, "itemwise"):
        await run_batch(client, FMS.operation, FMS.request(3))
        async for _ in stream_batch(client, FMS.operation, FMS.make([]), FMS.items(range(3))):
            pass

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [None, 0o644, 0o666], ids=["new", "0644", "0666"])
async def test_a_written_file_is_the_owners_alone(
    client: AioBaseClient, tmp_path: Path, before: int | None
) -> None:
    path = tmp_path / "outcomes.jsonl"
    if before is not None:
        path.write_text("an earlier trail, and a longer one\n" * 100, encoding="utf-8")
        path.chmod(before)
    result: AnyResult = await run_batch(client, FMS.operation, FMS.request(2))

    unmasked = os.umask(0)
    try:
        result.to_jsonl(path)
    finally:
        os.umask(unmasked)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


# --- hosts ----------------------------------------------------------------------------------------

WATCHED = """
import asyncio, sys

hosts = set()

def watch(event, args):
    if event in ("socket.connect", "socket.sendto"):
        hosts.add(args[1])
    elif event == "socket.getaddrinfo":
        hosts.add((args[0], args[1]))

sys.addaudithook(watch)

from itemwise import BatchRun, open_client, run_batch
from itemwise.otel import traced
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.testing import Drop, LocalAWS

async def main():
    async with LocalAWS() as aws:
        hosts.clear()
        aws.inject(Drop(when="after", times=1))
        request = BatchDisassociateResourceRequest(resource_set_identifier="r", items=["a", "b"])
        async with open_client("fms", **aws.client_arguments) as client:
            await batch_disassociate_resource(client, request)
            assert (await run_batch(client, batch_disassociate_resource, request)).ok
            await traced(BatchRun(client, batch_disassociate_resource, request))
        port = int(aws.endpoint_url.rpartition(":")[2])
    assert hosts == {("127.0.0.1", port)}, hosts

asyncio.run(main())
"""


def test_only_the_endpoint_that_was_given_is_contacted() -> None:
    # In a process of its own: an audit hook stays for good.
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
