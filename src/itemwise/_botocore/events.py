"""What the client's events tell of a call under way: how far it came, and the bytes of its reply.

botocore's own JSON parser answers a body that is not JSON with an empty structure, and a list where
a string should be with the list. Where silence means success that would be success out of garbage,
so the bytes themselves are caught at ``before-parse``, for the model to read. Where the event does
not come (another version), the parsed dict is still there.

A client that retries by itself shows what came of its last attempt alone, though an earlier one may
have been applied; and a handler of the user's own can raise when the answer is there. What came of
each attempt is noted through ``response-received``. What fails before ``before-send``, such as
credentials that cannot be renewed, has provably not left.

The handlers do nothing outside itemwise's own calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias
from weakref import WeakSet

from itemwise._botocore.documents import as_model_json, is_document
from itemwise._botocore.handlers import register_once
from itemwise._botocore.transport import RedirectedError, sends_once

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.awsrequest import AWSRequest
    from botocore.model import OperationModel

__all__ = ["CallWatch", "Caught", "skip_parse", "watch_call"]

Came: TypeAlias = "Exception | Mapping[str, object]"
"""What came of one attempt: an exception, or the parsed reply, of whatever status."""


class Caught(NamedTuple):
    """What was caught of a reply before botocore has parsed it.

    Attributes:
        body: its bytes, where they could be had.
        is_document: whether bytes that were not kept can be a message of the service's at all.
    """

    body: bytes | None = None
    is_document: bool = True


class CallWatch:
    """What is noticed of one call while it is under way: a context for it.

    Attributes:
        operation: the operation's wire name; a handler of the client may call others meanwhile.
        in_this_call: whether what happens now in its task is of this call, as far as is known.
        skips_parse: whether botocore's own parse is skipped.
        sent: whether the last attempt was handed over to be sent, or is still being made and
            signed; ``None`` where neither was noticed, as with a client that tests have replaced.
            ``False`` is certain: what may be of another call of the operation counts as sent.
        attempts: what came of each attempt, by whomever it was repeated.
    """

    __slots__ = (
        "_caught",
        "_context",
        "_failed",
        "_last",
        "_task",
        "_token",
        "_unparsed",
        "attempts",
        "in_this_call",
        "operation",
        "sent",
        "skips_parse",
    )

    def __init__(self, operation: str, *, skips_parse: bool) -> None:
        self.operation = operation
        self.skips_parse = skips_parse
        self.sent: bool | None = None
        self.attempts: Sequence[Came] = ()
        # By the task in which a reply is parsed right now, what was caught of it; and what was
        # caught of those that are parsed, with what they became.
        self._unparsed: dict[object, Caught] = {}
        self._caught: list[tuple[object, Caught]] = []
        # Of these, what was caught of the last reply to this call itself.
        self._last = Caught()
        # A handler of the client may make another call of the same operation meanwhile, or start a
        # task that does; and a wrapper of the client may make this call in a task of its own, or
        # make it again where it has failed. botocore makes a context for each call. Where an event
        # does not show it, the task does in which this call's was seen last, and the last one that
        # was seen there.
        self._task: asyncio.Task[object] | None = None
        self._context: object = None
        self._failed = False
        self.in_this_call = True

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._token: Token[CallWatch | None] = _watching.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watching.reset(self._token)
        # The loop keeps contexts for a while, in timers and in idle connections.
        self.attempts = ()
        self._unparsed.clear()
        self._caught.clear()
        self._last = Caught()
        self._task = self._context = None

    def caught(self, parsed: object) -> Caught:
        """Give what was caught of the reply that has become what the call returned."""
        for became, caught in reversed(self._caught):
            if became is parsed:
                return caught
        # A wrapper of the client has copied it; or it is no reply, as where botocore stubs it.
        return self._last

    @property
    def redirected(self) -> RedirectedError | None:
        """What stands for the last attempt, if another than the endpoint has answered it."""
        last = self.attempts[-1] if self.attempts else None
        return last if isinstance(last, RedirectedError) else None

    @property
    def is_heard(self) -> bool:
        """Whether an event that shows no context is of this call, as far as is known."""
        return self.in_this_call and asyncio.current_task() is self._task

    def begins(self, context: object) -> bool:
        """Take note of a context with which a call begins; tell whether it is this one."""
        if self._context is None or self._failed:
            self._context, self._failed = context, False
        return self.notes(context)

    def notes(self, context: object) -> bool:
        """Take note of the context of an event; tell whether it is this call's."""
        of_this_call, task = context is self._context, asyncio.current_task()
        if of_this_call:
            self._task = task
        if task is self._task:
            self.in_this_call = of_this_call
        return of_this_call

    def ends(self, context: object, *, failed: bool = False) -> bool:
        """Take note of the context of what has ended; tell whether it is this call's.

        What follows the end of another one is this call's again.
        """
        of_this_call = self.notes(context)
        if of_this_call:
            self._failed = failed
        if asyncio.current_task() is self._task:
            self.in_this_call = True
        return of_this_call

    def parses(self, caught: Caught) -> None:
        """Take note of a reply that is about to be parsed."""
        self._unparsed[asyncio.current_task()] = caught

    def parsed(self, became: object, *, of_this_call: bool) -> None:
        """Take note of what the reply has become that was parsed right now."""
        caught = self._unparsed.pop(asyncio.current_task(), None)
        if caught is not None:
            self._caught.append((became, caught))
            if of_this_call:
                self._last = caught


