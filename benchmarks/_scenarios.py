"""What is measured."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession, get_session

from benchmarks._cases import CASES, FMS, Case, arguments, plain_client, plain_loop
from benchmarks._measure import Comparison, compare
from benchmarks._server import ServerOptions, serving
from itemwise import open_client, run_batch

__all__ = ["Start", "delayed", "memory", "runs", "starts", "thin"]


@dataclass(frozen=True, slots=True)
class _Pair:
    plain: AioBaseClient
    ours: AioBaseClient


@asynccontextmanager
async def _clients(
    case: Case, session: AioSession, delay: float = 0.0, *, own: bool = False
) -> AsyncGenerator[_Pair]:
    """Open a plain client, and one for itemwise: as it is by default, or one that users bring."""
    service = case.operation.service
    with serving(ServerOptions(service=service, delay=delay)) as server:
        where = arguments(server.url)
        async with (
            plain_client(session, service, where) as plain,
            plain_client(session, service, where)
            if own
            else open_client(service, session=session, **where) as ours,
        ):
            yield _Pair(plain, ours)


async def thin(rounds: int, sizes: tuple[int, ...] = (1, 10, 100)) -> list[Comparison]:
    """One call after the other, typed and plain; the items are made anew for each."""
    session, calls, found = get_session(), 100, list[Comparison]()
    for case in CASES:
        async with _clients(case, session) as clients:
            for size in sizes:
                if size > case.operation.max_items:
                    continue
                names = case.names(size)

                async def plain(
                    case: Case = case, clients: _Pair = clients, names: list[str] = names
                ) -> None:
                    method = case.plain_call(clients.plain)
                    for _ in range(calls):
                        await method(**case.members(names))

                async def ours(
                    case: Case = case, clients: _Pair = clients, names: list[str] = names
                ) -> None:
                    for _ in range(calls):
                        await case.operation(clients.ours, case.request(names))

                title = f"{case.title}, {size} item{'s' if size > 1 else ''}"
                found.append(await compare(title, plain, ours, calls=calls, rounds=rounds))
    return found


async def _run(
    case: Case, clients: _Pair, *, count: int, concurrency: int, rounds: int, title: str
) -> Comparison:
    names = case.names(count)
    request = case.request(names)

    async def plain() -> object:
        return await plain_loop(clients.plain, case, names, concurrency=concurrency)

    async def ours() -> object:
        return await run_batch(clients.ours, case.operation, request, concurrency=concurrency)

    expected = len(await plain_loop(clients.plain, case, names, concurrency=concurrency))
    result = await run_batch(clients.ours, case.operation, request, concurrency=concurrency)
    if len(result.failed) != expected or result.counts["succeeded"] != count - expected:
        raise AssertionError(f"{case.title}: the two ways differ: {result!r}, {expected} failures")
    calls = -(-count // case.operation.max_items)
    return await compare(title, plain, ours, calls=calls, rounds=rounds)


async def runs(rounds: int, *, large: bool) -> list[Comparison]:
    """Many items: every operation, then other sizes and concurrencies."""
    session, found = get_session(), list[Comparison]()
    for case in CASES:
        async with _clients(case, session) as clients:
            title = f"{case.title}, 10,000 items, concurrency 8"
            found.append(
                await _run(case, clients, count=10_000, concurrency=8, rounds=rounds, title=title)
            )
            others = [(10_000, 1), (10_000, 32)] if case is FMS else []
            others += [(100_000, 8)] if large or case is FMS else []
            for count, concurrency in others:
                title = f"{case.title}, {count:,} items, concurrency {concurrency}"
                found.append(
                    await _run(
                        case,
                        clients,
                        count=count,
                        concurrency=concurrency,
                        rounds=max(3, rounds // 3) if count > 10_000 else rounds,
                        title=title,
                    )
                )
    async with _clients(FMS, session, own=True) as clients:
        title = f"{FMS.title}, 10,000 items, concurrency 8, on a client of your own"
        found.append(
            await _run(FMS, clients, count=10_000, concurrency=8, rounds=rounds, title=title)
        )
    return found


async def delayed(rounds: int) -> list[Comparison]:
    """The elapsed time, with a server that takes 50 ms."""
    async with _clients(FMS, get_session(), delay=0.05) as clients:
        return [
            await _run(
                FMS,
                clients,
                count=10_000,
                concurrency=concurrency,
                rounds=1 if concurrency == 1 else rounds,
                title=f"FMS, 10,000 items, 50 ms, concurrency {concurrency}",
            )
            for concurrency in (1, 8, 32)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What comes before the first answer, in milliseconds of CPU.

    Attributes:
        who: the contender.
        imported: the import of the library.
        opened: a client's opening.
        called: its first call.
        reopened: a second client of the same service.
    """

    who: str
    imported: float
    opened: float
    called: float
    reopened: float


def starts(samples: int) -> list[Start]:
    """Import, open and call in processes of their own, in turns."""
    found: dict[str, list[dict[str, float]]] = {"plain": [], "itemwise": []}
    # Compiled once, as installed packages are: where an environment forbids that, each process
    # would compile anew what it imports. The first round does it, and does not count.
    unset = "PYTHONDONTWRITEBYTECODE"
    environment = {name: value for name, value in os.environ.items() if name != unset}
    with serving(ServerOptions(service="fms")) as server:
        for number in range(samples + 1):
            for who, seen in found.items():
                command = [sys.executable, "-m", "benchmarks._cold", who, server.url]
                answer = subprocess.run(  # noqa: S603 - our own module
                    command, check=True, capture_output=True, text=True, env=environment
                )
                if number:
                    seen.append(json.loads(answer.stdout))
    return [
        Start(who=who, **{name: median(one[name] for one in seen) * 1e3 for name in seen[0]})
        for who, seen in found.items()
    ]


async def memory(count: int = 10_000) -> list[tuple[str, float]]:
    """Bytes for each item that a finished run holds, beyond the request and its items."""
    session, found = get_session(), list[tuple[str, float]]()
    for case in CASES:
        async with _clients(case, session) as clients:
            request = case.request(case.names(count))
            await run_batch(clients.ours, case.operation, request)
            gc.collect()
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            result = await run_batch(clients.ours, case.operation, request)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            found.append((case.title, (after - before) / len(result.outcomes)))
    return found
