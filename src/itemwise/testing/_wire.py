"""HTTP requests and answers as plain values, apart from any server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MalformedRequestError", "ServiceError", "WireReply", "WireRequest"]


class MalformedRequestError(Exception):
    """The request does not follow its protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request.

    Attributes:
        method: such as ``POST``.
        path: the path, still percent-encoded.
        query: the query without its question mark, still percent-encoded.
        headers: the headers; names are looked up without regard to case.
        body: the whole body.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WireReply:
    """One HTTP answer.

    Attributes:
        status: the HTTP status.
        headers: the headers.
        body: the whole body.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceError:
    """An error that answers a whole call.

    Attributes:
        code: the error's code; ``None`` for an answer without code and body.
        message: the error's message.
        status: the HTTP status; ``None`` takes the modelled one, or else 400.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    code: str | None
    message: str
    status: int | None = None
    retry_after: float | None = None
