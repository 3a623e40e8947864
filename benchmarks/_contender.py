"""One contender against a service that throttles, in a process of its own.

It opens its client, makes a call that nobody counts, freezes what is there, says that it is ready,
waits for a line of input, sends its calls, and prints how long that took and how many it gave up:
what opening a client and its first call cost is measured elsewhere.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiobotocore.client import AioBaseClient
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from benchmarks._cases import FMS, plain_client
from itemwise import open_client, run_batch
from itemwise.services.fms import BatchDisassociateResourceRequest

if TYPE_CHECKING:
    # For its type alone: it would bring a server into this process.
    from itemwise.testing import LocalClientArguments

__all__ = ["CONTENDERS", "Errand", "Outcome"]

CONTENDERS = ("itemwise", "legacy", "standard", "adaptive")
"""itemwise, and aiobotocore by its retry modes."""

_ATTEMPTS = 10
"""What botocore's modes are given: with their defaults of 3 and 5 they lose many more calls."""

_UNCOUNTED = "warm-up"
"""The resource set that the first call names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a contender is to do.

    Attributes:
        who: one of `CONTENDERS`.
        name: the resource set that its calls name, for the server's tallies.
        where: the server.
        calls: how many items are sent, one a call.
        concurrency: how many at once.
    """

    who: str
    name: str
    where: LocalClientArguments
    calls: int
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went.

    Attributes:
        seconds: from the first call to the last answer.
        lost: calls that were given up.
    """

    seconds: float
    lost: int


async def _itemwise(errand: Errand) -> Outcome:
    request = _request(errand.name, errand.calls)
    async with open_client("fms", **errand.where) as client:
        await FMS.operation(client, _request(_UNCOUNTED, 1))
        await _start()
        begun = time.perf_counter()
        result = await run_batch(
            client, FMS.operation, request, concurrency=errand.concurrency, chunk_size=1
        )
        seconds = time.perf_counter() - begun
    lost = sum(failure.entry is None for failure in result.failed)
    return Outcome(seconds=seconds, lost=lost + len(result.unknown) + len(result.not_attempted))


def _request(name: str, items: int) -> BatchDisassociateResourceRequest:
    return BatchDisassociateResourceRequest(resource_set_identifier=name, items=FMS.names(items))


async def _plain(errand: Errand) -> Outcome:
    async with plain_client(
        get_session(),
        "fms",
        errand.where,
        # As itemwise has it: a connection for each call in flight.
        pool=errand.concurrency,
        mode=errand.who,
        attempts=_ATTEMPTS,
    ) as client:
        await FMS.plain_call(client)(ResourceSetIdentifier=_UNCOUNTED, Items=FMS.names(1))
        await _start()
        begun = time.perf_counter()
        lost = await _persist(client, errand)
        return Outcome(seconds=time.perf_counter() - begun, lost=lost)


async def _persist(client: AioBaseClient, errand: Errand) -> int:
    gate, call = asyncio.Semaphore(errand.concurrency), FMS.plain_call(client)

    async def one(name: str) -> int:
        async with gate:
            try:
                await call(ResourceSetIdentifier=errand.name, Items=[name])
            except ClientError:
                return 1
            return 0

    return sum(await asyncio.gather(*(one(name) for name in FMS.names(errand.calls))))


async def _start() -> None:
    # What the start has left is not looked at again, as in a service that follows our advice: else
    # the collector stops each contender for 50 ms, some sooner and some later. It stays on.
    gc.collect()
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)


def _main(text: str) -> None:
    told: dict[str, Any] = json.loads(text)
    errand = Errand(**told)
    outcome = asyncio.run(_itemwise(errand) if errand.who == "itemwise" else _plain(errand))
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1])
