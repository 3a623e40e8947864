"""What the tests of streams have in common."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from typing import Any

from aiobotocore.client import AioBaseClient

from itemwise import (
    BatchResult,
    BatchStream,
    Outcome,
    Pace,
    RetryPolicy,
    stream_batch,
)
from itemwise.testing import (
    Delay,
    LocalAWS,
)
from tests.wire.cases import (
    Case,
    check_accounting,
    until,
)

AnyStream = BatchStream[Any, Any, Any, Any]
AnyOutcome = Outcome[Any, Any]

BRIEF = RetryPolicy(max_attempts=3, base_delay=0.001, max_delay=0.004, grace=0.01)
PATIENT = RetryPolicy(grace=1)


class SourceError(Exception):
    """What a source of the caller's own raises."""


class Reading:
    """A source that knows how far it was read.

    Attributes:
        read: how many items it has given away.
        breaks_at: where it raises.
        gates: by place, what it waits for before it goes on.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = list(items)
        self.read = 0
        self.breaks_at = -1
        self.gates: dict[int, asyncio.Event] = {}

    def __iter__(self) -> Iterator[Any]:
        for place, item in enumerate(self.items):
            self._next(place)
            yield item

    async def slowly(self) -> AsyncIterator[Any]:
        for place, item in enumerate(self.items):
            if place in self.gates:
                await self.gates[place].wait()
            await asyncio.sleep(0)
            self._next(place)
            yield item

    def _next(self, place: int) -> None:
        if place == self.breaks_at:
            raise SourceError
        self.read += 1


SOURCES: dict[str, Callable[[Reading], Any]] = {
    "list": lambda reading: reading.items,
    "generator": iter,
    "async": Reading.slowly,
}


def open_stream(case: Case, client: AioBaseClient, items: Any, **options: Any) -> AnyStream:
    """Open a stream with a pace of its own: tests are not to slow each other down."""
    pace = options.pop("pace", None) or Pace()
    return stream_batch(client, case.operation, case.make([]), items, pace=pace, **options)


def check_stream(
    case: Case, aws: LocalAWS, items: Sequence[Any], outcomes: Iterable[AnyOutcome]
) -> dict[str, int]:
    """Hold all outcomes of what was read against the ledger, and count them."""
    in_order = sorted(outcomes, key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in in_order] == list(items)
    result = BatchResult[Any, Any](operation=case.operation, outcomes=in_order)
    check_accounting(case, aws, case.make(items), result)
    return {status: count for status, count in result.counts.items() if count}


async def in_second_call(
    case: Case,
    client: AioBaseClient,
    aws: LocalAWS,
    items: Sequence[Any],
    retry: RetryPolicy,
    *,
    seconds: float,
) -> tuple[AnyStream, list[AnyOutcome]]:
    """Open a stream that has yielded one outcome, and whose second call takes so many seconds."""
    stream = open_stream(case, client, items, chunk_size=2, concurrency=1, retry=retry)
    yielded = [await anext(stream)]
    aws.inject(Delay(seconds=seconds))
    await until(lambda: stream.progress.calls == 2)
    return stream, yielded


async def collect(stream: AnyStream, outcomes: list[AnyOutcome]) -> None:
    """Take what a stream yields, one by one: what raises at last loses none of it."""
    async for outcome in stream:
        outcomes.append(outcome)  # noqa: PERF401 - for that reason


async def quiet(reading: Reading) -> None:
    """Wait until nothing is read any more."""
    calm = 0
    while calm < 200:
        read = reading.read
        await asyncio.sleep(0)
        calm = calm + 1 if reading.read == read else 0
