"""Spans of runs and streams, as an application's OpenTelemetry provider gets them."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, SpanKind, StatusCode, get_current_span

from itemwise import BatchRun, BatchStream, RetryPolicy, run_batch, stream_batch
from itemwise._observe import on_call
from itemwise.otel import traced, traced_stream
from itemwise.testing import Delay, Drop, FailCalls, FailItems, LocalAWS, Throttle
from tests.wire.cases import CASES, FMS, Case, case_id, until

AnyStream = BatchStream[Any, Any, Any, Any]


@pytest.fixture
def case() -> Case:
    return FMS


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(exporter))
    return made


def sorted_out(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, Sequence[ReadableSpan]]:
    """Give the span of the run or stream, and those of its calls in the order of their ends."""
    *calls, root = exporter.get_finished_spans()
    assert root.name.endswith((" run", " stream"))
    assert all(call.name.endswith(" call") for call in calls)
    return root, calls


def span_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


class Starts(SpanProcessor):
    """Notes spans as they are when they begin, which is what a sampler decides by."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, object]]] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.seen.append((span.name, attributes(span)))


def check_told(told: str, case: Case) -> None:
    for number in range(30):
        for part in case.key(case.item(number)):
            assert part in {"projectId", "PRINCIPAL", "RESOURCE", "SOURCE"} or part not in told
    for secret in ("secret words", "arn:", "testing"):
        assert secret not in told


def check_happy_path(kind: str, exporter: InMemorySpanExporter, aws: LocalAWS) -> None:
    """What is told of 250 items that all go through, in three calls."""
    root, calls = sorted_out(exporter)
    assert root.name == f"BatchDisassociateResource {kind}"
    assert root.parent is None
    assert attributes(root) == {
        "rpc.system": "aws-api",
        "rpc.service": "fms",
        "rpc.method": "BatchDisassociateResource",
        "itemwise.items": 250,
        "itemwise.succeeded": 250,
        "itemwise.failed": 0,
        "itemwise.unknown": 0,
        "itemwise.not_attempted": 0,
        "itemwise.calls": 3,
        "itemwise.retries": 0,
        "itemwise.throttled": 0,
    }
    assert root.status.status_code is StatusCode.UNSET
    assert [call.name for call in calls] == ["BatchDisassociateResource call"] * 3
    for call in calls:
        assert call.parent is not None
        assert call.parent.span_id == span_id(root)
        assert call.kind is SpanKind.CLIENT
        assert call.status.status_code is StatusCode.UNSET
        assert attributes(call)["itemwise.attempts"] == 1
    assert {attributes(call)["aws.request_id"] for call in calls} == {
        call.request_id for call in aws.ledger.calls
    }
    assert sorted(int(str(attributes(call)["itemwise.items"])) for call in calls) == [50, 100, 100]


