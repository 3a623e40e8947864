"""Against a service that throttles by token bucket: itemwise and botocore's retry modes.

Each contender has a process and a service of its own. The services are alike, and all contenders
run at the same time where that is little work, else one after the other.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TypeVar

from benchmarks._cases import arguments
from benchmarks._contender import CONTENDERS, Errand, Outcome
from benchmarks._server import Server, ServerOptions, serving

__all__ = [
    "CHANGES",
    "SHARINGS",
    "THROTTLES",
    "Changed",
    "Goodput",
    "Share",
    "changed",
    "goodput",
    "shared",
]

T = TypeVar("T")

_SIDE_BY_SIDE = 5.0
"""Calls a second of a steady service, at most, at which all contenders run at once: the machine is
then idle, and no timer is late for another's sake. Where the rate changes or is shared they always
do."""

_CONCURRENCY = 16

_ENDED_EARLY = "a contender has ended early: what it said stands above"

_ENDLESS = 10_000
"""Calls of a contender that is stopped by the clock: more than any can make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """A token bucket, and how many calls are to get through it.

    Attributes:
        rate: calls a second that flow in.
        burst: calls that it holds.
        calls: how many are sent.
        delay: seconds before each answer.
        status: the status with which it throttles.
        concurrency: calls that a contender has in flight at most.
    """

    rate: float
    burst: int = 10
    calls: int
    delay: float = 0.01
    status: int = 400
    concurrency: int = _CONCURRENCY

    def __str__(self) -> str:
        many = f", {self.concurrency} at once" if self.concurrency != _CONCURRENCY else ""
        return (
            f"{self.rate:g}/s, burst {self.burst}, {self.calls:,} calls, "
            f"{self.delay * 1000:.0f} ms, status {self.status}{many}"
        )

    def options(self) -> ServerOptions:
        """Describe the server."""
        return ServerOptions(
            service="fms", rate=self.rate, burst=self.burst, delay=self.delay, status=self.status
        )


THROTTLES = {
    "5": Throttle(rate=5, calls=100),
    "5-slow": Throttle(rate=5, calls=100, delay=0.1),
    "50": Throttle(rate=50, calls=500),
    "50-429": Throttle(rate=50, calls=500, status=429),
    "50-slow": Throttle(rate=50, calls=500, delay=0.1),
    "50-slow-429": Throttle(rate=50, calls=500, delay=0.1, status=429),
    "50-single": Throttle(rate=50, calls=500, burst=1),
    "50-single-slow": Throttle(rate=50, calls=500, burst=1, delay=0.1),
    "500": Throttle(rate=500, calls=10_000),
    # Sixteen calls that take 100 ms each never reach 500 a second.
    "500-slow": Throttle(rate=500, calls=10_000, delay=0.1, concurrency=64),
}
"""The steady services, by the names that the command line takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodput:
    """How one contender fared against a service whose rate is steady.

    Attributes:
        throttle: the service.
        who: the contender.
        reached: what got through, as a share of what was allowed in that time.
        wasted: answers that were throttles, as a share of all.
        lost: calls that were given up.
        seconds: the elapsed time.
    """

    throttle: Throttle
    who: str
    reached: float
    wasted: float
    lost: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rate that changes in mid-run.

    Attributes:
        before: calls a second at first.
        after: calls a second from then on.
        delay: seconds before each answer.
    """

    before: float
    after: float
    delay: float = 0.01

    def __str__(self) -> str:
        return f"{self.before:g}/s to {self.after:g}/s, {self.delay * 1000:.0f} ms"


CHANGES = (
    Change(before=50, after=25),
    Change(before=50, after=100),
    Change(before=50, after=25, delay=0.1),
    Change(before=50, after=100, delay=0.1),
)

