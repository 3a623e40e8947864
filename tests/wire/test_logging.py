"""Whatever becomes of a line in the log, items end as they would without it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, RetryPolicy, run_batch
from itemwise.testing import Delay, LocalAWS, Throttle
from tests.wire.cases import FMS, AnyResult, Case, case_id, check_accounting, until
from tests.wire.streams import open_stream

pytestmark = [
    pytest.mark.usefixtures("raising_handler"),
    pytest.mark.parametrize("case", [FMS], ids=case_id),
]


class LogError(Exception):
    """What a handler of the application's own raises."""


class Raising(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise LogError


@pytest.fixture
def raising_handler() -> Iterator[None]:
    logger, handler = logging.getLogger("itemwise"), Raising()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(before)
    logger.removeHandler(handler)


async def test_a_cancellation_goes_on(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Delay(seconds=30))
    request = case.request(2)
    run: BatchRun[Any, Any, Any, Any] = BatchRun(
        client, case.operation, request, retry=replace(fast, grace=0)
    )
    task = asyncio.create_task(run.execute())
    await until(lambda: run.progress.calls == 1)

    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    assert run.result.counts["unknown"] == 2
    check_accounting(case, aws, request, run.result)


async def test_a_deadline_returns_the_result(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Delay(seconds=30))
    result: AnyResult = await run_batch(
        client, case.operation, case.request(2), timeout=0.05, retry=replace(fast, grace=0)
    )
    assert result.counts["unknown"] == 2


async def test_the_first_throttle_of_an_episode_costs_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=1))
    result: AnyResult = await run_batch(client, case.operation, case.request(2))
    assert result.ok


async def test_a_source_is_closed(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    aws.inject(Delay(seconds=30))
    closed = False

    async def source() -> AsyncIterator[Any]:
        nonlocal closed
        try:
            yield case.item(0)
            await asyncio.Event().wait()
        finally:
            closed = True

    stream = open_stream(
        case, client, source(), chunk_size=1, concurrency=1, retry=replace(fast, grace=0)
    )
    async with stream:
        taking = asyncio.create_task(anext(stream))
        await until(lambda: stream.progress.calls == 1)
        taking.cancel()
        await asyncio.wait({taking})

    assert closed
    assert [outcome.status for outcome in stream.pending] == ["unknown"]
