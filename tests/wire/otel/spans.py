"""How spans are read, and how batches and streams are traced."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aiobotocore.client import AioBaseClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from itemwise import BatchRun, BatchStream, Outcome, stream_batch
from itemwise.otel import traced, traced_stream
from tests.wire.cases import FMS, AnyRun, Case

AnyOutcome = Outcome[Any, Any]
AnyStream = BatchStream[Any, Any, Any, Any]


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


def stream_of(client: AioBaseClient, items: Any, case: Case = FMS, **options: Any) -> AnyStream:
    return stream_batch(client, case.operation, case.request(0), items, **options)


@dataclass(frozen=True, slots=True)
class Trace:
    """Traces items, as a run or as a stream.

    Attributes:
        kind: which of the two, as the span's name has it.
        client: whose calls are made.
        provider: who gets the spans.
    """

    kind: Literal["run", "stream"]
    client: AioBaseClient
    provider: TracerProvider

    async def __call__(
        self, items: Sequence[Any], case: Case = FMS, **options: Any
    ) -> Sequence[AnyOutcome]:
        """Give the items' outcomes, in order."""
        if self.kind == "run":
            run: AnyRun = BatchRun(self.client, case.operation, case.make(items), **options)
            result = await traced(run, tracer_provider=self.provider)
            assert result is run.result
            return result.outcomes
        outcomes: list[AnyOutcome] = []
        stream = stream_of(self.client, items, case, **options)
        async for outcome in traced_stream(stream, tracer_provider=self.provider):
            outcomes.append(outcome)
            # Others go on meanwhile.
            await asyncio.sleep(0)
        return sorted(outcomes, key=lambda outcome: outcome.index)
