"""`LocalAWS`: the server itself."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypedDict, TypeVar

from aiohttp import web

from itemwise.testing._bound import BoundOperation, Item, bind, item_key
from itemwise.testing._decision import Decision, Replays, decide
from itemwise.testing._entries import Call
from itemwise.testing._faults import Delay, Fault, Garbage
from itemwise.testing._ledger import CallRecord, Ledger
from itemwise.testing._protocols import WireProtocol, missing_cbor
from itemwise.testing._routes import Routes
from itemwise.testing._script import FaultScript, InjectedFault
from itemwise.testing._served import Key, ServedOperation
from itemwise.testing._table import SERVED_OPERATIONS
from itemwise.testing._wire import MalformedRequestError, ServiceError, WireReply, WireRequest

if TYPE_CHECKING:
    from typing import Unpack

    from aiobotocore.client import AioBaseClient

    from itemwise._client import ClientArguments

__all__ = ["LocalAWS", "LocalClientArguments"]

FaultT = TypeVar("FaultT", bound=Fault)

_HOST: Final = "127.0.0.1"
_STOP_SECONDS: Final = 1.0
"""How long to wait for handlers that were told to end. They end at once, bar bugs."""

_HUGE_CHUNK: Final = b"x" * 65_536


class LocalClientArguments(TypedDict):
    """What makes any aiobotocore client talk to the server."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