_watching: ContextVar[CallWatch | None] = ContextVar("itemwise_call", default=None)
_without_parse: WeakSet[AioBaseClient] = WeakSet()


def skip_parse(client: AioBaseClient) -> None:
    """Let botocore skip its own parse on this client: only for one that nobody else listens to."""
    _without_parse.add(client)


def watch_call(client: AioBaseClient, operation: str) -> CallWatch:
    """Watch the call that is made inside the block.

    Args:
        client: the client that makes it.
        operation: the operation's wire name.
    """
    # Our own transport follows no redirect: there is nothing to look for.
    stages = _STAGES if sends_once(client) else _STAGES_AND_REDIRECTS
    # Before all other handlers, which may raise.
    if register_once(client, operation, "watch", stages):
        client.meta.events.register("before-parse", _keep_body, unique_id="itemwise-reply")
    return CallWatch(operation, skips_parse=client in _without_parse)


def _keep_body(
    operation_model: OperationModel, response_dict: MutableMapping[str, object], **_: object
) -> None:
    watch = _watching.get()
    if watch is None or watch.operation != operation_model.name:
        return
    body, status = response_dict["body"], response_dict["status_code"]
    answered = isinstance(status, int) and status < 300
    if not (answered and isinstance(body, bytes)):
        return
    model_json = as_model_json(operation_model, body)
    if model_json is None:
        watch.parses(Caught(is_document=is_document(operation_model, body)))
        return
    watch.parses(Caught(model_json))
    if watch.skips_parse and watch.is_heard:
        response_dict["body"] = b""


def _under_way(event_name: str) -> CallWatch | None:
    watch = _watching.get()
    of_operation = watch is not None and watch.operation == event_name.rpartition(".")[2]
    return watch if of_operation else None


def _note_begin(event_name: str, context: object, **_: object) -> None:
    watch = _under_way(event_name)
    if watch is not None and watch.begins(context):
        watch.sent = False


def _note_making(event_name: str, request: AWSRequest, **_: object) -> None:
    watch = _under_way(event_name)
    if watch is not None and watch.notes(request.context):
        watch.sent = False


def _note_sent(event_name: str, **_: object) -> None:
    if watch := _under_way(event_name):
        watch.sent = True


def _note_attempt(
    event_name: str,
    exception: Exception | None,
    parsed_response: Mapping[str, object] | None,
    context: object = None,
    **_: object,
) -> None:
    watch = _under_way(event_name)
    if watch is None:
        return
    of_this_call = watch.ends(context)
    watch.parsed(parsed_response, of_this_call=of_this_call)
    came = exception if parsed_response is None else parsed_response
    if of_this_call and came is not None:
        watch.attempts = (*watch.attempts, came)


def _note_redirect(
    event_name: str,
    response: tuple[object, object] | None,
    request_dict: Mapping[str, object],
    **_: object,
) -> None:
    watch = _under_way(event_name)
    if watch is None or not watch.ends(request_dict.get("context")):
        return
    # aiohttp's.
    raw: object = getattr(response[0], "raw", None) if response is not None else None
    history: object = getattr(raw, "history", ())
    if isinstance(history, tuple) and history != ():
        watch.attempts = (*watch.attempts[:-1], RedirectedError())


def _note_end(event_name: str, context: object = None, **_: object) -> None:
    if watch := _under_way(event_name):
        watch.ends(context)


def _note_failure(event_name: str, context: object = None, **_: object) -> None:
    if watch := _under_way(event_name):
        watch.ends(context, failed=True)


_STAGES: Mapping[str, Callable[..., None]] = {
    "provide-client-params": _note_begin,
    "request-created": _note_making,
    "before-send": _note_sent,
    "response-received": _note_attempt,
    "after-call": _note_end,
    "after-call-error": _note_failure,
}
"""The events of one call, in their order; from the second on, of each attempt."""

_STAGES_AND_REDIRECTS = {**_STAGES, "needs-retry": _note_redirect}