async def test_a_run_is_a_span_and_each_call_a_span_in_it(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    run = BatchRun(client, FMS.operation, FMS.request(250))

    result = await traced(run, tracer_provider=provider)

    assert result.ok
    assert result is run.result
    check_happy_path("run", exporter, aws)


async def test_a_tracer_that_raises_does_not_change_the_run(
    client: AioBaseClient, aws: LocalAWS, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            if span.name.endswith("call"):
                raise RuntimeError("secret words")

    provider = TracerProvider()
    provider.add_span_processor(Full())

    result = await traced(
        BatchRun(client, FMS.operation, FMS.request(250)), tracer_provider=provider
    )

    assert result.ok
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_a_call_span_covers_its_attempts_and_counts_them(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    fast: RetryPolicy,
) -> None:
    aws.inject(Throttle(times=1))
    aws.inject(Drop(when="after", times=1))

    await traced(
        BatchRun(client, FMS.operation, FMS.request(1), retry=fast), tracer_provider=provider
    )

    root, (call,) = sorted_out(exporter)
    assert attributes(call)["itemwise.attempts"] == 3
    assert attributes(call)["itemwise.throttled"] == 1
    assert attributes(root)["itemwise.retries"] == 2
    assert attributes(root)["itemwise.throttled"] == 1
    first, last = aws.ledger.calls[0], aws.ledger.calls[-1]
    assert call.start_time is not None
    assert call.end_time is not None
    assert (call.end_time - call.start_time) / 1e9 >= last.ended - first.started
    assert root.start_time is not None
    assert root.start_time <= call.start_time


async def test_codes_say_what_went_wrong(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    aws.inject(FailItems(items=FMS.item(0), code="NOT_VALID_ARN"))

    await traced(BatchRun(client, FMS.operation, FMS.request(2)), tracer_provider=provider)

    root, (call,) = sorted_out(exporter)
    assert attributes(root)["itemwise.failed"] == 1
    assert attributes(root)["itemwise.codes"] == ("NOT_VALID_ARN",)
    assert root.status.status_code is StatusCode.ERROR
    # The call itself was answered.
    assert call.status.status_code is StatusCode.UNSET


async def test_a_fault_that_stops_the_run_is_its_error_type(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", message="no, not arn:aws:iam::1:user/me"))

    await traced(BatchRun(client, FMS.operation, FMS.request(2)), tracer_provider=provider)

    root, (call,) = sorted_out(exporter)
    for span in (root, call):
        assert attributes(span)["error.type"] == "AccessDeniedException"
        assert span.status.status_code is StatusCode.ERROR


async def test_a_cancelled_run_leaves_spans_of_what_was_done(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    fast: RetryPolicy,
) -> None:
    delay = aws.inject(Delay(seconds=30))
    run = BatchRun(client, FMS.operation, FMS.request(2), retry=fast)
    task = asyncio.create_task(traced(run, tracer_provider=provider))
    await until(lambda: delay.fired > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    root, calls = sorted_out(exporter)
    assert attributes(root)["error.type"] == "CancelledError"
    assert attributes(root)["itemwise.unknown"] == 2
    assert not root.events
    assert len(calls) == 1


@pytest.mark.parametrize("case", CASES, ids=case_id)
async def test_no_item_no_message_and_no_credential_is_in_a_span(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    aws.inject(FailItems(items=set(case.keys(1)), message="secret words"))
    aws.inject(FailCalls(status=500, message="secret words", probability=0.5))

    await traced(
        BatchRun(client, case.operation, case.request(30), retry=fast, chunk_size=3),
        tracer_provider=provider,
    )

    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "itemwise.items" in told
    check_told(told, case)


async def test_runs_side_by_side_keep_their_spans_apart(
    client: AioBaseClient,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    untraced = run_batch(client, FMS.operation, FMS.request(30), chunk_size=10)
    runs = [BatchRun(client, FMS.operation, FMS.request(size)) for size in (1, 2, 3)]
    await asyncio.gather(untraced, *(traced(run, tracer_provider=provider) for run in runs))

    spans = exporter.get_finished_spans()
    roots = {span_id(span): span for span in spans if span.parent is None}
    calls = [span for span in spans if span.parent is not None]
    assert len(roots) == len(calls) == 3
    for call in calls:
        assert call.parent is not None
        root = roots[call.parent.span_id]
        assert attributes(root)["itemwise.items"] == attributes(call)["itemwise.items"]


def stream_of(client: AioBaseClient, items: Any, case: Case = FMS, **options: Any) -> AnyStream:
    return stream_batch(client, case.operation, case.request(0), items, **options)


def source_that_fails_to_close() -> Iterator[object]:
    try:
        yield from FMS.items(range(1000))
    finally:
        raise LookupError


async def test_a_stream_is_a_span_and_each_call_a_span_in_it(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    stream = stream_of(client, FMS.items(range(250)))

    outcomes = [outcome async for outcome in traced_stream(stream, tracer_provider=provider)]

    assert sorted(outcome.index for outcome in outcomes) == list(range(250))
    check_happy_path("stream", exporter, aws)


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


async def test_codes_of_a_stream_say_what_went_wrong(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    fast: RetryPolicy,
) -> None:
    aws.inject(FailCalls(code="InternalError", status=500, times=3))
    aws.inject(FailItems(items={FMS.item(20), FMS.item(21)}, code="NOT_VALID_ARN"))
    items = FMS.items(range(30))
    stream = stream_of(client, items, chunk_size=10, concurrency=1, retry=fast)

    async for _ in traced_stream(stream, tracer_provider=provider):
        pass

    root, calls = sorted_out(exporter)
    assert attributes(root)["itemwise.failed"] == 2
    assert attributes(root)["itemwise.unknown"] == 10
    assert attributes(root)["itemwise.retries"] == 2
    assert attributes(root)["itemwise.codes"] == ("InternalError", "NOT_VALID_ARN")
    assert root.status.status_code is StatusCode.ERROR
    assert "error.type" not in attributes(root)
    assert sum(call.status.status_code is StatusCode.ERROR for call in calls) == 1


async def test_a_fault_that_stops_the_stream_is_its_error_type(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", message="no, not arn:aws:iam::1:user/me"))
    stream = stream_of(client, FMS.items(range(2)))

    outcomes = [outcome async for outcome in traced_stream(stream, tracer_provider=provider)]

    assert len(outcomes) == 2
    for span in exporter.get_finished_spans():
        assert attributes(span)["error.type"] == "AccessDeniedException"
        assert span.status.status_code is StatusCode.ERROR


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


async def test_a_cancelled_stream_leaves_spans_of_what_was_done(
    client: AioBaseClient,
    aws: LocalAWS,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    fast: RetryPolicy,
) -> None:
    delay = aws.inject(Delay(seconds=30))
    stream = stream_of(client, FMS.items(range(2)), retry=fast)

    async def take() -> None:
        async for _ in traced_stream(stream, tracer_provider=provider):
            pass

    task = asyncio.create_task(take())
    await until(lambda: delay.fired > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    root, calls = sorted_out(exporter)
    assert attributes(root)["error.type"] == "CancelledError"
    assert attributes(root)["itemwise.unknown"] == 2
    assert not root.events
    assert len(calls) == 1


async def test_a_stream_without_a_call_has_a_span(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    outcomes = [o async for o in traced_stream(stream_of(client, []), tracer_provider=provider)]

    assert not outcomes
    (root,) = exporter.get_finished_spans()
    assert root.name == "BatchDisassociateResource stream"
    assert attributes(root)["itemwise.items"] == attributes(root)["itemwise.calls"] == 0
    assert root.status.status_code is StatusCode.UNSET


async def test_runs_and_streams_tell_their_operation_from_the_start(
    client: AioBaseClient, provider: TracerProvider
) -> None:
    starts = Starts()
    provider.add_span_processor(starts)
    run = BatchRun(client, FMS.operation, FMS.request(0))
    stream = stream_of(client, [])

    await traced(run, tracer_provider=provider)
    async for _ in traced_stream(stream, tracer_provider=provider):
        pass

    assert run.operation is stream.operation is FMS.operation
    names = {
        "rpc.system": "aws-api",
        "rpc.service": "fms",
        "rpc.method": "BatchDisassociateResource",
    }
    assert starts.seen == [
        ("BatchDisassociateResource run", {**names, "itemwise.items": 0}),
        ("BatchDisassociateResource stream", names),
    ]


async def test_a_stream_that_has_begun_is_not_traced(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    async with stream_of(client, FMS.items(range(30)), chunk_size=10) as stream:
        await anext(stream)
        with pytest.raises(RuntimeError, match="begun before"):
            await anext(traced_stream(stream, tracer_provider=provider))

    assert not exporter.get_finished_spans()


async def test_streams_side_by_side_keep_their_spans_apart(
    client: AioBaseClient, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    async def take(size: int) -> None:
        stream = stream_of(client, FMS.items(range(size)))
        async for _ in traced_stream(stream, tracer_provider=provider):
            await asyncio.sleep(0)

    untraced = run_batch(client, FMS.operation, FMS.request(30), chunk_size=10)
    await asyncio.gather(untraced, take(1), take(2), take(3))

    spans = exporter.get_finished_spans()
    roots = {span_id(span): span for span in spans if span.parent is None}
    calls = [span for span in spans if span.parent is not None]
    assert len(roots) == len(calls) == 3
    for call in calls:
        assert call.parent is not None
        root = roots[call.parent.span_id]
        assert attributes(root)["itemwise.items"] == attributes(call)["itemwise.items"]


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


@pytest.mark.parametrize("case", CASES, ids=case_id)
async def test_no_item_no_message_and_no_credential_is_in_a_span_of_a_stream(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    aws.inject(FailItems(items=set(case.keys(1)), message="secret words"))
    aws.inject(FailCalls(status=500, message="secret words", probability=0.5))

    stream = stream_of(client, case.items(range(30)), case, retry=fast, chunk_size=3)
    async for _ in traced_stream(stream, tracer_provider=provider):
        pass

    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "itemwise.items" in told
    check_told(told, case)


PROBE = """
import sys
import itemwise, itemwise.otel
assert not any(name.startswith("opentelemetry") for name in sys.modules)
"""


def test_nothing_of_opentelemetry_is_imported_unless_asked() -> None:
    # In a process of its own, since this one has imported it.
    done = subprocess.run(
        [sys.executable, "-c", PROBE], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


WITHOUT = """
import asyncio, sys
sys.modules["opentelemetry"] = None
from itemwise.otel import traced, traced_stream

async def first_step():
    await anext(traced_stream(None))

for asked in (traced(None), first_step()):
    try:
        asyncio.run(asked)
    except ModuleNotFoundError as error:
        assert "itemwise[otel]" in str(error), error
    else:
        raise AssertionError
"""


def test_without_the_extra_the_error_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
