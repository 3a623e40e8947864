"""What only a stream's span has to tell: of its source, and of who takes or leaves its outcomes."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
from aiobotocore.client import AioBaseClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, StatusCode, get_current_span

from itemwise import RetryPolicy, run_batch
from itemwise._observe import on_call
from itemwise.otel import traced_stream
from itemwise.testing import Delay, FailItems, LocalAWS
from tests.wire.cases import FMS, until
from tests.wire.otel.spans import attributes, sorted_out, span_id, stream_of


def source_that_fails_to_close() -> Iterator[object]:
    try:
        yield from FMS.items(range(1000))
    finally:
        raise LookupError


async def test_a_stream_is_traced_for_its_source_and_not_for_who_takes_its_outcomes(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    tracer = provider.get_tracer("application")

    async def source() -> AsyncIterator[object]:
        with tracer.start_as_current_span("read"):
            pass
        for item in FMS.items(range(30)):
            yield item

    with tracer.start_as_current_span("job") as job:
        stream = stream_of(client, source(), chunk_size=10, concurrency=1)
        async for _ in traced_stream(stream, tracer_provider=provider):
            assert get_current_span() is job
            assert on_call.get() is None
            await run_batch(client, FMS.operation, FMS.request(1))

    assert get_current_span() is INVALID_SPAN
    spans = {span.name: span for span in exporter.get_finished_spans()}
    root = spans["BatchDisassociateResource stream"]
    assert root.parent is not None
    assert root.parent.span_id == span_id(spans["job"])
    read = spans["read"]
    assert read.parent is not None
    assert read.parent.span_id == span_id(root)
    # None of the runs, which the loop's body has begun.
    assert Counter(span.name for span in exporter.get_finished_spans()) == {
        "job": 1,
        "read": 1,
        "BatchDisassociateResource stream": 1,
        "BatchDisassociateResource call": 3,
    }


async def test_an_exception_of_the_source_is_told_by_its_kind_alone(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    def source() -> Iterator[object]:
        yield from FMS.items(range(15))
        raise LookupError("secret words")

    stream = stream_of(client, source(), chunk_size=10)
    outcomes = traced_stream(stream, tracer_provider=provider)
    for _ in range(15):
        await anext(outcomes)
    with pytest.raises(LookupError, match="secret words"):
        await anext(outcomes)

    root, _ = sorted_out(exporter)
    assert attributes(root)["itemwise.items"] == 15
    assert attributes(root)["itemwise.succeeded"] == 15
    assert attributes(root)["error.type"] == "LookupError"
    assert root.status.status_code is StatusCode.ERROR
    assert not root.events
    assert "secret words" not in root.to_json()


async def test_a_stream_that_is_left_early_ends_with_a_span_of_all_that_was_read(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    stream = stream_of(client, FMS.items(range(1000)), chunk_size=10, concurrency=2)
    taken = 0
    async with aclosing(traced_stream(stream, tracer_provider=provider)) as outcomes:
        async for _ in outcomes:
            taken += 1
            if taken == 25:
                break

    root, _ = sorted_out(exporter)
    told = attributes(root)
    assert told["itemwise.items"] == stream.progress.total == taken + len(stream.pending) < 1000
    ends = Counter(outcome.status.value for outcome in stream.pending)
    assert told["itemwise.succeeded"] == taken + ends["succeeded"]
    assert told["itemwise.not_attempted"] == ends["not_attempted"]
    # To leave is no error. Items that were read for nothing are.
    assert "error.type" not in told
    assert (root.status.status_code is StatusCode.ERROR) == (set(ends) != {"succeeded"})


async def test_a_stream_whose_loop_is_left_with_calls_in_flight_has_a_span_that_is_right(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    delay = aws.inject(Delay(seconds=0))
    async with stream_of(client, FMS.items(range(1000)), chunk_size=10, concurrency=2) as stream:
        async for _ in traced_stream(stream, tracer_provider=provider):
            delay.remove()
            delay = aws.inject(Delay(seconds=0.05))
            break
        # The loop closes what was left, and the block the stream, while calls are under way.
        await until(lambda: delay.fired > 0)
    await until(lambda: exporter.get_finished_spans()[-1].name.endswith(" stream"))
    gc.collect()

    told = attributes(sorted_out(exporter)[0])
    ends = ("succeeded", "failed", "unknown", "not_attempted")
    assert told["itemwise.items"] == stream.progress.total == 1 + len(stream.pending)
    assert told["itemwise.items"] == sum(int(str(told[f"itemwise.{end}"])) for end in ends)
    assert not complaints


async def test_a_cancelled_stream_is_cancelled_also_where_its_source_cannot_be_closed(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    fast: RetryPolicy,
) -> None:
    delay = aws.inject(Delay(seconds=30))
    items = source_that_fails_to_close()
    stream = stream_of(client, items, chunk_size=1, concurrency=1, retry=fast)

    async def take() -> None:
        await anext(traced_stream(stream, tracer_provider=provider))

    task = asyncio.create_task(take())
    await until(lambda: delay.fired > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    root, _ = sorted_out(exporter)
    assert attributes(root)["error.type"] == "CancelledError"
    assert attributes(root)["itemwise.unknown"] == stream.progress.total == 1


async def test_who_leaves_a_stream_early_is_told_what_closing_its_source_raised(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    stream = stream_of(client, source_that_fails_to_close(), chunk_size=10, concurrency=2)
    with pytest.raises(LookupError):
        async with aclosing(traced_stream(stream, tracer_provider=provider)) as outcomes:
            await anext(outcomes)

    root, _ = sorted_out(exporter)
    assert attributes(root)["error.type"] == "LookupError"
    assert attributes(root)["itemwise.items"] == 1 + len(stream.pending)


@pytest.mark.parametrize("entered", [True, False])
async def test_a_stream_that_is_dropped_ends_its_span(
    client: AioBaseClient,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    entered: bool,
) -> None:
    stream = stream_of(client, FMS.items(range(1000)), chunk_size=10, concurrency=2)
    outcomes = traced_stream(stream, tracer_provider=provider)
    await anext(outcomes)
    if entered:
        # As at the end of `async with stream`.
        await stream.aclose()
    del outcomes
    gc.collect()
    await until(
        lambda: any(span.name.endswith(" stream") for span in exporter.get_finished_spans())
    )

    root, _ = sorted_out(exporter)
    told = attributes(root)
    assert "error.type" not in told
    assert told["itemwise.items"] == 1 + len(stream.pending)


async def test_a_stream_without_a_call_has_a_span(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    outcomes = [o async for o in traced_stream(stream_of(client, []), tracer_provider=provider)]

    assert not outcomes
    (root,) = exporter.get_finished_spans()
    assert root.name == "BatchDisassociateResource stream"
    assert attributes(root)["itemwise.items"] == attributes(root)["itemwise.calls"] == 0
    assert root.status.status_code is StatusCode.UNSET


async def test_a_stream_that_has_begun_is_not_traced(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    async with stream_of(client, FMS.items(range(30)), chunk_size=10) as stream:
        await anext(stream)
        with pytest.raises(RuntimeError, match="begun before"):
            await anext(traced_stream(stream, tracer_provider=provider))

    assert not exporter.get_finished_spans()


async def test_codes_without_end_do_not_fill_the_memory(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("itemwise.otel._MOST_COUNTED", 3)
    for number in range(5):
        aws.inject(FailItems(items=FMS.item(number), code=f"CODE_{number}"))
    stream = stream_of(client, FMS.items(range(5)), chunk_size=1, concurrency=1)

    async for _ in traced_stream(stream, tracer_provider=provider):
        pass

    root, _ = sorted_out(exporter)
    assert attributes(root)["itemwise.failed"] == 5
    assert attributes(root)["itemwise.codes"] == ("CODE_0", "CODE_1", "CODE_2")
