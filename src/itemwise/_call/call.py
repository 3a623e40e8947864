"""One request in, one response out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aiobotocore.client import AioBaseClient
from botocore import xform_name
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from itemwise._botocore.body import outgoing
from itemwise._botocore.events import watch_call
from itemwise._botocore.failed_attempt import error_of, hidden_doubt
from itemwise._botocore.unanswered import given_up
from itemwise._call.arguments import check_call
from itemwise._call.reply import Reply, read
from itemwise._call.retry import Again, repeat
from itemwise._chunks.payload import payload
from itemwise._doubt import after_doubt, doubt_of, may_repeat
from itemwise._errors import CallError
from itemwise._policy import RetryPolicy
from itemwise._shape import Request, Response

if TYPE_CHECKING:
    from itemwise._description import Description

__all__ = ["attempt", "call"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)


async def call(
    client: AioBaseClient,
    operation: Description[RequestT, ResponseT, Any, Any],
    request: RequestT,
    retry: RetryPolicy | None,
) -> ResponseT:
    """Send one request by the policy: see `Operation.__call__`."""
    check_call(client, operation, request, retry)
    items = operation.items(request)
    if len(items) > operation.max_items:
        raise _too_many(operation, request, len(items))
    if items:
        # One payload, one client token: whatever is repeated below repeats the token too.
        request = payload(operation, request, items)
    error: CallError | None = None

    async def once() -> ResponseT | Again:
        nonlocal error
        try:
            return (await attempt(client, operation, request)).response
        except CallError as caught:
            error = after_doubt(caught, doubt_of(error))
            if not may_repeat(caught, operation):
                raise error from error.__cause__
            return Again(retry_after=caught.retry_after)

    try:
        answer = await repeat(retry, once)
        if isinstance(answer, Again):
            # Only a caught error asks for another attempt.
            assert error is not None
            raise error
        return answer
    finally:
        # Error, traceback, frame, error would be a reference cycle, and keep the request alive.
        error = None


async def attempt(
    client: AioBaseClient,
    operation: Description[RequestT, ResponseT, Any, Any],
    request: RequestT,
) -> Reply[ResponseT]:
    """Send one request exactly once, as far as the client itself does not retry.

    Raises:
        CallError: it brought no usable answer.
        asyncio.CancelledError: the caller was cancelled.
    """
    method: Callable[..., Awaitable[Mapping[str, object]]] = getattr(
        client, xform_name(operation.name)
    )
    members = _members(request)
    name = operation.name
    with watch_call(client, name, members) as watch, outgoing(client, name, members):
        try:
            parsed = await method(**members)
        except asyncio.CancelledError as caught:
            if _is_being_cancelled():
                raise
            # Nobody has cancelled us: a client that is closed cancels what waits within it.
            raise given_up(operation.name, sent=watch.sent is not False) from caught
        except Exception as caught:  # noqa: BLE001 - classified, and raised
            # Not bound to a name: error, traceback, frame, error would be a reference cycle. It has
            # its cause already.
            raise error_of(client, watch, caught)  # noqa: B904
        if watch.redirected is not None:
            raise error_of(client, watch, watch.redirected)
        return read(operation.response, parsed, watch, hidden_doubt(client, watch, parsed))


def _is_being_cancelled() -> bool:
    # Apart: a frame that knows its task, in a traceback that the task keeps, would be a cycle.
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _members(request: Request) -> Mapping[str, object]:
    """Give a request as botocore is given it."""
    # What is None is absent: services refuse null. pydantic's warnings of items that are not of the
    # declared kind would quote them.
    members: dict[str, object] = request.model_dump(
        by_alias=True, exclude_none=True, warnings=False
    )
    for name, value in members.items():
        if isinstance(value, tuple):
            # botocore's Stubber compares lists with lists.
            members[name] = list(cast("tuple[object, ...]", value))
    return members


def _too_many(
    operation: Description[RequestT, Any, Any, Any], request: RequestT, count: int
) -> ValidationError:
    limit = operation.max_items
    field, index = "items", limit
    for name in operation.item_fields:
        size = len(getattr(request, name) or ())
        if index < size:
            field = name
            break
        index -= size
    detail = PydanticCustomError(
        "too_many_items",
        "{count} items are too many for one call of {operation}, whose limit is {limit}: "
        "use run_batch",
        {"count": count, "operation": operation.name, "limit": limit},
    )
    # The items themselves can be many, and are not what is wrong.
    fault = InitErrorDetails(type=detail, loc=(field, index), input=f"{count} items")
    return ValidationError.from_exception_data(operation.request.__name__, [fault])
