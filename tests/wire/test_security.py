"""What SECURITY.md promises: no secrets shown, no other host, private files."""

from __future__ import annotations

import io
import logging
import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession

from itemwise import CallError, Pace, RetryPolicy, Unknown, run_batch, stream_batch
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
from tests.wire.cases import CASES, FMS, AnyResult, Case, case_id

SECRETS: ClientArguments = {
    "aws_access_key_id": "AKIDTHATNOBODYSEES",
    "aws_secret_access_key": "secret/that+nobody/sees",
    "aws_session_token": "token/that+nobody/sees",
}


@pytest.fixture
def case() -> Case:
    return FMS


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
