"""From an HTTP request to its answer, by way of the decision and the ledger."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from random import Random

from aiohttp import web

from itemwise.testing._answers import make_reply, make_response, send_cut, send_huge
from itemwise.testing._bound import BoundOperation, Item
from itemwise.testing._call_faults import Delay
from itemwise.testing._decision import Decision, decide
from itemwise.testing._entries import Call
from itemwise.testing._ledger import Ledger, ServedCall
from itemwise.testing._refusals import missing_cbor
from itemwise.testing._replays import Replays
from itemwise.testing._routes import Routes
from itemwise.testing._script import FaultScript
from itemwise.testing._wire import MalformedRequestError, ServiceError, WireReply, WireRequest

__all__ = ["CallHandler"]


class CallHandler:
    """Answers requests: the handler of an aiohttp server.

    Args:
        routes: the operations.
        script: the faults in force.
        ledger: where calls are recorded.
        seed: where the request ids start.
        refuse_repeats: whether an item that an operation has applied before fails.
    """

    def __init__(
        self,
        *,
        routes: Routes,
        script: FaultScript,
        ledger: Ledger,
        seed: int,
        refuse_repeats: bool,
    ) -> None:
        self._routes = routes
        self._script = script
        self._ledger = ledger
        self._was_applied = ledger.was_applied if refuse_repeats else None
        self._replays = Replays()
        self._request_ids = Random(f"{seed}/request")  # noqa: S311 - repeatable
        self._running: set[asyncio.Task[object]] = set()
        self._stopping = False

    def start(self) -> None:
        """Take requests."""
        self._stopping = False

    async def stop(self) -> None:
        """End the calls that run, answered or not, and take no more."""
        self._stopping = True
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        if self._stopping:
            # On a connection that was open: the server no longer listens.
            return await send_cut(request, WireReply(status=503), "", midway=False)
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            # Clients of S3 and its like wait for that before they send a body.
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        path, _, query = request.raw_path.partition("?")
        try:
            body = await request.content.read()
        except (web.RequestPayloadError, ConnectionError):
            # The client went away while it was sending.
            return web.Response(status=400)
        return await self._respond(
            request,
            WireRequest(
                method=request.method, path=path, query=query, headers=request.headers, body=body
            ),
        )

    async def _respond(
        self, request: web.BaseRequest, wire_request: WireRequest
    ) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        request_id = str(uuid.UUID(int=self._request_ids.getrandbits(128), version=4))
        try:
            route = self._routes.find(wire_request)
        except ModuleNotFoundError as missing:
            return make_response(missing_cbor(missing.msg), request_id)
        operation, protocol = route.operation, route.protocol
        if operation is None:
            error = route.error or ServiceError(code="InternalFailure", message="", status=500)
            return make_response(protocol.error(None, error), request_id)
        members: dict[str, object] = {}
        items: list[Item] = []
        if route.error is not None:
            decision = Decision(error=route.error)
        else:
            try:
                members = protocol.read(operation.model, wire_request, route.labels)
                items = operation.items(members)
            except MalformedRequestError as malformed:
                refusal = ServiceError(code="SerializationException", message=str(malformed))
                decision = Decision(error=refusal)
            else:
                await self._delay(operation)
                decision = self._decide(operation, members, items)
        reply = make_reply(operation, protocol, decision)
        self._ledger.record(
            ServedCall(
                service=operation.row.service,
                operation=operation.name,
                items=tuple(item.key for item in items),
                status=None if decision.cut else reply.status,
                code=decision.error.code if decision.error else None,
                request_id=request_id,
                client_token=operation.client_token(members),
                applied=decision.applied,
                started=started,
                ended=asyncio.get_running_loop().time(),
                replay=decision.replay,
            )
        )
        if decision.cut:
            return await send_cut(request, reply, request_id, midway=decision.cut == "midway")
        if decision.garbage and decision.garbage.kind == "huge":
            return await send_huge(request, reply, request_id, decision.garbage.size)
        return make_response(reply, request_id)

    async def _delay(self, operation: BoundOperation) -> None:
        seconds = sum(
            injected.fault.seconds
            for injected in self._script.of(Delay, operation.name)
            if injected.hits_call()
        )
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _decide(
        self, operation: BoundOperation, members: dict[str, object], items: list[Item]
    ) -> Decision:
        call = Call(
            operation=operation,
            members=members,
            items=items,
            now=asyncio.get_running_loop().time(),
            time=datetime.now(UTC),
        )
        decision = decide(call, self._script, self._replays, self._was_applied)
        token = operation.client_token(members)
        if token is not None and decision.reply is not None and not decision.replay:
            self._replays.keep(operation.name, token, members, decision.reply)
        return decision
