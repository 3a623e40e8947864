"""Pure: what a failed call means. botocore's exception in, a `CallError` out.

The kinds follow from the error code, the modelled ``retryable`` trait and the HTTP status, in that
order, since services differ: one sends ``InternalErrorException``, "retry your request", with
status 400, and others throttle with a bare 429.
"""

from __future__ import annotations

from collections.abc import Mapping

from botocore import exceptions as boto

from itemwise._botocore.retry_after import retry_after_seconds
from itemwise._botocore.unanswered import unanswered
from itemwise._describe_error import describe_error
from itemwise._errors import (
    CallError,
    ConfigurationError,
    Delivery,
    RejectedError,
    ResponseError,
    ThrottledError,
    TransientError,
)
from itemwise._throttling import is_throttling

__all__ = ["answers_another", "classify", "unsent"]

SERVER_FAULT_CODES = frozenset(
    {
        "InternalError",
        "InternalErrorException",
        "InternalFailure",
        "InternalFailureException",
        "InternalServerError",
        "InternalServerErrorException",
        "InternalServerException",
        "InternalServiceError",
        "InternalServiceErrorException",
        "InternalServiceException",
        "ServerInternalException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
"""Names of faults on the server's side, whatever the status they are sent with."""

TIMEOUT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException"})
"""The service gave up reading the request: it applied nothing."""

_LONGEST_CODE, _LONGEST_MESSAGE = 200, 4000
"""Characters of a service's words. Proxies answer with pages of HTML, and botocore takes such a
body for the message."""


def unsent(error: Exception, *, operation: str) -> CallError:
    """Turn what a call raised before its request was sent into the `CallError` that says so.

    Making and signing a request can fail in any way: a client that renews its credentials makes
    calls of its own for that, to other services, which are throttled, refused and left unanswered
    like any other. None of this is said of the operation.

    Args:
        error: what the aiobotocore client raised.
        operation: the operation's wire name.
    """
    meaning = classify(error, operation=operation)
    if meaning.delivery is Delivery.NEVER_LEFT:
        return meaning
    by_another = isinstance(error, boto.ClientError | boto.HTTPClientError)
    may_pass = by_another and not isinstance(meaning, RejectedError)
    said = describe_error(error, boto.ClientError, boto.BotoCoreError, ConfigurationError)
    return (TransientError if may_pass else RejectedError)(
        f"the request could not be made: {said}. Nothing was sent",
        operation=operation,
        code=meaning.code,
        delivery=Delivery.NEVER_LEFT,
        retry_after=meaning.retry_after,
    )


def answers_another(error: boto.ClientError, *, operation: str) -> CallError:
    """Say what another operation's error means that a handler of the client let through.

    Args:
        error: the error, raised after the request was sent.
        operation: the operation's wire name.
    """
    return ResponseError(
        f"{error}. That answers another request. This one was sent: it may have been applied",
        operation=operation,
        code=type(error).__name__,
        delivery=Delivery.IN_DOUBT,
    )


def classify(
    error: Exception, *, operation: str, retryable: Mapping[str, bool] | None = None
) -> CallError:
    """Turn what a call raised into the `CallError` that says what it means.

    Args:
        error: what the aiobotocore client raised.
        operation: the operation's wire name.
        retryable: the modelled ``retryable`` trait of the error, where the service model has one.
    """
    if isinstance(error, boto.ClientError):
        return _answered(error, operation, retryable)
    return unanswered(error, operation=operation)


def _answered(
    error: boto.ClientError, operation: str, retryable: Mapping[str, bool] | None
) -> CallError:
    details = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode") or 0
    code = _in_bounds(str(details.get("Code") or status or "Unknown"), _LONGEST_CODE)
    kind: type[CallError] = RejectedError
    delivery = Delivery.REFUSED
    wordless = "the service gave no message"
    if is_throttling(code) or status == 429 or (retryable or {}).get("throttling"):
        kind = ThrottledError
    elif code in SERVER_FAULT_CODES or status >= 500:
        kind, delivery = TransientError, Delivery.IN_DOUBT
    elif 200 <= status < 300:
        kind, delivery = ResponseError, Delivery.IN_DOUBT
        wordless = "the client did not take the service's answer: it may have been applied"
    elif code in TIMEOUT_CODES or retryable is not None:
        kind = TransientError
    return kind(
        _in_bounds(str(details.get("Message") or wordless), _LONGEST_MESSAGE),
        operation=operation,
        code=code,
        delivery=delivery,
        status=status or None,
        request_id=metadata.get("RequestId"),
        retry_after=retry_after_seconds(metadata.get("HTTPHeaders", {})),
    )


def _in_bounds(text: str, longest: int) -> str:
    """Make what a service says fit a line: of a bounded length, and of characters that print."""
    more = f"... ({len(text)} characters)" if len(text) > longest else ""
    return "".join(c if c.isprintable() else " " for c in text[:longest]) + more
