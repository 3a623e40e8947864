"""How long the event loop is held: ``python -m benchmarks.loop_lag``.

A service answers its other requests in the same loop, so no step of a batch may hold it for long.
Two things are noted, beside itemwise and beside a plain aiobotocore loop over the same chunks: how
long each step of the loop worked, from one switch of tasks to the next, in time of the processor;
and by how much a heartbeat that is due each millisecond came late, which is the sum of all steps
that were ready before it. Then what is one piece by nature is timed alone.
"""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from functools import partial
from itertools import pairwise
from statistics import quantiles
from typing import Any, TypeAlias, TypeVarTuple, Unpack

from aiobotocore.client import AioBaseClient

from benchmarks._server import Server, ServerOptions, serving
from itemwise import BatchRun, open_client, run_batch
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource

ArgsT = TypeVarTuple("ArgsT")

_BEAT = 0.001
_LIMIT_MS = 20.0
"""What itemwise allows itself to hold the loop, in milliseconds."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop that notes how long its steps take, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[float] = []

    def watch(self) -> None:
        """Begin anew."""
        self.steps = []

    def call_soon(
        self,
        callback: Callable[[Unpack[ArgsT]], object],
        *args: *ArgsT,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Schedule a callback, and note its time."""

        def timed() -> None:
            begun = time.thread_time()
            callback(*args)
            self.steps.append((time.thread_time() - begun) * 1000)

        return super().call_soon(timed, context=context)


class Heartbeat:
    """Notes by how many milliseconds a callback that is due each millisecond comes late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + _BEAT
        self._handle = self._loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        now = self._loop.time()
        self.late.append((now - self._due) * 1000)
        self._due = now + _BEAT
        self._handle = self._loop.call_at(self._due, self._beat)

    def stop(self) -> None:
        """End it."""
        self._handle.cancel()


def _arns(count: int, first: int = 0) -> list[str]:
    return [f"arn:aws:ec2:eu-west-1:1:vpc/vpc-{n:07}" for n in range(first, first + count)]


def _request(arns: Sequence[str]) -> BatchDisassociateResourceRequest:
    return BatchDisassociateResourceRequest(resource_set_identifier="rs-1", items=arns)


def _open(server: Server) -> AbstractAsyncContextManager[AioBaseClient]:
    return open_client(
        "fms",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - none
    )


async def _plain(client: AioBaseClient, arns: Sequence[str], size: int, workers: int) -> None:
    chunks = iter(range(0, len(arns), size))
    send: Any = getattr(client, "batch_disassociate_resource")  # noqa: B009 - made at run time

    async def work() -> None:
        for start in chunks:
            await send(ResourceSetIdentifier="rs-1", Items=arns[start : start + size])

    await asyncio.gather(*(work() for _ in range(workers)))


async def _ours(client: AioBaseClient, arns: Sequence[str], size: int, workers: int) -> None:
    await run_batch(
        client,
        batch_disassociate_resource,
        _request(arns),
        chunk_size=size,
        concurrency=workers,
    )


_Way: TypeAlias = Callable[[AioBaseClient, Sequence[str], int, int], Coroutine[Any, Any, None]]


async def _side_by_side(way: _Way, client: AioBaseClient, batches: Sequence[Sequence[str]]) -> None:
    await asyncio.gather(*(way(client, arns, 10, 2) for arns in batches))


async def _watched(name: str, work: Callable[[], Awaitable[object]]) -> None:
    gc.collect()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    # The step that this is in is none of the work's.
    await asyncio.sleep(0)
    loop.watch()
    beat = Heartbeat()
    begun = time.perf_counter()
    await work()
    seconds = time.perf_counter() - begun
    # The beat that what came last has held up.
    await asyncio.sleep(2 * _BEAT)
    beat.stop()
    late = beat.late
    over = sum(each > _LIMIT_MS for each in loop.steps)
    sys.stdout.write(
        f"{name:48}{seconds:8.2f}{_percentile_99(loop.steps):10.2f}{max(loop.steps):10.2f}{over:6}"
        f"{_percentile_99(late):10.2f}{max(late):10.2f}\n"
    )


def _percentile_99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[98]


async def _loads(server: Server) -> None:
    sys.stdout.write(f"{'in ms':48}{'seconds':>8}{'step p99':>10}{'longest':>10}{'>20':>6}")
    sys.stdout.write(f"{'late p99':>10}{'latest':>10}\n")
    await _watched("nothing", lambda: asyncio.sleep(1))
    ways: dict[str, _Way] = {"aiobotocore": _plain, "itemwise": _ours}
    async with _open(server) as client:
        for way in ways.values():
            await way(client, _arns(1000), 10, 8)
        hundred = [_arns(100, first) for first in range(0, 10_000, 100)]
        large = _arns(100_000)
        for name, way in ways.items():
            await _watched(
                f"100 runs of 100 items in 10 calls, {name}",
                partial(_side_by_side, way, client, hundred),
            )
        for name, way in ways.items():
            await _watched(
                f"a run of 100,000 items, {name}",
                partial(way, client, large, 100, 8),
            )


async def _steps(server: Server) -> None:
    sys.stdout.write("\nsteps in one piece, in ms\n")
    for count in (1_000, 10_000, 100_000, 1_000_000):
        arns = _arns(count)
        async with _open(server) as client:
            gc.collect()
            marks = [time.thread_time()]
            request = _request(arns)
            marks.append(time.thread_time())
            run = BatchRun(client, batch_disassociate_resource, request)
            marks.append(time.thread_time())
            pending = run.result
            marks.append(time.thread_time())
            counts = pending.counts
            marks.append(time.thread_time())
            left = pending.leftovers(request)
            marks.append(time.thread_time())
            pending.to_jsonl(io.StringIO())
            marks.append(time.thread_time())
            assert counts["not_attempted"] == count
            assert left.items == request.items
        names = ("request", "plan", "result", "counts", "leftovers", "to_jsonl")
        spent = [(after - before) * 1000 for before, after in pairwise(marks)]
        told = "".join(f"{name:>12}{ms:9.1f}" for name, ms in zip(names, spent, strict=True))
        sys.stdout.write(f"{count:>10,}{told}\n")


def main() -> None:
    """Measure, and print."""
    with serving(ServerOptions(service="fms")) as server:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(_loads(server))
        asyncio.run(_steps(server))


if __name__ == "__main__":
    main()
