"""OpenTelemetry spans for runs: one for the run, and one for each of its calls.

```python
from itemwise import BatchRun
from itemwise.otel import traced

result = await traced(BatchRun(client, operation, request))
```

It needs the extra ``itemwise[otel]``. Without it, and in runs that are not traced, nothing of
OpenTelemetry is imported. Attributes hold the operation, counts, error codes and request ids; no
item, no message of a service and no credential is ever among them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from itemwise._batch import BatchRun
from itemwise._observe import on_call
from itemwise._operation import Operation
from itemwise._shape import Request, Response
from itemwise.results import BatchResult, CallRecord

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

__all__ = ["traced"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_MOST_CODES: Final = 10
"""Codes in an attribute: a service sends few, and nothing keeps a broken one from more."""


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
    try:
        from opentelemetry.trace import get_tracer  # noqa: PLC0415 - nobody pays who does not ask
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "spans need OpenTelemetry: pip install itemwise[otel]", name=error.name
        ) from error
    tracer = get_tracer("itemwise", tracer_provider=tracer_provider)
    # Exceptions are told by their kind below: their messages can hold what must not be shown.
    with tracer.start_as_current_span(
        "itemwise run",
        attributes={"itemwise.items": run.progress.total},
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
            _finish(span, run, raised)


def _add_call(tracer: Tracer, operation: Operation[Any, Any, Any, Any], record: CallRecord) -> None:
    """Make the span of a call that has just ended."""
    from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - as above

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


def _finish(span: Span, run: BatchRun[Any, Any, Any, Any], raised: str | None) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - as above

    result, progress = run.result, run.progress
    # Only now: a run tells its operation with its result.
    span.update_name(f"{result.operation.name} run")
    span.set_attributes(_names(result.operation))
    for status, count in result.counts.items():
        span.set_attribute(f"itemwise.{status}", count)
    span.set_attribute("itemwise.calls", progress.calls)
    span.set_attribute("itemwise.retries", progress.retries)
    span.set_attribute("itemwise.throttled", progress.throttled)
    codes = Counter(failed.code or "none" for failed in result.failed)
    codes.update(unknown.error.code for unknown in result.unknown)
    if codes:
        span.set_attribute("itemwise.codes", [code for code, _ in codes.most_common(_MOST_CODES)])
    stopped = raised or (result.error.code if result.error is not None else None)
    if stopped is not None:
        span.set_attribute("error.type", stopped)
    if stopped is not None or not result.ok:
        span.set_status(Status(StatusCode.ERROR, stopped))
