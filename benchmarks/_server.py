"""A loopback server in a process of its own, so that none of its work counts as the client's.

It speaks just enough HTTP for one operation, answers from ready-made text, and can hold answers
back or throttle by a token bucket.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any

__all__ = ["Server", "ServerOptions", "serving"]

_HOST = "127.0.0.1"
_THROTTLED = b'{"__type":"ThrottlingException","message":"Rate exceeded"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to answer.

    Attributes:
        service: whose operation is served.
        delay: seconds before each answer.
        rate: calls a second that are let through; ``None`` lets all through.
        burst: calls that may come at once.
    """

    service: str
    delay: float = 0.0
    rate: float | None = None
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        url: its address.
    """

    url: str
    _commands: IO[str]
    _answers: IO[str]

    def counts(self) -> tuple[int, int]:
        """Tell how many calls came and how many were throttled, since last asked.

        The bucket is filled up again.
        """
        self._commands.write("counts\n")
        self._commands.flush()
        calls, throttled = self._answers.readline().split()
        return int(calls), int(throttled)


@contextmanager
def serving(options: ServerOptions) -> Generator[Server]:
    """Run a server for the length of the block."""
    command = [sys.executable, "-m", "benchmarks._server", json.dumps(asdict(options))]
    with subprocess.Popen(  # noqa: S603 - this file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            yield Server(url, process.stdin, process.stdout)
        finally:
            # The end of its standard input is what ends it.
            process.stdin.close()


# --- the other process --------------------------------------------------------------------------


def _fails(name: str) -> bool:
    """One item in a hundred."""
    return name.endswith("07")


def _fms(body: Mapping[str, Any]) -> str:
    failed = [name for name in body["Items"] if _fails(name)]
    entries = ",".join(f'{{"URI":"{name}","Reason":"NOT_VALID_ARN"}}' for name in failed)
    return f'{{"ResourceSetIdentifier":"rs-1","FailedItems":[{entries}]}}'


def _greengrass(body: Mapping[str, Any]) -> str:
    failed = [entry["thingName"] for entry in body["entries"] if _fails(entry["thingName"])]
    entries = ",".join(
        f'{{"thingName":"{name}","code":"ResourceNotFoundException","message":"no such thing"}}'
        for name in failed
    )
    return f'{{"errorEntries":[{entries}]}}'


def _connect(body: Mapping[str, Any]) -> str:
    arns: Sequence[str] = body["ResourceArns"]
    failed = ",".join(
        f'{{"ResourceArn":"{arn}","ErrorCode":"404","ErrorMessage":"no such resource"}}'
        for arn in arns
        if _fails(arn)
    )
    succeeded = ",".join(f'{{"ResourceArn":"{arn}"}}' for arn in arns if not _fails(arn))
    return f'{{"SuccessfulList":[{succeeded}],"FailedList":[{failed}]}}'


def _inspector(body: Mapping[str, Any]) -> str:
    failed: list[str] = []
    succeeded: list[str] = []
    for item in body["disassociateConfigurationRequests"]:
        arn, project = item["scanConfigurationArn"], item["resource"]["projectId"]
        pair = f'"scanConfigurationArn":"{arn}","resource":{{"projectId":"{project}"}}'
        if _fails(project):
            failed.append(f'{{{pair},"statusCode":"INVALID_INPUT","statusMessage":"not valid"}}')
        else:
            succeeded.append(f"{{{pair}}}")
    return (
        f'{{"failedAssociations":[{",".join(failed)}],'
        f'"successfulAssociations":[{",".join(succeeded)}]}}'
    )


def _ram(body: Mapping[str, Any]) -> str:
    share = body["resourceShareArn"]
    entries = ",".join(
        f'{{"resourceShareArn":"{share}","resourceShareName":"share","associatedEntity":"{arn}",'
        f'"associationType":"RESOURCE","status":"{"FAILED" if _fails(arn) else "DISASSOCIATING"}",'
        '"creationTime":1735689600.123,"lastUpdatedTime":1760000000.456,"external":false}'
        for arn in body["resourceArns"]
    )
    return f'{{"resourceShareAssociations":[{entries}],"clientToken":"{body.get("clientToken")}"}}'


_ANSWERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "fms": _fms,
    "greengrassv2": _greengrass,
    "connect": _connect,
    "inspector2": _inspector,
    "ram": _ram,
}


class _Desk:
    """What all connections share: the counts and the bucket."""

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.answer = _ANSWERS[options.service]
        self.loop = asyncio.get_running_loop()
        self.reset()

    def reset(self) -> None:
        self.calls = self.throttled = 0
        self.tokens = float(self.options.burst)
        self.filled_at = self.loop.time()

    def admits(self) -> bool:
        self.calls += 1
        rate = self.options.rate
        if rate is None:
            return True
        now = self.loop.time()
        self.tokens = min(self.options.burst, self.tokens + (now - self.filled_at) * rate)
        self.filled_at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return True
        self.throttled += 1
        return False


class _Connection(asyncio.Protocol):
    def __init__(self, desk: _Desk) -> None:
        self._desk = desk
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._received = rest[length:]
        desk = self._desk
        if desk.admits():
            reply = _reply(b"200 OK", desk.answer(json.loads(rest[:length])).encode())
        else:
            reply = _reply(b"400 Bad Request", _THROTTLED)
        if desk.options.delay:
            desk.loop.call_later(desk.options.delay, self._transport.write, reply)
        else:
            self._transport.write(reply)


def _reply(status: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %b\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n"
        b"x-amzn-RequestId: 6d3a1f0e-0000-4000-8000-000000000000\r\n"
        b"Date: Wed, 01 Jan 2025 00:00:00 GMT\r\n\r\n%b"
    ) % (status, len(body), body)


async def _serve(options: ServerOptions) -> None:
    loop = asyncio.get_running_loop()
    desk = _Desk(options)
    server = await loop.create_server(lambda: _Connection(desk), _HOST, 0, backlog=1024)
    sys.stdout.write(f"http://{_HOST}:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while await commands.readline():
        sys.stdout.write(f"{desk.calls} {desk.throttled}\n")
        sys.stdout.flush()
        desk.reset()


if __name__ == "__main__":
    asyncio.run(_serve(ServerOptions(**json.loads(sys.argv[1]))))
