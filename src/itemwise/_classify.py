"""Pure: what a failed call means. botocore's exception in, a `CallError` out.

The kinds follow from the error code, the modelled ``retryable`` trait and the HTTP status, in that
order, since services differ: one sends ``InternalErrorException``, "retry your request", with
status 400, and others throttle with a bare 429.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from botocore import exceptions as boto

from itemwise._retry_after import retry_after_seconds
from itemwise._throttling import is_throttling
from itemwise._transport import ReplyTooLargeError
from itemwise._words import shown
from itemwise.errors import (
    CallError,
    Delivery,
    RejectedError,
    ResponseError,
    ThrottledError,
    TransientError,
)

__all__ = [
    "answers_another",
    "classify",
    "perhaps_sent_before",
    "unsent",
]

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

_CREDENTIAL_FAULTS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.NoAuthTokenError,
    boto.TokenRetrievalError,
    boto.UnauthorizedSSOTokenError,
    boto.SSOTokenLoadError,
)
_CONNECTION_FAULTS = (
    boto.EndpointConnectionError,
    boto.ConnectTimeoutError,
    boto.ProxyConnectionError,
    boto.SSLError,
)
_REPLY_FAULTS = (
    boto.ChecksumError,
    boto.FlexibleChecksumError,
    boto.IncompleteReadError,
)
"""botocore's own complaints of an answer that came. The second also stands for a few checksums of
requests that it cannot make: then nothing was sent, but the exception does not tell."""


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
    return (TransientError if may_pass else RejectedError)(
        f"the request could not be made: {shown(error, boto.ClientError, boto.BotoCoreError)}. "
        "Nothing was sent",
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


def perhaps_sent_before(error: CallError, *, method: str) -> CallError:
    """Doubt that a request never left, where aiohttp may have repeated it by itself.

    It does so with methods that HTTP calls idempotent, where a kept connection was cut, and shows
    only what came of the repeat.

    Args:
        error: what the request came to; any other than one that never connected is given back.
        method: the request's HTTP method.
    """
    never_connected = isinstance(error, TransientError) and error.delivery is Delivery.NEVER_LEFT
    if method == "POST" or not never_connected:
        return error
    return TransientError(
        f"{error.message}. But aiohttp repeats a {method} by itself, and may have sent it before",
        operation=error.operation,
        code=error.code,
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
    code = type(error).__name__
    if isinstance(error, _CREDENTIAL_FAULTS):
        return TransientError(
            f"{error}. Nothing was sent: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a "
            "profile, or give the client a session that has credentials",
            operation=operation,
            code=code,
            delivery=Delivery.NEVER_LEFT,
        )
    if isinstance(error, _CONNECTION_FAULTS) and _never_connected(error):
        return TransientError(
            f"{error}. Nothing was sent: check the endpoint, the region and the network",
            operation=operation,
            code=code,
            delivery=Delivery.NEVER_LEFT,
        )
    if isinstance(error, boto.HTTPClientError | boto.EndpointConnectionError):
        if _certificates_unreadable(error):
            return RejectedError(
                f"the certificates to trust cannot be read: {error.kwargs.get('error')}. Nothing "
                "was sent: check the paths in verify, AWS_CA_BUNDLE and client_cert",
                operation=operation,
                code="UnreadableCertificates",
                delivery=Delivery.NEVER_LEFT,
            )
        if _client_closed(error):
            return RejectedError(
                "the client is closed, and nothing was sent: keep it open for as long as it is "
                "used",
                operation=operation,
                code="ClientClosed",
                delivery=Delivery.NEVER_LEFT,
            )
        return TransientError(
            f"{error}. The request was sent and no answer came: it may have been applied",
            operation=operation,
            code=code,
            delivery=Delivery.IN_DOUBT,
        )
    if isinstance(error, boto.BotoCoreError) and not isinstance(error, _REPLY_FAULTS):
        return RejectedError(
            f"{error}. Nothing was sent",
            operation=operation,
            code=code,
            delivery=Delivery.NEVER_LEFT,
        )
    # botocore's parsers also let plain Python errors through, when a reply is not what they expect.
    return ResponseError(
        f"the reply cannot be read: {shown(error, boto.BotoCoreError, ReplyTooLargeError)}",
        operation=operation,
        code=code,
        delivery=Delivery.IN_DOUBT,
    )


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


def _never_connected(error: boto.BotoCoreError) -> bool:
    # aiobotocore raises EndpointConnectionError for a refused connection and for one that was reset
    # after the request had gone: only the exception inside tells them apart.
    if not isinstance(error, boto.EndpointConnectionError):
        return True
    return isinstance(error.kwargs.get("error"), ClientConnectorError | ConnectionTimeoutError)


def _certificates_unreadable(error: boto.BotoCoreError) -> bool:
    # aiobotocore reads them at the first request. Once there is a connection, aiohttp makes
    # exceptions of its own of what goes wrong with it: these here come from the file alone.
    cause = error.kwargs.get("error")
    files = FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError
    return isinstance(cause, files) or type(cause) is ssl.SSLError


def _client_closed(error: boto.BotoCoreError) -> bool:
    # A closed aiobotocore client has no HTTP session any more, and stumbles over its absence.
    cause = error.kwargs.get("error")
    return isinstance(cause, AttributeError) or str(cause) == "Session is closed"
