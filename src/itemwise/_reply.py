"""How a reply becomes a model: read from the raw bytes where botocore lets us, else from its dict.

botocore's own JSON parser answers a body that is not JSON with an empty structure, and a list where
a string should be with the list. Where silence means success that would be success out of garbage,
so the bytes themselves are read, by pydantic, through the ``before-parse`` event of the client. The
handler does nothing outside itemwise's own calls. Where the event does not come (another protocol,
another version), the parsed dict is still there.

A client that retries by itself shows what came of its last attempt alone, though an earlier one may
have been applied; and a handler of the user's own can raise when the answer is there. What came of
each attempt is noted through ``response-received``. What fails before ``before-send``, such as
credentials that cannot be renewed, has provably not left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeAlias, TypedDict, TypeVar, cast
from weakref import WeakKeyDictionary, WeakSet

from pydantic import ValidationError

from itemwise._json_shapes import element_shapes, member_shapes, speaks_json
from itemwise._shape import Response
from itemwise._words import shown
from itemwise.errors import CallError, Delivery, ResponseError

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.awsrequest import AWSRequest
    from botocore.model import OperationModel, Shape

__all__ = ["Came", "RawReply", "Reply", "listening", "read", "take_over"]

ResponseT = TypeVar("ResponseT", bound=Response)
ResponseT_co = TypeVar("ResponseT_co", bound=Response, covariant=True)


@dataclass(frozen=True, slots=True)
class Reply(Generic[ResponseT_co]):
    """One answer of the service.

    Attributes:
        response: what was read of it.
        request_id: the service's id of the request.
        body: the bytes that it was read from, where they could be had.
        doubt: the error of an earlier attempt that may have been applied, where the client has
            repeated the call by itself.
    """

    response: ResponseT_co
    request_id: str | None
    body: bytes | None
    doubt: CallError | None = None


class ResponseMetadata(TypedDict, total=False):
    """What botocore adds to every parsed reply."""

    HTTPStatusCode: int
    RequestId: str


Came: TypeAlias = "Exception | Mapping[str, object]"
"""What came of one attempt: an exception, or the parsed reply, of whatever status."""


class RawReply:
    """The bytes of one successful reply, where they could be had: a context for its call.

    Attributes:
        operation: the operation's wire name; a handler of the client may call others meanwhile.
        body: the bytes.
        redirected: whether another than the endpoint has answered.
        ours: whether what happens now is of this call, as far as is known.
        take_over: whether botocore's own parse is skipped.
        sent: whether the last attempt was handed over to be sent, or is still being made and
            signed; ``None`` where neither was noticed, as with a client that tests have replaced.
        attempts: what came of each attempt, by whomever it was repeated.
    """

    __slots__ = (
        "_context",
        "_task",
        "_token",
        "attempts",
        "body",
        "operation",
        "ours",
        "redirected",
        "sent",
        "take_over",
    )

    def __init__(self, operation: str, *, take_over: bool) -> None:
        self.operation = operation
        self.body: bytes | None = None
        self.take_over = take_over
        self.sent: bool | None = None
        self.attempts: Sequence[Came] = ()
        self.redirected = False
        # A handler of the client may make another call of the same operation meanwhile, or start a
        # task that does. botocore makes a context for each call; where an event does not show it,
        # the last that did tells whose it is.
        self._task: asyncio.Task[object] | None = None
        self._context: object = None
        self.ours = True

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._token: Token[RawReply | None] = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        # The loop keeps contexts for a while, in timers and in idle connections.
        self.body, self.attempts = None, ()
        self._task = self._context = None

    def hears(self, operation: str) -> bool:
        """Tell whether an event of an operation is of this call, or of one that it has led to."""
        return operation == self.operation and asyncio.current_task() is self._task

    def begins(self, context: object) -> bool:
        """Take note of a context with which a call begins; tell whether it is this one."""
        if self._context is None:
            self._context = context
        return self.is_of(context)

    def is_of(self, context: object) -> bool:
        """Take note of the context of an event; tell whether it is this call's."""
        self.ours = context is self._context
        return self.ours

    def ends(self, context: object) -> bool:
        """Take note of the context of an attempt that ends; tell whether it is this call's.

        What follows the end of another one is this call's again.
        """
        ours = self.is_of(context)
        self.ours = True
        return ours


_MOST_STRUCTURES = 1_000_000
"""Structures and lists in a reply, at most. Empty ones take three bytes each on the wire, and five
hundred and three microseconds once they are read."""

_current: ContextVar[RawReply | None] = ContextVar("itemwise_reply", default=None)
_ours: WeakSet[AioBaseClient] = WeakSet()
_listened: WeakKeyDictionary[AioBaseClient, set[str]] = WeakKeyDictionary()
"""The clients that have the handlers, and for which operations."""
_readable: WeakKeyDictionary[OperationModel, bool] = WeakKeyDictionary()


def take_over(client: AioBaseClient) -> None:
    """Let botocore skip its own parse on this client: only for one that nobody else listens to."""
    _ours.add(client)


