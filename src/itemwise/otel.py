"""OpenTelemetry spans: one for a run or a stream, and one for each of its calls.

```python
from itemwise import BatchRun, stream_batch
from itemwise.otel import traced, traced_stream

result = await traced(BatchRun(client, operation, request))

async for outcome in traced_stream(stream_batch(client, operation, request, items)):
    ...
```

It needs the extra ``itemwise[otel]``. Without it, and where nothing is traced, nothing of
OpenTelemetry is imported. Attributes hold the operation, counts, error codes and request ids; no
item, no message of a service and no credential is ever among them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from itemwise._observe import on_call
from itemwise._operation import Operation
from itemwise._run.batch import BatchRun
from itemwise._shape import Request, Response
from itemwise._stream.stream import BatchStream
from itemwise.results import BatchResult, CallRecord, Failed, Outcome, Progress, Status, Unknown

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

__all__ = ["traced", "traced_stream"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_MOST_CODES: Final = 10
"""Codes in an attribute: a service sends few, and nothing keeps a broken one from more."""

_MOST_COUNTED: Final = 1000
"""Codes that are counted at all: a stream has no end, and its memory is bounded."""


async def traced(
    run: BatchRun[RequestT, ResponseT, ItemT, EntryT],
    *,
    tracer_provider: TracerProvider | None = None,
) -> BatchResult[ItemT, EntryT]:
    """Execute a run inside a span, with a span for each of its calls.

    The run's span has an error status unless every item succeeded. Spans that something else makes
    of the HTTP requests stand in it beside those of the calls.

    Args:
        run: a run that has not begun.
        tracer_provider: where the spans go; by default the provider that the application has set.

    Returns:
        The result, as `BatchRun.execute` does.

    Raises:
        ModuleNotFoundError: the extra is not installed.
        RuntimeError: the run has begun before.
        asyncio.CancelledError: the caller was cancelled; the spans tell of what was done.
    """
    tracer = _tracer(tracer_provider)
    # Exceptions are told by their kind below: their messages can hold what must not be shown.
    with tracer.start_as_current_span(
        f"{run.operation.name} run",
        attributes={**_names(run.operation), "itemwise.items": run.progress.total},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        told = on_call.set(partial(_add_call, tracer))
        raised: str | None = None
        try:
            return await run.execute()
        except BaseException as error:
            raised = type(error).__name__
            raise
        finally:
            on_call.reset(told)
            result = run.result
            codes: Counter[str] = Counter()
            _count_codes(codes, (*result.failed, *result.unknown))
            stopped = raised or (result.error.code if result.error is not None else None)
            _finish(span, run.progress, codes, stopped)


async def traced_stream(
    stream: BatchStream[RequestT, ResponseT, ItemT, EntryT],
    *,
    tracer_provider: TracerProvider | None = None,
) -> AsyncGenerator[Outcome[ItemT, EntryT]]:
    """Yield the outcomes of a stream inside a span, with a span for each of its calls.

    The stream's span begins with the first step and ends with the stream: when it is exhausted, or
    closed early by ``aclose``, or left and forgotten. Its counts are those of the items that were
    read. It has an error status unless each of these succeeded. It is the current span for the
    source and for what else works at the stream, and not for the code that takes the outcomes.

    Args:
        stream: a stream that has not begun. Its ``progress``, ``pending`` and ``error`` stay
            readable on it; closing what is returned here closes it too.
        tracer_provider: where the spans go; by default the provider that the application has set.

    Yields:
        The outcomes of the stream, as they settle.

    Raises:
        ModuleNotFoundError: the extra is not installed.
        RuntimeError: the stream has begun before.
        asyncio.CancelledError: the caller was cancelled; the spans tell of what was done.
    """
    tracer = _tracer(tracer_provider)
    if stream.progress.total:
        raise RuntimeError("a stream is traced from its first step, and this one has begun before")
    from opentelemetry.trace import use_span  # noqa: PLC0415 - as in _tracer

    span = tracer.start_span(f"{stream.operation.name} stream", attributes=_names(stream.operation))
    codes: Counter[str] = Counter()
    raised: str | None = None
    try:
        async with stream:
            # A step runs in the context of who asks for it, which is not ours to change for longer.
            # What works at the stream keeps a copy of it as it is in the first step.
            with use_span(span, record_exception=False, set_status_on_exception=False):
                told = on_call.set(partial(_add_call, tracer))
                try:
                    outcome = await anext(stream, None)
                finally:
                    on_call.reset(told)
            while outcome is not None:
                _count_codes(codes, (outcome,))
                yield outcome
                outcome = await anext(stream, None)
    except GeneratorExit:
        # To leave early is no fault.
        raise
    except BaseException as error:
        raised = type(error).__name__
        raise
    finally:
        _count_codes(codes, stream.pending)
        stopped = raised or (stream.error.code if stream.error is not None else None)
        span.set_attribute("itemwise.items", stream.progress.total)
        _finish(span, stream.progress, codes, stopped)
        span.end()


def _tracer(provider: TracerProvider | None) -> Tracer:
    try:
        from opentelemetry.trace import get_tracer  # noqa: PLC0415 - nobody pays who does not ask
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "spans need OpenTelemetry: pip install itemwise[otel]", name=error.name
        ) from error
    return get_tracer("itemwise", tracer_provider=provider)


def _add_call(tracer: Tracer, operation: Operation[Any, Any, Any, Any], record: CallRecord) -> None:
    """Make the span of a call that has just ended."""
    from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - as in _tracer

    ended = time.time_ns()
    span = tracer.start_span(
        f"{operation.name} call",
        kind=SpanKind.CLIENT,
        start_time=ended - round(record.seconds * 1e9),
        attributes={
            **_names(operation),
            "itemwise.items": record.items,
            "itemwise.attempts": record.attempts,
            "itemwise.throttled": record.throttled,
        },
    )
    if record.request_id is not None:
        span.set_attribute("aws.request_id", record.request_id)
    if record.code is not None:
        span.set_attribute("error.type", record.code)
        span.set_status(Status(StatusCode.ERROR, record.code))
    span.end(ended)


def _names(operation: Operation[Any, Any, Any, Any]) -> Mapping[str, str]:
    # The names that OpenTelemetry's conventions for AWS calls have for these.
    return {
        "rpc.system": "aws-api",
        "rpc.service": operation.service,
        "rpc.method": operation.name,
    }


def _count_codes(codes: Counter[str], outcomes: Iterable[Outcome[Any, Any]]) -> None:
    for outcome in outcomes:
        match outcome:
            case Failed():
                code = outcome.code or "none"
            case Unknown():
                code = outcome.error.code
            case _:
                continue
        if code in codes or len(codes) < _MOST_COUNTED:
            codes[code] += 1


def _finish(span: Span, progress: Progress, codes: Counter[str], stopped: str | None) -> None:
    """Write what came of the items, and what ended the work too early, if anything."""
    from opentelemetry.trace import Status as SpanStatus  # noqa: PLC0415 - as in _tracer
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    for status in Status:
        span.set_attribute(f"itemwise.{status}", getattr(progress, status))
    span.set_attribute("itemwise.calls", progress.calls)
    span.set_attribute("itemwise.retries", progress.retries)
    span.set_attribute("itemwise.throttled", progress.throttled)
    if codes:
        span.set_attribute("itemwise.codes", [code for code, _ in codes.most_common(_MOST_CODES)])
    if stopped is not None:
        span.set_attribute("error.type", stopped)
    if stopped is not None or progress.settled > progress.succeeded:
        span.set_status(SpanStatus(StatusCode.ERROR, stopped))
