"""A loopback server in a process of its own, so that none of its work counts as the client's.

It speaks just enough HTTP for one operation, answers from ready-made text, and can hold answers
back or throttle by a token bucket. What it says of the calls that came is the measure of
throttling: it keeps them apart by the resource set that they name, one for each contender.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import IO, Any

__all__ = ["Server", "ServerOptions", "serving"]

_HOST = "127.0.0.1"
_REFUSALS: Mapping[int, tuple[bytes, bytes]] = {
    400: (b"400 Bad Request", b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    429: (
        b"429 Too Many Requests",
        b'{"__type":"TooManyRequestsException","message":"Too Many Requests"}',
    ),
}
"""The two ways in which services throttle, by status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to answer.

    Attributes:
        service: whose operation is served.
        delay: seconds before each answer.
        rate: calls a second that are let through, of FMS only; ``None`` lets all through.
        burst: calls that may come at once.
        status: the status with which it throttles, 400 or 429.
    """

    service: str
    delay: float = 0.0
    rate: float | None = None
    burst: int = 1
    status: int = 400


@dataclass(slots=True)
class Tally:
    """What came of one contender's calls.

    Attributes:
        first: when the first came, in seconds of the server's clock.
        accepted: when each that was let through came.
        throttled: how many were not.
    """

    first: float
    accepted: list[float] = field(default_factory=list[float])
    throttled: int = 0

    def between(self, begin: float, end: float) -> int:
        """Count what was let through in a span of time."""
        return sum(begin <= time < end for time in self.accepted)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        url: its address.
    """

    url: str
    _commands: IO[str]
    _answers: IO[str]

    def tallies(self) -> Mapping[str, Tally]:
        """Tell what came of the calls where a rate is set, by the resource set that they name."""
        found: Mapping[str, dict[str, Any]] = json.loads(self._ask("tallies"))
        return {name: Tally(**tally) for name, tally in found.items()}

    def change(self, rate: float) -> float:
        """Let another number of calls a second through, and tell when, by the server's clock."""
        return float(self._ask(f"rate {rate}"))

    def _ask(self, command: str) -> str:
        self._commands.write(f"{command}\n")
        self._commands.flush()
        return self._answers.readline()


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
    """What all connections share: the tallies and the bucket."""

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.answer = _ANSWERS[options.service]
        self.loop = asyncio.get_running_loop()
        self.rate = options.rate
        self.tallies: defaultdict[str, Tally] = defaultdict(lambda: Tally(self.loop.time()))
        self._tokens = float(options.burst)
        self._filled_at = self.loop.time()

    def admits(self, body: Mapping[str, Any]) -> bool:
        if self.rate is None:
            return True
        tally = self.tallies[body["ResourceSetIdentifier"]]
        self._fill(self.rate)
        if self._tokens >= 1:
            self._tokens -= 1
            tally.accepted.append(self._filled_at)
            return True
        tally.throttled += 1
        return False

    def obey(self, command: str) -> str:
        if command == "tallies":
            return json.dumps({name: asdict(tally) for name, tally in self.tallies.items()})
        if self.rate is not None:
            self._fill(self.rate)
        self.rate = float(command.removeprefix("rate "))
        return str(self._filled_at)

    def _fill(self, rate: float) -> None:
        now = self.loop.time()
        self._tokens = min(self.options.burst, self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now


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
        body = json.loads(rest[:length])
        if desk.admits(body):
            reply = _reply(b"200 OK", desk.answer(body).encode())
        else:
            reply = _reply(*_REFUSALS[desk.options.status])
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
    while command := await commands.readline():
        sys.stdout.write(desk.obey(command.decode().strip()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(ServerOptions(**json.loads(sys.argv[1]))))
