"""How long the event loop is held: ``python -m benchmarks.loop_lag``.

A service answers its other requests in the same loop, so no step of a batch may hold it for long. A
heartbeat that is due each millisecond notes by how much it came late, beside itemwise and beside a
plain aiobotocore loop over the same chunks. Then the steps that are one piece each are timed alone.
"""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import quantiles
from typing import Any

from aiobotocore.client import AioBaseClient

from benchmarks._server import Server, ServerOptions, serving
from itemwise import BatchRun, open_client, run_batch
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource

_BEAT = 0.001
_LIMIT_MS = 20.0
"""What itemwise allows itself to hold the loop, in milliseconds."""


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


_Way = Callable[[AioBaseClient, Sequence[str], int, int], Awaitable[None]]


async def _watched(name: str, work: Callable[[], Awaitable[object]]) -> None:
    gc.collect()
    beat = Heartbeat()
    begun = time.perf_counter()
    await work()
    seconds = time.perf_counter() - begun
    # The beat that what came last has held up.
    await asyncio.sleep(2 * _BEAT)
    beat.stop()
    late = beat.late
    cuts = quantiles(late, n=1000)
    over = sum(each > _LIMIT_MS for each in late)
    sys.stdout.write(
        f"{name:44}{seconds:8.2f} s {cuts[499]:8.2f}{cuts[989]:8.2f}{max(late):9.2f}{over:6}\n"
    )


async def _loads(server: Server) -> None:
    sys.stdout.write(f"{'late by, in ms':44}{'':10} {'p50':>8}{'p99':>8}{'most':>9}{'>20':>6}\n")
    await _watched("nothing", lambda: asyncio.sleep(1))
    ways: dict[str, _Way] = {"aiobotocore": _plain, "itemwise": _ours}
    async with open_client(
        "fms",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ) as client:
        for way in ways.values():
            await way(client, _arns(1000), 10, 8)
        hundred = [_arns(100, first) for first in range(0, 10_000, 100)]
        large = _arns(100_000)
        for name, way in ways.items():
            await _watched(
                f"100 runs of 100 items in 10 calls, {name}",
                lambda way=way: asyncio.gather(*(way(client, arns, 10, 2) for arns in hundred)),  # type: ignore[misc]
            )
        for name, way in ways.items():
            await _watched(
                f"a run of 100,000 items, {name}",
                lambda way=way: way(client, large, 100, 8),  # type: ignore[misc]
            )


async def _steps(server: Server) -> None:
    sys.stdout.write("\nsteps in one piece, in ms\n")
    for count in (1_000, 10_000, 100_000, 1_000_000):
        arns = _arns(count)
        async with open_client(
            "fms",
            endpoint_url=server.url,
            region_name="eu-west-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        ) as client:
            gc.collect()
            marks = [time.perf_counter()]
            request = _request(arns)
            marks.append(time.perf_counter())
            run = BatchRun(client, batch_disassociate_resource, request)
            marks.append(time.perf_counter())
            pending = run.result
            marks.append(time.perf_counter())
            counts = pending.counts
            marks.append(time.perf_counter())
            left = pending.leftovers(request)
            marks.append(time.perf_counter())
            pending.to_jsonl(io.StringIO())
            marks.append(time.perf_counter())
            assert counts["not_attempted"] == count
            assert left.items == request.items
        names = ("request", "plan", "result", "counts", "leftovers", "to_jsonl")
        spent = [(after - before) * 1000 for before, after in zip(marks, marks[1:], strict=False)]
        told = "".join(f"{name:>12}{ms:9.1f}" for name, ms in zip(names, spent, strict=True))
        sys.stdout.write(f"{count:>10,}{told}\n")


def main() -> None:
    """Measure, and print."""
    with serving(ServerOptions(service="fms")) as server:
        asyncio.run(_loads(server))
        asyncio.run(_steps(server))


if __name__ == "__main__":
    main()
