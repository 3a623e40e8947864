"""The HTTP session of our clients: bounded replies, no redirects, no repeats that nobody sees.

aiobotocore reads every reply whole, of whatever size. ``AioConfig.http_session_cls`` takes a
session that asks for the reply as a stream, and reads no more than the limit of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

if TYPE_CHECKING:
    from aiobotocore.awsrequest import AioAWSResponse
    from aiobotocore.client import AioBaseClient
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.config import Config

__all__ = [
    "MAX_REPLY_BYTES",
    "BoundedSession",
    "RedirectedError",
    "ReplyTooLargeError",
    "sends_once",
    "set_transport",
]

MAX_REPLY_BYTES: Final = 32 * 2**20
"""The largest reply that is read, in bytes. The largest that AWS documents for a batch call are the
16 MB of items that a database returns, which base64 and JSON make half as large again; replies of
most operations stay below one."""


class ReplyTooLargeError(Exception):
    """The service sends more than `MAX_REPLY_BYTES`; the rest was left unread."""

    def __init__(self) -> None:
        super().__init__(
            f"it is larger than {MAX_REPLY_BYTES} bytes, the most that a client of "
            "itemwise.open_client reads, and was not loaded"
        )


class RedirectedError(Exception):
    """The endpoint has sent the client elsewhere: what answered there is not the service."""


class BoundedSession(AIOHTTPSession):
    """aiobotocore's HTTP session, with an end to how much of a reply is read.

    Bodies that botocore hands on as streams stay streams, of any length.
    """

    async def _get_session(self, proxy_url: str | None) -> aiohttp.ClientSession:
        get = cast(
            "Callable[[str | None], Awaitable[aiohttp.ClientSession]]",
            getattr(super(), "_get_session"),  # noqa: B009 - the stubs do not have it
        )
        session = await get(proxy_url)
        # aiohttp sends a PUT again by itself where a kept connection was cut, and tells nobody.
        # There is one retry layer, and it knows what may be repeated.
        setattr(session, "_retry_connection", False)  # noqa: B010 - aiohttp's own affair
        # Of a session aiobotocore calls nothing but what this has.
        return cast("aiohttp.ClientSession", _NoRedirects(session))

    async def send(  # type: ignore[override]  # the stubs name another HTTP library's types
        self, request: AWSPreparedRequest
    ) -> AioAWSResponse:
        """Send a request, and read its reply whole unless it is to be streamed.

        Args:
            request: the prepared request.

        Raises:
            ReplyTooLargeError: the reply is larger than `MAX_REPLY_BYTES`.
            botocore.exceptions.HTTPClientError: no answer came, or not all of it.
        """
        streamed = request.stream_output
        # What is streamed, the session leaves unread: it is then read here.
        request.stream_output = True
        send = cast("Callable[[AWSPreparedRequest], Awaitable[AioAWSResponse]]", super().send)
        try:
            response = await send(request)
        finally:
            request.stream_output = streamed
        if streamed:
            return response
        raw = cast("aiohttp.ClientResponse", response.raw)
        try:
            body = await _read(raw)
        except BaseException as error:
            # Also where this task is cancelled: half a reply leaves its connection of no use.
            raw.close()
            # The exceptions that aiobotocore makes of these, when it reads by itself.
            if isinstance(error, TimeoutError):
                raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
            if isinstance(error, aiohttp.ClientError):
                raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
            raise
        response.raw = _Whole(body)
        return response


class _NoRedirects:
    """An HTTP session that follows no redirect.

    No AWS service sends one, and who follows one hands the request, with its session token, to
    another host, whose answer is not the service's.
    """

    __slots__ = ("_session",)

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(
        self,
        method: str,
        **arguments: Any,  # noqa: ANN401 - aiobotocore's to aiohttp, handed through
    ) -> Awaitable[aiohttp.ClientResponse]:
        return self._session.request(method, allow_redirects=False, **arguments)


def sends_once(client: AioBaseClient) -> bool:
    """Tell whether nothing below botocore repeats a request: so with our own session alone."""
    # Asked of the session itself: up to aiobotocore 3.8 a client's configuration may not name it.
    endpoint: object = getattr(client, "_endpoint", None)
    return isinstance(getattr(endpoint, "http_session", None), BoundedSession)


class _Whole:
    """A body that has been read, in the form in which aiobotocore reads one."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > MAX_REPLY_BYTES:
        raise ReplyTooLargeError
    content = response.content
    # Nearly every reply comes in one piece.
    body = await content.readany()
    if content.at_eof():
        return body
    pieces, size = [body], len(body)
    while piece := await content.readany():
        pieces.append(piece)
        size += len(piece)
        if size > MAX_REPLY_BYTES:
            # The error keeps this frame alive, and a result keeps the error.
            pieces.clear()
            raise ReplyTooLargeError
    return b"".join(pieces)


def set_transport(config: AioConfig, *asked: Config | None) -> AioConfig:
    """Make clients of a configuration read bounded replies, unless a transport was asked for.

    Args:
        config: the configuration to use.
        *asked: what the user has configured, for the client and for the session. The first with an
            HTTP session class of its own, or with arguments for connections, wins.

    Returns:
        The configuration, with both set.
    """
    chosen: type[AIOHTTPSession] = BoundedSession
    arguments: Mapping[str, object] | None = None
    for own in reversed(asked):
        kind: type[AIOHTTPSession] = getattr(own, "http_session_cls", AIOHTTPSession)
        if kind is not AIOHTTPSession:
            chosen = kind
        arguments = getattr(own, "connector_args", arguments)
    # Said twice: the constructor's argument outlives the merge with the session's configuration,
    # and up to aiobotocore 3.8 `merge` forgets both of these, but not their attributes.
    config = config.merge(AioConfig(http_session_cls=chosen))
    setattr(config, "http_session_cls", chosen)  # noqa: B010 - the stubs do not have it
    if arguments is not None:
        setattr(config, "connector_args", arguments)  # noqa: B010 - the same
    return config
