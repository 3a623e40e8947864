"""Spans of runs, as an application's OpenTelemetry provider gets them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence

import pytest
from aiobotocore.client import AioBaseClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from itemwise import BatchRun, RetryPolicy, run_batch
from itemwise.otel import traced
from itemwise.testing import Delay, Drop, FailCalls, FailItems, LocalAWS, Throttle
from tests.wire.cases import CASES, FMS, Case, case_id


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
    """Give the run's span, and those of its calls in the order in which they ended."""
    *calls, run = exporter.get_finished_spans()
    assert run.name.endswith(" run")
    assert all(call.name.endswith(" call") for call in calls)
    return run, calls


def span_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


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
    root, calls = sorted_out(exporter)
    assert root.name == "BatchDisassociateResource run"
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
    while not delay.fired:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.001)
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
    for number in range(30):
        for part in case.key(case.item(number)):
            assert part in {"projectId", "PRINCIPAL", "RESOURCE", "SOURCE"} or part not in told
    for secret in ("secret words", "arn:", "testing"):
        assert secret not in told


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
from itemwise.otel import traced
try:
    asyncio.run(traced(None))
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
