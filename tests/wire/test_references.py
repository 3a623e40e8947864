"""What ends in flight holds on to nothing: no cycle of references waits for the collector."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import run_batch
from itemwise.testing import Delay, LocalAWS
from tests.wire.cases import FMS, Case, rounds, until
from tests.wire.streams import BRIEF, collect, open_stream

pytestmark = pytest.mark.usefixtures("uncollected")


@pytest.fixture
def case() -> Case:
    return FMS


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No collector: what a cycle holds stays."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("by", ["a deadline", "a cancellation", "three cancellations"])
async def test_a_run_that_ends_in_flight_lets_go_of_its_request_at_once(
    case: Case, client: AioBaseClient, aws: LocalAWS, by: str
) -> None:
    cancellations = {"a deadline": 0, "a cancellation": 1, "three cancellations": 3}[by]
    timeout = None if cancellations else 0.02
    delay = aws.inject(Delay(seconds=30))

    async def end_in_flight() -> weakref.ref[object]:
        request = case.request(2)
        task = asyncio.create_task(
            run_batch(client, case.operation, request, timeout=timeout, retry=BRIEF)
        )
        await until(lambda: delay.fired > 0 or task.done())
        for _ in range(cancellations):
            task.cancel()
            await rounds(1)
        await asyncio.wait([task])
        return weakref.ref(request)

    request = await end_in_flight()
    await rounds(50)
    assert request() is None


@pytest.mark.parametrize("cancellations", [1, 2])
async def test_a_stream_that_is_cancelled_in_flight_lets_go_of_its_items_at_once(
    case: Case, client: AioBaseClient, aws: LocalAWS, cancellations: int
) -> None:
    class Item(str):
        __slots__ = ("__weakref__",)

    delay = aws.inject(Delay(seconds=30))

    async def end_in_flight() -> weakref.WeakSet[Item]:
        items = [Item(item) for item in case.items(range(2))]
        stream = open_stream(case, client, items, retry=BRIEF)
        task = asyncio.create_task(collect(stream, []))
        await until(lambda: delay.fired > 0)
        for _ in range(cancellations):
            task.cancel()
            await rounds(1)
        await asyncio.wait([task])
        return weakref.WeakSet(items)

    items = await end_in_flight()
    await rounds(50)
    assert not items