def listening(client: AioBaseClient, operation: str) -> RawReply:
    """Catch the bytes of the reply to the call that is made inside the block.

    Args:
        client: the client that makes it.
        operation: the operation's wire name.
    """
    heard = _listened.get(client)
    if heard is None:
        client.meta.events.register("before-parse", _keep_body, unique_id="itemwise-reply")
        heard = _listened[client] = set()
    if operation not in heard:
        heard.add(operation)
        service = client.meta.service_model.service_id.hyphenize()
        for event, handler in _STAGES.items():
            # Before all others, which may raise.
            name = f"{event}.{service}.{operation}"
            client.meta.events.register_first(name, handler, unique_id=f"itemwise-{event}")
    return RawReply(operation, take_over=client in _ours)


def _keep_body(
    operation_model: OperationModel, response_dict: MutableMapping[str, object], **_: object
) -> None:
    reply = _current.get()
    if reply is None or not (reply.hears(operation_model.name) and reply.ours):
        return
    body, status = response_dict["body"], response_dict["status_code"]
    answered = isinstance(status, int) and status < 300
    if not (answered and isinstance(body, bytes) and _reads_as_json(operation_model)):
        return
    reply.body = body
    if reply.take_over:
        response_dict["body"] = b""


def _under_way(event_name: str) -> RawReply | None:
    reply = _current.get()
    return reply if reply is not None and reply.hears(event_name.rpartition(".")[2]) else None


def _note_begin(event_name: str, context: object, **_: object) -> None:
    reply = _under_way(event_name)
    if reply is not None and reply.begins(context):
        reply.sent = False


def _note_making(event_name: str, request: AWSRequest, **_: object) -> None:
    reply = _under_way(event_name)
    if reply is not None and reply.is_of(request.context):
        reply.sent = False


def _note_sent(event_name: str, **_: object) -> None:
    # Of another call too: that says less of this one, and nothing wrong.
    if reply := _under_way(event_name):
        reply.sent = True


def _note_attempt(
    event_name: str,
    exception: Exception | None,
    parsed_response: Mapping[str, object] | None,
    context: object = None,
    **_: object,
) -> None:
    reply = _under_way(event_name)
    came = exception if parsed_response is None else parsed_response
    if reply is not None and reply.ends(context) and came is not None:
        reply.attempts = (*reply.attempts, came)


def _note_redirect(
    event_name: str, http_response: object, context: object = None, **_: object
) -> None:
    reply = _under_way(event_name)
    if reply is not None and reply.is_of(context):
        # aiohttp's; a stub has what it wants. Clients that itemwise has opened follow none.
        history: object = getattr(getattr(http_response, "raw", None), "history", ())
        reply.redirected = isinstance(history, tuple) and history != ()


_STAGES: Mapping[str, Callable[..., None]] = {
    "provide-client-params": _note_begin,
    "request-created": _note_making,
    "before-send": _note_sent,
    "response-received": _note_attempt,
    "after-call": _note_redirect,
}
"""The events of one call, in their order; from the second on, of each attempt."""


def _reads_as_json(operation: OperationModel) -> bool:
    known = _readable.get(operation)
    if known is None:
        output = operation.output_shape
        known = speaks_json(operation) and output is not None and _parses_plainly(output, set())
        _readable[operation] = known
    return known


def _parses_plainly(shape: Shape, seen: set[str]) -> bool:
    """Whether a shape's JSON has the form of the dict that botocore would make of it."""
    if shape.name in seen:
        return True
    seen.add(shape.name)
    if shape.type_name == "blob" or "payload" in shape.serialization:
        return False
    members = member_shapes(shape)
    for name, member in members.items():
        renamed = member.serialization.get("name", name) != name
        if renamed or "location" in member.serialization:
            return False
    inner = [*members.values(), *element_shapes(shape)]
    return all(_parses_plainly(member, seen) for member in inner)


def read(
    model: type[ResponseT],
    parsed: Mapping[str, object],
    reply: RawReply,
    doubt: CallError | None,
) -> Reply[ResponseT]:
    """Read a reply into its model.

    Args:
        model: the response model.
        parsed: what botocore made of the reply.
        reply: what was caught of its bytes.
        doubt: the error of an earlier attempt, see `Reply`.

    Raises:
        ResponseError: the reply is not JSON, or does not fit the model.
    """
    # botocore's own part of every reply, whatever its members.
    metadata = cast("ResponseMetadata", parsed.get("ResponseMetadata", {}))
    request_id = metadata.get("RequestId")
    try:
        if reply.body is not None:
            _check_size(reply.body)
            response = model.model_validate_json(reply.body)
        else:
            members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            response = model.model_validate(members)
    except Exception as error:
        # A validator of a model that the user has described can raise whatever it wants.
        fault = _first_fault(error) if isinstance(error, ValidationError) else shown(error)
        raise ResponseError(
            f"the reply does not fit {model.__name__}: {fault}",
            operation=reply.operation,
            code="UnreadableReply",
            delivery=Delivery.IN_DOUBT,
            status=metadata.get("HTTPStatusCode"),
            request_id=request_id,
        ) from error
    return Reply(response.with_request_id(request_id), request_id, reply.body, doubt)


def _check_size(body: bytes) -> None:
    # Braces in texts count too: a bound, and no measure.
    if body.count(b"{") + body.count(b"[") > _MOST_STRUCTURES:
        # Of this kind, since its words are shown.
        raise TypeError(f"it has more than {_MOST_STRUCTURES} structures and lists")


def _first_fault(error: ValidationError) -> str:
    # The place and the kind of the fault, never the input: replies can hold what must not be shown.
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}" if place else fault["msg"]
