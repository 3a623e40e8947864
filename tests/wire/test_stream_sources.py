"""A source is closed with its stream, however that ends."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
)
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from pydantic import ValidationError

from itemwise.testing import LocalAWS
from tests.conftest import Clock
from tests.wire.cases import (
    Case,
    left_behind,
    only_fms,
    rounds,
    until,
)
from tests.wire.streams import (
    PATIENT,
    AnyOutcome,
    AnyStream,
    SourceError,
    collect,
    open_stream,
)


class Cursor:
    """A source that holds something open, and lets go of it as a generator does.

    Attributes:
        items: what it gives away.
        read: how many items it has given away.
        held: whether it holds something open.
        breaks: whether letting go of it raises.
        gate: what it waits for after 12 items; only the async one does.
    """

    def __init__(self, case: Case) -> None:
        self.read = 0
        self.held = False
        self.breaks = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.items = case.items(range(1000))

    def sync(self) -> Iterator[Any]:
        self.held = True
        try:
            for item in self.items:
                self.read += 1
                yield item
        finally:
            self._let_go()

    async def slow(self) -> AsyncGenerator[Any]:
        self.held = True
        try:
            for item in self.items:
                if self.read == 12:
                    await self.gate.wait()
                self.read += 1
                yield item
        finally:
            await asyncio.sleep(0)
            self._let_go()

    def _let_go(self) -> None:
        assert self.held
        self.held = False
        if self.breaks:
            raise SourceError


CURSORS: dict[str, Callable[[Cursor], Any]] = {"generator": Cursor.sync, "async": Cursor.slow}
FEW: dict[str, Any] = {"chunk_size": 3, "concurrency": 2, "retry": PATIENT}


async def leave_the_block(stream: AnyStream) -> None:
    async with stream:
        await anext(stream)


async def close_from_elsewhere(stream: AnyStream) -> None:
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled > 0)
    await asyncio.gather(stream.aclose(), stream.aclose(), iterating)


async def be_cancelled(stream: AnyStream) -> None:
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled > 0)
    iterating.cancel()
    await asyncio.wait({iterating})


LEAVES = pytest.mark.parametrize("leave", [leave_the_block, close_from_elsewhere, be_cancelled])


@LEAVES
@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_is_left_closes_its_source(
    case: Case,
    client: AioBaseClient,
    kind: str,
    leave: Callable[[AnyStream], Awaitable[None]],
) -> None:
    cursor = Cursor(case)
    # Held here too, so that nothing but the stream can have closed it.
    source = CURSORS[kind](cursor)
    stream = open_stream(case, client, source, **FEW)

    await leave(stream)

    assert not cursor.held
    assert cursor.read == stream.progress.total < 1000
    assert left_behind() == []


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_is_dropped_closes_its_source(
    case: Case, client: AioBaseClient, kind: str, complaints: list[str]
) -> None:
    cursor = Cursor(case)
    source = CURSORS[kind](cursor)

    async for _ in open_stream(case, client, source, **FEW):
        break

    await until(lambda: not cursor.held)
    await until(lambda: left_behind() == [])
    gc.collect()
    assert complaints == []


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_a_stream_that_a_bad_item_ends_closes_its_source(
    case: Case, client: AioBaseClient, kind: str
) -> None:
    cursor = Cursor(case)
    cursor.items[7] = ""
    source = CURSORS[kind](cursor)

    with pytest.raises(ValidationError):
        await collect(open_stream(case, client, source, **FEW), [])

    assert not cursor.held


@only_fms
@pytest.mark.parametrize("nested", [False, True])
async def test_a_source_that_closes_its_own_stream_begins_its_end(
    case: Case, client: AioBaseClient, aws: LocalAWS, *, nested: bool
) -> None:
    async def source() -> AsyncIterator[Any]:
        for item in case.items(range(4)):
            yield item
        if nested:
            async with asyncio.TaskGroup() as group:
                group.create_task(stream.aclose())
        else:
            await stream.aclose()
        yield case.item(5)

    stream = open_stream(case, client, source(), chunk_size=2)
    outcomes: list[AnyOutcome] = []

    await collect(stream, outcomes)
    await stream.aclose()

    outcomes += stream.pending
    assert {outcome.item for outcome in outcomes} >= set(case.items(range(4)))
    assert left_behind() == []


@only_fms
@pytest.mark.parametrize("iterates", [False, True])
async def test_a_generator_that_had_begun_is_closed_with_a_stream_that_has_not(
    case: Case, client: AioBaseClient, *, iterates: bool
) -> None:
    cursor = Cursor(case)
    source = cursor.slow()
    await anext(source)
    stream = open_stream(case, client, source)
    if iterates:
        iterating = asyncio.create_task(collect(stream, []))
        # Its driver is made in this round, and is to take its first step in the next.
        await asyncio.sleep(0)
        await stream.aclose()
        await iterating
    else:
        await stream.aclose()

    assert not cursor.held


@only_fms
async def test_a_source_that_is_being_closed_is_not_disturbed_by_a_close(
    case: Case, client: AioBaseClient
) -> None:
    closing, gate, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def source() -> AsyncGenerator[Any]:
        try:
            for item in ["", *case.items(range(9))]:
                yield item
        finally:
            closing.set()
            await gate.wait()
            closed.set()

    items = source()
    stream = open_stream(case, client, items, **FEW)
    await anext(stream)
    await closing.wait()

    leaving = asyncio.create_task(stream.aclose())
    await rounds(5)
    assert not leaving.done()
    gate.set()
    await leaving

    assert closed.is_set()


@only_fms
async def test_a_deadline_cancels_an_async_generator_where_it_waits(
    case: Case, client: AioBaseClient, clock: Clock
) -> None:
    cursor = Cursor(case)
    cursor.gate.clear()
    source = cursor.slow()
    stream = open_stream(case, client, source, timeout=1, **FEW)
    iterating = asyncio.create_task(collect(stream, []))
    await until(lambda: stream.progress.settled == 12)

    clock.now += 1
    await iterating

    assert not cursor.held
    assert cursor.read == stream.progress.total == 12
    with pytest.raises(StopAsyncIteration):
        await anext(source)


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_what_closing_a_source_raises_reaches_who_leaves(
    case: Case, client: AioBaseClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    source = CURSORS[kind](cursor)
    stream = open_stream(case, client, source, **FEW)

    with pytest.raises(SourceError):
        await leave_the_block(stream)

    assert not cursor.held
    assert stream.progress.settled == stream.progress.total
    # It was told, and is not told again.
    await stream.aclose()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("kind", CURSORS)
@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
@only_fms
async def test_what_closing_a_source_raises_hides_no_other_error(
    case: Case,
    client: AioBaseClient,
    kind: str,
    error: type[BaseException],
    caplog: pytest.LogCaptureFixture,
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    source = CURSORS[kind](cursor)

    async def leave_by_an_error() -> None:
        async with open_stream(case, client, source, **FEW) as stream:
            await anext(stream)
            raise error

    with pytest.raises(error):
        await leave_by_an_error()

    assert not cursor.held
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    for part in (case.name, "closing the source", "SourceError", error.__name__):
        assert part in record.getMessage()


@pytest.mark.parametrize("kind", CURSORS)
@only_fms
async def test_the_error_of_a_bad_item_and_not_that_of_closing_is_raised(
    case: Case, client: AioBaseClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = Cursor(case)
    cursor.breaks = True
    cursor.items[7] = ""
    source = CURSORS[kind](cursor)

    with pytest.raises(ValidationError):
        await collect(open_stream(case, client, source, **FEW), [])

    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "SourceError, while ValidationError" in record.getMessage()


@only_fms
async def test_a_source_that_is_no_generator_stays_as_it_is(
    case: Case, client: AioBaseClient
) -> None:
    rest = iter(case.items(range(1000)))

    async with open_stream(case, client, rest, **FEW) as stream:
        await anext(stream)

    assert len([*rest]) == 1000 - stream.progress.total