class LocalAWS:
    """AWS services on the loopback interface, in the running event loop.

    It speaks the wire protocols after botocore's own models, keeps a ledger of what calls applied,
    and fails in the ways that it is told to. Nothing leaves the machine.

    ```python
    async with LocalAWS() as aws, aws.client("fms") as client:
        aws.inject(Throttle(times=2))
        ...
        assert aws.ledger.applied() == {("arn:aws:ec2:...",): 1}
    ```

    Attributes:
        ledger: what was applied, how often, and by which calls.

    Args:
        operations: further operations; one that is served already is replaced.
        seed: where all random choices and request ids start.
        keep_calls: whether the ledger keeps each call, or only their number.
        keep_applied: whether the ledger keeps each applied key, or only their number.
        refuse_repeats: whether an item that an operation has applied before fails.

    Raises:
        ValueError: an operation that its service's model does not know, or `refuse_repeats`
            without `keep_applied`.
        botocore.exceptions.UnknownServiceError: an operation of a service that botocore does not
            know.
    """

    def __init__(
        self,
        operations: Iterable[ServedOperation] = (),
        *,
        seed: int = 0,
        keep_calls: bool = True,
        keep_applied: bool = True,
        refuse_repeats: bool = False,
    ) -> None:
        if refuse_repeats and not keep_applied:
            raise ValueError("refuse_repeats needs keep_applied")
        added = tuple(operations)
        for row in added:
            # Now, since a mistake would otherwise come to light in some later call.
            bind(row)
        self.ledger = Ledger(keep_calls=keep_calls, keep_applied=keep_applied)
        self._refuse_repeats = refuse_repeats
        self._routes = Routes((*SERVED_OPERATIONS, *added))
        self._script = FaultScript(seed)
        self._replays = Replays()
        self._request_ids = Random(f"{seed}/request")  # noqa: S311 - repeatable
        self._runner: web.ServerRunner | None = None
        self._handlers: set[asyncio.Task[object]] = set()
        self._port = 0

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of the loopback interface.

        Raises:
            RuntimeError: the server runs already.
        """
        if self._runner is not None:
            raise RuntimeError("the server runs already")
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_STOP_SECONDS)
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, _HOST, 0).start()
        except BaseException:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and end all calls, answered or not. The ledger stays.

        A server that does not run is left alone. It may be started again, on another port.
        """
        runner, self._runner = self._runner, None
        if runner is None:
            return
        handlers = tuple(self._handlers)
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await runner.cleanup()
        # Transports close in the loop's next round.
        await asyncio.sleep(0)

    @property
    def endpoint_url(self) -> str:
        """The server's address, for all services.

        Raises:
            RuntimeError: the server does not run.
        """
        if self._runner is None:
            raise RuntimeError("the server does not run: use it in `async with`, or start it")
        return f"http://{_HOST}:{self._port}"

    @property
    def client_arguments(self) -> LocalClientArguments:
        """What to pass to any aiobotocore session's ``create_client``, besides the service.

        Raises:
            RuntimeError: the server does not run.
        """
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": "us-east-1",
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
        }

    def client(
        self, service: str, **arguments: Unpack[ClientArguments]
    ) -> AbstractAsyncContextManager[AioBaseClient]:
        """Open an itemwise client that talks to the server.

        Args:
            service: the service's name in botocore, such as ``fms``.
            **arguments: for `itemwise.open_client`, over `client_arguments`.

        Returns:
            An asynchronous context manager that gives the client.

        Raises:
            RuntimeError: the server does not run.
        """
        # The server works without the rest of the library.
        from itemwise import open_client  # noqa: PLC0415

        merged: ClientArguments = {**self.client_arguments, **arguments}
        return open_client(service, **merged)

    def inject(self, fault: FaultT) -> InjectedFault[FaultT]:
        """Put a fault into force, for calls from now on.

        Faults of one kind are asked in the order in which they were injected.

        Returns:
            A handle to change the fault, take it back, and count its hits.
        """
        return self._script.inject(fault)

    def clear_faults(self) -> None:
        """Take all faults back."""
        self._script.clear()

    def key(self, operation: str, item: object, *, member: str | None = None) -> Key:
        """Make the key under which the ledger and the faults know an item.

        Args:
            operation: the operation's wire name.
            item: the item as a request holds it.
            member: the request's member that holds the item; ``None`` takes the first.

        Raises:
            KeyError: the operation is not served, or has no such list of items.
        """
        sources = {source.member: source for source in self._routes.operation(operation).row.items}
        return item_key(sources[next(iter(sources)) if member is None else member], item)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        if task is not None:
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
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
            return _response(missing_cbor(missing.msg), request_id)
        operation, protocol = route.operation, route.protocol
        if operation is None:
            error = route.error or ServiceError(code="InternalFailure", message="", status=500)
            return _response(protocol.error(None, error), request_id)
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
        reply = _reply(operation, protocol, decision)
        self.ledger.record(
            CallRecord(
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
            return await _cut(request, reply, request_id, midway=decision.cut == "midway")
        if decision.garbage and decision.garbage.kind == "huge":
            return await _stream(request, reply, request_id, decision.garbage.size)
        return _response(reply, request_id)

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
        was_applied = self.ledger.was_applied if self._refuse_repeats else None
        decision = decide(call, self._script, self._replays, was_applied)
        token = operation.client_token(members)
        if token is not None and decision.reply is not None and not decision.replay:
            self._replays.keep(operation.name, token, members, decision.reply)
        return decision


def _reply(operation: BoundOperation, protocol: WireProtocol, decision: Decision) -> WireReply:
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


def _response(reply: WireReply, request_id: str) -> web.Response:
    reply.headers["x-amzn-RequestId"] = request_id
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


async def _cut(
    request: web.BaseRequest, reply: WireReply, request_id: str, *, midway: bool
) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.headers["x-amzn-RequestId"] = request_id
    if midway:
        response.content_length = len(reply.body)
        await response.prepare(request)
        await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        # Closes after what was written has left, so that the client sees a truncated body.
        request.transport.close()
    return response


async def _stream(
    request: web.BaseRequest, reply: WireReply, request_id: str, size: int
) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.headers["x-amzn-RequestId"] = request_id
    response.enable_chunked_encoding()
    await response.prepare(request)
    for start in range(0, size, len(_HUGE_CHUNK)):
        await response.write(_HUGE_CHUNK[: size - start])
    return response
