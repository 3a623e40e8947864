"""Decisions turned into HTTP answers, whole or broken."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from aiohttp import web

from itemwise.testing._bound import BoundOperation
from itemwise.testing._call_faults import Garbage
from itemwise.testing._decision import Decision
from itemwise.testing._protocols import WireProtocol
from itemwise.testing._wire import WireReply

__all__ = ["make_reply", "make_response", "send_cut", "send_huge"]

_HUGE_CHUNK: Final = b"x" * 65_536


def make_reply(operation: BoundOperation, protocol: WireProtocol, decision: Decision) -> WireReply:
    """Write the answer that was decided on."""
    if decision.error is not None:
        return protocol.error(operation.model, decision.error)
    if decision.garbage is not None:
        return protocol.plain(_garbage(operation, protocol, decision.garbage))
    if decision.reply is None:
        return WireReply(status=200)
    return protocol.reply(operation.model, decision.reply)


def _garbage(operation: BoundOperation, protocol: WireProtocol, garbage: Garbage) -> bytes:
    if garbage.kind == "text":
        return b"<html>It works!</html>"
    if garbage.kind == "null":
        return protocol.form.encode(None)
    if garbage.kind == "list":
        return protocol.form.encode([])
    if garbage.kind == "string":
        return protocol.form.encode({operation.row.failures.member: "none"})
    return b""


def make_response(reply: WireReply, request_id: str) -> web.Response:
    """Make an ordinary response."""
    reply.headers["x-amzn-RequestId"] = request_id
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


async def send_cut(
    request: web.BaseRequest, reply: WireReply, request_id: str, *, midway: bool
) -> web.StreamResponse:
    """Close the connection, without an answer or midway through its body."""
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.headers["x-amzn-RequestId"] = request_id
    if midway:
        response.content_length = len(reply.body)
        # The client may have hung up first.
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        # Closes after what was written has left, so that the client sees a truncated body.
        request.transport.close()
    return response


async def send_huge(
    request: web.BaseRequest, reply: WireReply, request_id: str, size: int
) -> web.StreamResponse:
    """Send a body of this many bytes, in chunks."""
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.headers["x-amzn-RequestId"] = request_id
    response.enable_chunked_encoding()
    # A client that has seen enough hangs up, and one that has waited enough did before.
    with suppress(ConnectionError):
        await response.prepare(request)
        for start in range(0, size, len(_HUGE_CHUNK)):
            await response.write(_HUGE_CHUNK[: size - start])
    return response
