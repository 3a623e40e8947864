"""Pure: what a call means that brought no answer of the service, or none that can be read.

What counts is whether the request has left. botocore's exceptions do not always tell: where they
leave it open, it may have been applied.
"""

from __future__ import annotations

import ssl
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from botocore import exceptions as boto

from itemwise._botocore.transport import RedirectedError, ReplyTooLargeError
from itemwise._describe_error import describe_error
from itemwise._errors import CallError, Delivery, RejectedError, ResponseError, TransientError

__all__ = ["given_up", "lost_sight", "perhaps_sent_before", "unanswered"]

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


def unanswered(error: Exception, *, operation: str) -> CallError:
    """Turn what a call raised without an answer into the `CallError` that says what it means.

    Args:
        error: what the aiobotocore client raised, other than botocore's ``ClientError``; or the
            `RedirectedError` that stands for what it has followed.
        operation: the operation's wire name.
    """
    kind, code, message, delivery = _meaning(error)
    return kind(message, operation=operation, code=code or type(error).__name__, delivery=delivery)


_Meaning: TypeAlias = tuple[type[CallError], str | None, str, Delivery]
"""The kind of error, its code if that is not the exception's name, its message, and how far the
request came."""


def _meaning(error: Exception) -> _Meaning:
    if isinstance(error, _CREDENTIAL_FAULTS):
        message = (
            f"{error}. Nothing was sent: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a "
            "profile, or give the client a session that has credentials"
        )
        return TransientError, None, message, Delivery.NEVER_LEFT
    if isinstance(error, _CONNECTION_FAULTS) and _never_connected(error):
        message = f"{error}. Nothing was sent: check the endpoint, the region and the network"
        return TransientError, None, message, Delivery.NEVER_LEFT
    if isinstance(error, boto.HTTPClientError | boto.EndpointConnectionError):
        return _meaning_of_transport_fault(error)
    if isinstance(error, boto.BotoCoreError) and not isinstance(error, _REPLY_FAULTS):
        # botocore's own validation quotes what it refuses.
        quotes = isinstance(error, boto.ParamValidationError)
        message = f"{describe_error(error) if quotes else error}. Nothing was sent"
        return RejectedError, None, message, Delivery.NEVER_LEFT
    if isinstance(error, RedirectedError):
        message = (
            "the endpoint has sent the client elsewhere, and what answered there is not the "
            "service: the request may have been applied. Clients of itemwise.open_client follow no "
            "redirect"
        )
        return ResponseError, "Redirected", message, Delivery.IN_DOUBT
    # botocore's parsers also let plain Python errors through, when a reply is not what they expect.
    said = describe_error(error, boto.BotoCoreError, ReplyTooLargeError)
    return ResponseError, None, f"the reply cannot be read: {said}", Delivery.IN_DOUBT


def _meaning_of_transport_fault(error: boto.BotoCoreError) -> _Meaning:
    if _certificates_unreadable(error):
        message = (
            f"the certificates to trust cannot be read: {error.kwargs.get('error')}. Nothing was "
            "sent: check the paths in verify, AWS_CA_BUNDLE and client_cert"
        )
        return RejectedError, "UnreadableCertificates", message, Delivery.NEVER_LEFT
    if _client_closed(error):
        message = (
            "the client is closed, and nothing was sent: keep it open for as long as it is used"
        )
        return RejectedError, "ClientClosed", message, Delivery.NEVER_LEFT
    message = f"{error}. The request was sent and no answer came: it may have been applied"
    return TransientError, None, message, Delivery.IN_DOUBT


def given_up(operation: str, *, sent: bool) -> CallError:
    """Make the error of a call that the client itself has cancelled.

    Args:
        operation: the operation's wire name.
        sent: whether the request may have left.
    """
    what = "it may have been applied" if sent else "nothing was sent"
    # A closed client will answer no repeat.
    return RejectedError(
        f"the client gave the call up by itself, as it does where it is closed: {what}",
        operation=operation,
        code="GivenUpByClient",
        delivery=Delivery.IN_DOUBT if sent else Delivery.NEVER_LEFT,
    )


def lost_sight(operation: str) -> CallError:
    """Make the error of a request that was sent, where the client does not show what came of it.

    As where a handler raises before the reply is parsed, or a wrapper of the client gives up.
    """
    return TransientError(
        "a request was sent, and the client does not show what came of it: it may have been "
        "applied",
        operation=operation,
        code="Interrupted",
        delivery=Delivery.IN_DOUBT,
    )


def perhaps_sent_before(error: CallError, *, method: str) -> CallError:
    """Doubt that a request never left, where aiohttp may have sent it before.

    It repeats by itself, where a kept connection was cut, methods that HTTP calls idempotent; and
    it follows redirects. In both it shows only what came last.

    Args:
        error: what the request came to; any other than one that never connected is given back.
        method: the request's HTTP method.
    """
    never_connected = isinstance(error, TransientError) and error.delivery is Delivery.NEVER_LEFT
    if not never_connected:
        return error
    if _elsewhere(error.__cause__):
        why = "But that is where a redirect has led, and the endpoint may have got it before"
    elif method != "POST":
        why = f"But aiohttp repeats a {method} by itself, and may have sent it before"
    else:
        return error
    return TransientError(
        f"{error.message}. {why}",
        operation=error.operation,
        code=error.code,
        delivery=Delivery.IN_DOUBT,
    )


def _never_connected(error: boto.BotoCoreError) -> bool:
    # aiobotocore raises EndpointConnectionError for a refused connection and for one that was reset
    # after the request had gone: only the exception inside tells them apart.
    if not isinstance(error, boto.EndpointConnectionError):
        return True
    return isinstance(error.kwargs.get("error"), ClientConnectorError | ConnectionTimeoutError)


def _elsewhere(caught: BaseException | None) -> bool:
    """Tell whether it was another host than the endpoint's that could not be reached."""
    # It is the proxy that is not there, and it alone was tried.
    if not isinstance(caught, boto.BotoCoreError) or isinstance(caught, boto.ProxyConnectionError):
        return False
    cause, endpoint = caught.kwargs.get("error"), urlsplit(str(caught.kwargs.get("endpoint_url")))
    if isinstance(cause, ClientConnectorError):
        host, port = cause.host, cause.port
    elif isinstance(cause, ConnectionTimeoutError):
        # It says so in its words alone.
        tried = urlsplit(str(cause).rpartition(" ")[2])
        host, port = tried.hostname or "", tried.port or _usual_port(tried)
    else:
        return False
    return (host.lower(), port) != (endpoint.hostname, endpoint.port or _usual_port(endpoint))


def _usual_port(url: SplitResult) -> int:
    return 80 if url.scheme == "http" else 443


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
