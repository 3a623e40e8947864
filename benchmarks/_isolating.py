"""Whole calls that are rejected: what it costs to tell the culprits from the innocent."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from aiobotocore.session import get_session

from benchmarks._cases import FMS, arguments, plain_client
from itemwise import run_batch
from itemwise.testing import FailCalls, Fault, LocalAWS, LowerLimit, PoisonItems

__all__ = ["Isolation", "isolating"]

_COUNT, _CONCURRENCY = 10_000, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How one way of sending 10,000 items dealt with rejected calls.

    Attributes:
        what: why the calls were rejected.
        who: itemwise, or the loop over chunks.
        calls: calls that the service received.
        bound: calls that were to suffice; ``None`` where none is set.
        applied: items that the service applied.
        blamed: items that were told to have failed.
    """

    what: str
    who: str
    calls: int
    bound: int | None
    applied: int
    blamed: int


async def isolating() -> Sequence[Isolation]:
    """Reject calls for several reasons, and count."""
    names = FMS.names(_COUNT)
    limit = FMS.operation.max_items
    chunks = math.ceil(_COUNT / limit)
    culprits = names[57::1000]
    poison = PoisonItems(items=set(culprits), code="InvalidInputException")
    causes: Sequence[tuple[str, Fault, int | None]] = (
        (
            f"{len(culprits)} items of {_COUNT:,} are not valid",
            poison,
            # Each halving of a chunk down to a culprit is two calls, and the last may be two more.
            chunks + len(culprits) * (2 * math.ceil(math.log2(limit)) + 2),
        ),
        # All that may be in flight has left before the first answer comes. Three single items are
        # then asked for, where a bad item could be the cause.
        ("no such resource set", FailCalls(code="ResourceNotFoundException"), _CONCURRENCY + 3),
        ("the request is not valid", FailCalls(code="InvalidInputException"), _CONCURRENCY + 3),
        ("the limit is 40, not 100", LowerLimit(limit=40), None),
    )
    ways = {"itemwise": _isolated, "aiobotocore": _gathered}
    found: list[Isolation] = []
    for what, fault, bound in causes:
        for who, way in ways.items():
            async with LocalAWS() as aws:
                aws.inject(fault)
                blamed = await way(aws, names)
            found.append(
                Isolation(
                    what=what,
                    who=who,
                    calls=aws.ledger.call_count(),
                    bound=bound if way is _isolated else None,
                    applied=aws.ledger.applied_count(),
                    blamed=blamed,
                )
            )
    return found


async def _isolated(aws: LocalAWS, names: Sequence[str]) -> int:
    async with aws.client("fms") as client:
        request = FMS.request(names)
        result = await run_batch(client, FMS.operation, request, concurrency=_CONCURRENCY)
    return result.counts["failed"]


async def _gathered(aws: LocalAWS, names: Sequence[str]) -> int:
    gate, size = asyncio.Semaphore(_CONCURRENCY), FMS.operation.max_items
    async with plain_client(get_session(), "fms", arguments(aws.endpoint_url)) as client:
        call = FMS.plain_call(client)

        async def one(chunk: Sequence[str]) -> None:
            async with gate:
                await call(**FMS.members(chunk))

        parts = [names[start : start + size] for start in range(0, len(names), size)]
        ended = await asyncio.gather(*map(one, parts), return_exceptions=True)
    return sum(
        len(part)
        for part, each in zip(parts, ended, strict=True)
        if isinstance(each, BaseException)
    )
