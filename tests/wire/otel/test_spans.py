"""Spans of runs and streams alike, as an application's OpenTelemetry provider gets them."""

from __future__ import annotations

import asyncio

import pytest
from aiobotocore.client import AioBaseClient
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from itemwise import BatchRun, RetryPolicy, run_batch
from itemwise.otel import traced, traced_stream
from itemwise.testing import Delay, Drop, FailCalls, FailItems, LocalAWS, Throttle
from tests.wire.cases import CASES, FMS, Case, case_id, until
from tests.wire.otel.spans import Trace, attributes, sorted_out, span_id, stream_of


@pytest.fixture(params=["run", "stream"])
def trace(request: pytest.FixtureRequest, client: AioBaseClient, provider: TracerProvider) -> Trace:
    """Either way in turn."""
    return Trace(request.param, client, provider)


class Starts(SpanProcessor):
    """Notes spans as they are when they begin, which is what a sampler decides by."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, object]]] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.seen.append((span.name, attributes(span)))


async def test_a_run_is_a_span_and_each_call_a_span_in_it(
    trace: Trace, aws: LocalAWS, exporter: InMemorySpanExporter
) -> None:
    outcomes = await trace(FMS.items(range(250)))

    assert [outcome.index for outcome in outcomes] == list(range(250))
    root, calls = sorted_out(exporter)
    assert root.name == f"BatchDisassociateResource {trace.kind}"
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


async def test_codes_say_what_went_wrong(
    trace: Trace, aws: LocalAWS, exporter: InMemorySpanExporter, fast: RetryPolicy
) -> None:
    aws.inject(FailCalls(code="InternalError", status=500, times=3))
    aws.inject(FailItems(items={FMS.item(20), FMS.item(21)}, code="NOT_VALID_ARN"))

    items = FMS.items(range(30))
    await trace(items, chunk_size=10, concurrency=1, retry=fast)

    root, calls = sorted_out(exporter)
    assert attributes(root)["itemwise.failed"] == 2
    assert attributes(root)["itemwise.unknown"] == 10
    assert attributes(root)["itemwise.retries"] == 2
    assert attributes(root)["itemwise.codes"] == ("InternalError", "NOT_VALID_ARN")
    assert root.status.status_code is StatusCode.ERROR
    assert "error.type" not in attributes(root)
    # The call whose items have failed was answered.
    assert sum(call.status.status_code is StatusCode.ERROR for call in calls) == 1


async def test_a_fault_that_stops_the_run_is_its_error_type(
    trace: Trace, aws: LocalAWS, exporter: InMemorySpanExporter
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException", message="no, not arn:aws:iam::1:user/me"))

    outcomes = await trace(FMS.items(range(2)))

    assert len(outcomes) == 2
    root, (call,) = sorted_out(exporter)
    for span in (root, call):
        assert attributes(span)["error.type"] == "AccessDeniedException"
        assert span.status.status_code is StatusCode.ERROR


async def test_a_cancelled_run_leaves_spans_of_what_was_done(
    trace: Trace, aws: LocalAWS, exporter: InMemorySpanExporter, fast: RetryPolicy
) -> None:
    delay = aws.inject(Delay(seconds=30))
    task = asyncio.create_task(trace(FMS.items(range(2)), retry=fast))
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
    trace: Trace, case: Case, aws: LocalAWS, exporter: InMemorySpanExporter, fast: RetryPolicy
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), message="secret words"))
    aws.inject(FailCalls(status=500, message="secret words", probability=0.5))

    await trace(case.items(range(30)), case, retry=fast, chunk_size=3)

    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "itemwise.items" in told
    for number in range(30):
        for part in case.key(case.item(number)):
            assert part in {"projectId", "PRINCIPAL", "RESOURCE", "SOURCE"} or part not in told
    for secret in ("secret words", "arn:", "testing"):
        assert secret not in told


async def test_runs_side_by_side_keep_their_spans_apart(
    trace: Trace, client: AioBaseClient, exporter: InMemorySpanExporter
) -> None:
    untraced = run_batch(client, FMS.operation, FMS.request(30), chunk_size=10)
    await asyncio.gather(untraced, *(trace(FMS.items(range(size))) for size in (1, 2, 3)))

    spans = exporter.get_finished_spans()
    roots = {span_id(span): span for span in spans if span.parent is None}
    calls = [span for span in spans if span.parent is not None]
    assert len(roots) == len(calls) == 3
    for call in calls:
        assert call.parent is not None
        root = roots[call.parent.span_id]
        assert attributes(root)["itemwise.items"] == attributes(call)["itemwise.items"]


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