_CHANGES_AFTER, _FOUND_WITHIN, _MEASURED_FOR = 8.0, 5.0, 5.0
"""Seconds from the start to the change, from there to the measurement, and how long that takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How one contender followed a rate that changed.

    Attributes:
        change: the change.
        who: the contender.
        reached: what got through from five seconds after the change, as a share of the new rate.
    """

    change: Change
    who: str
    reached: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How two processes of one kind shared a service.

    Attributes:
        later: seconds by which the second began later.
        delay: seconds before each answer.
        who: the contender.
        together: what got through for both, as a share of what was allowed, in each trial.
        smaller: the smaller part of it, as a share of the whole, in each trial.
    """

    later: float
    delay: float
    who: str
    together: Sequence[float]
    smaller: Sequence[float]


SHARINGS = ((0.0, 0.01), (1.0, 0.01), (1.0, 0.1))
"""Seconds by which the second process begins later, and before each answer."""

_SHARED_RATE, _SHARED_FOR = 50.0, 20.0

_REFILL = 0.25
"""Seconds in which the slowest service makes up for the call that nobody counts."""

_MARGIN = 1.0
"""Seconds after the end of a measurement, in case that it began a little later than it was told."""


# --- measuring ----------------------------------------------------------------------------------


async def goodput(throttle: Throttle) -> Sequence[Goodput]:
    """Send a number of calls through a service whose rate is steady."""
    together = throttle.rate <= _SIDE_BY_SIDE
    start = asyncio.Barrier(len(CONTENDERS) if together else 1)

    async def one(who: str) -> Goodput:
        with serving(throttle.options()) as server:
            errand = _errand(who, server, throttle.calls, throttle.concurrency)
            async with _Process.of(errand) as process:
                await start.wait()
                process.go()
                outcome = await process.outcome()
            tally = server.tallies()[errand.name]
        through = len(tally.accepted)
        return Goodput(
            throttle=throttle,
            who=who,
            reached=(through - throttle.burst) / throttle.rate / outcome.seconds,
            wasted=tally.throttled / (through + tally.throttled),
            lost=outcome.lost,
            seconds=outcome.seconds,
        )

    return await _each(one, at_once=together)


async def changed(change: Change) -> Sequence[Changed]:
    """Change a service's rate in mid-run, and see what gets through five seconds later."""
    start = asyncio.Barrier(len(CONTENDERS))

    async def one(who: str) -> Changed:
        options = ServerOptions(service="fms", rate=change.before, burst=10, delay=change.delay)
        with serving(options) as server:
            errand = _errand(who, server, _ENDLESS)
            async with _Process.of(errand) as process:
                await start.wait()
                process.go()
                await asyncio.sleep(_CHANGES_AFTER)
                begin = server.change(change.after) + _FOUND_WITHIN
                await asyncio.sleep(_FOUND_WITHIN + _MEASURED_FOR + _MARGIN)
                process.check()
            through = server.tallies()[errand.name].between(begin, begin + _MEASURED_FOR)
        reached = through / (change.after * _MEASURED_FOR)
        return Changed(change=change, who=who, reached=reached)

    return await _each(one, at_once=True)


async def shared(later: float, delay: float, trials: int) -> Sequence[Share]:
    """Let two processes that know nothing of each other call one service."""
    start = asyncio.Barrier(len(CONTENDERS))

    async def trial(who: str) -> tuple[float, float]:
        options = ServerOptions(service="fms", rate=_SHARED_RATE, burst=10, delay=delay)
        with serving(options) as server:
            first, second = (_errand(who, server, _ENDLESS, name=name) for name in ("rs-1", "rs-2"))
            async with _Process.of(first) as one, _Process.of(second) as other:
                await start.wait()
                one.go()
                await asyncio.sleep(later)
                other.go()
                await asyncio.sleep(_SHARED_FOR + _MARGIN)
                one.check()
                other.check()
            tallies = [server.tallies()[errand.name] for errand in (first, second)]
        # From when both are there.
        begin = max(tally.first for tally in tallies)
        parts = [tally.between(begin, begin + _SHARED_FOR) for tally in tallies]
        return sum(parts) / (_SHARED_RATE * _SHARED_FOR), min(parts) / sum(parts)

    async def one(who: str) -> Share:
        found = [await trial(who) for _ in range(trials)]
        together, smaller = zip(*found, strict=True)
        return Share(later=later, delay=delay, who=who, together=together, smaller=smaller)

    return await _each(one, at_once=True)


async def _each(measure: Callable[[str], Awaitable[T]], *, at_once: bool) -> Sequence[T]:
    if at_once:
        return await asyncio.gather(*map(measure, CONTENDERS))
    return [await measure(who) for who in CONTENDERS]


def _errand(
    who: str, server: Server, calls: int, concurrency: int = _CONCURRENCY, name: str = "rs-1"
) -> Errand:
    where = arguments(server.url)
    return Errand(who=who, name=name, where=where, calls=calls, concurrency=concurrency)


class _Process:
    """A contender's process, which is ended with the block."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def of(cls, errand: Errand) -> AsyncGenerator[_Process]:
        """Start it, and wait until its client is open and the bucket full again."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks._contender", json.dumps(asdict(errand))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        contender = cls(process)
        try:
            await contender._line()
            await asyncio.sleep(_REFILL)
            yield contender
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")

    def check(self) -> None:
        """Make sure that it is still at work.

        Raises:
            RuntimeError: it has ended.
        """
        if self._process.returncode is not None:
            raise RuntimeError(_ENDED_EARLY)

    async def outcome(self) -> Outcome:
        """Wait until it has sent all its calls."""
        return Outcome(**json.loads(await self._line()))

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(_ENDED_EARLY)
        return line
