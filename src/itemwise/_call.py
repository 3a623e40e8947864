"""One request in, one response out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aiobotocore.client import AioBaseClient
from botocore import xform_name
from botocore.exceptions import ClientError
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from itemwise._arguments import check_call
from itemwise._body import Outgoing
from itemwise._classify import answers_another, classify, unsent
from itemwise._errors import CallError, Delivery, RejectedError
from itemwise._events import RawReply, listening
from itemwise._own_retries import warn_of_own_retries
from itemwise._payload import payload
from itemwise._policy import RetryPolicy
from itemwise._reply import Reply, read
from itemwise._retry import Again, repeat
from itemwise._shape import Request, Response
from itemwise._transport import sends_once
from itemwise._unanswered import given_up, perhaps_sent_before

if TYPE_CHECKING:
    from botocore.model import Shape

    from itemwise._description import Description

__all__ = ["attempt", "call", "doubt_of", "may_repeat"]

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
    if retry is not None:
        warn_of_own_retries(client, retry.max_attempts)
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
            error = _after(caught, doubt_of(error))
            if not may_repeat(caught, operation):
                raise error from error.__cause__
            return Again(retry_after=caught.retry_after)

    answer = await repeat(retry, once)
    if isinstance(answer, Again):
        # Only a caught error asks for another attempt.
        assert error is not None
        raise error
    return answer


def may_repeat(error: CallError, operation: Description[Any, Any, Any, Any]) -> bool:
    """Tell whether a failed attempt may be sent again without doing anything twice."""
    if isinstance(error, RejectedError):
        return False
    return operation.idempotent or doubt_of(error) is None


def doubt_of(error: CallError | None) -> CallError | None:
    """Give the error of the latest attempt that may have been applied: this one or an earlier."""
    if error is None or error.delivery is Delivery.IN_DOUBT:
        return error
    return error.earlier


def _after(error: CallError, doubt: CallError | None) -> CallError:
    """Say what an attempt's error means after an attempt that may have been applied."""
    if doubt is None or doubt_of(error) is not None:
        return error
    if error.delivery is Delivery.NEVER_LEFT:
        # That this one did not leave says nothing of the one that did.
        return doubt
    error.earlier = doubt
    return error


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
    # What is None is absent: services refuse null.
    members = request.model_dump(by_alias=True, exclude_none=True)
    with listening(client, operation.name) as reply, Outgoing(members):
        try:
            parsed = await method(**members)
        except asyncio.CancelledError as caught:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody has cancelled us: a client that is closed cancels what waits within it.
            raise given_up(operation.name, sent=reply.sent is not False) from caught
        except Exception as caught:  # noqa: BLE001 - classified, and raised
            # It has its cause; a name for it would be a cycle, by way of its traceback.
            raise _error(client, reply, caught)  # noqa: B904
        if reply.redirected is not None:
            raise _error(client, reply, reply.redirected)
        return read(operation.response, parsed, reply, _hidden_doubt(client, reply, parsed))


def _error(client: AioBaseClient, reply: RawReply, caught: Exception) -> CallError:
    # What another host says means nothing, whatever it is.
    said = reply.redirected or caught
    shown = said.response if isinstance(said, ClientError) else said
    doubt = _hidden_doubt(client, reply, shown)
    answers = isinstance(said, ClientError) and said.operation_name == reply.operation
    if reply.sent is False and not answers:
        error = unsent(said, operation=reply.operation)
    elif reply.sent and isinstance(said, ClientError) and not answers:
        error = answers_another(said, operation=reply.operation)
    else:
        # Also what answers in the service's place before anything is sent, as botocore's Stubber.
        error = _meaning(client, reply.operation, said)
        if reply.sent and not sends_once(client):
            model = client.meta.service_model.operation_model(reply.operation)
            error = perhaps_sent_before(error, method=model.http.get("method", "POST"))
    error.__cause__ = caught
    return _after(error, doubt)


def _hidden_doubt(client: AioBaseClient, reply: RawReply, shown: object) -> CallError | None:
    """Find the latest attempt that the client does not show, and that may have been applied."""
    for came in reversed(reply.attempts):
        if came is shown:
            continue
        # Of whatever form: what a reply lacks, `classify` does without.
        hidden = came if isinstance(came, Exception) else ClientError(cast("Any", came), "")
        error = _meaning(client, reply.operation, hidden)
        if error.delivery is Delivery.IN_DOUBT:
            return error
    return None


def _meaning(client: AioBaseClient, operation: str, caught: Exception) -> CallError:
    error = classify(caught, operation=operation, retryable=_retryable_trait(client, caught))
    error.__cause__ = caught
    return error


def _retryable_trait(client: AioBaseClient, error: Exception) -> Mapping[str, bool] | None:
    if not isinstance(error, ClientError):
        return None
    code = error.response.get("Error", {}).get("Code")
    if not code:
        return None
    # The stubs know neither that codes are strings nor that one can be unmodelled.
    find = cast("Callable[[str], Shape | None]", client.meta.service_model.shape_for_error_code)
    shape = find(code)
    return shape.metadata.get("retryable") if shape is not None else None


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
