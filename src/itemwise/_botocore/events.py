"""The client's events, as a call's watch is told of them.

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

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from itemwise._botocore.call_watch import CallWatch, Caught, watch_of
from itemwise._botocore.documents import as_model_json, is_document
from itemwise._botocore.handlers import register_once
from itemwise._botocore.transport import sends_once

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.awsrequest import AWSRequest
    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel

__all__ = ["skip_parse", "watch_call"]


class _Listener:
    """Catches the replies of one client.

    Attributes:
        operations: the wire names of those whose events are noted: what is caught of another's
            reply would be handed back to nobody.
        skips_parse: whether botocore's own parse is skipped.
    """

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.skips_parse = False

    def keep_body(
        self,
        operation_model: OperationModel,
        response_dict: MutableMapping[str, object],
        **_: object,
    ) -> None:
        watch = watch_of(operation_model.name)
        if watch is None or operation_model.name not in self.operations:
            return
        body, status = response_dict["body"], response_dict["status_code"]
        answered = isinstance(status, int) and status < 300
        if not (answered and isinstance(body, bytes)):
            return
        # botocore makes another dict of the reply for what follows, of the same headers.
        headers, model_json = response_dict["headers"], as_model_json(operation_model, body)
        if model_json is None:
            document = is_document(operation_model, body)
            watch.parses(headers, Caught(is_document=document))
            return
        watch.parses(headers, Caught(model_json))
        if self.skips_parse and watch.is_at_this_call:
            response_dict["body"] = b""


_listeners: WeakKeyDictionary[BaseEventHooks, _Listener] = WeakKeyDictionary()
"""By a client's events, which a proxy of the client shows as well."""


def _listener_of(client: AioBaseClient) -> _Listener:
    events = client.meta.events
    listener = _listeners.get(events)
    if listener is None:
        listener = _listeners[events] = _Listener()
        # After the handlers that others have, which may make another body of it.
        events.register_last("before-parse", listener.keep_body, unique_id="itemwise-reply")
    return listener


def skip_parse(client: AioBaseClient) -> None:
    """Let botocore skip its own parse on this client: only for one that nobody else listens to."""
    _listener_of(client).skips_parse = True


def watch_call(client: AioBaseClient, operation: str, members: Mapping[str, object]) -> CallWatch:
    """Watch the call that is made inside the block.

    Args:
        client: the client that makes it.
        operation: the operation's wire name.
        members: the request as botocore is given it.
    """
    # Our own transport follows no redirect: there is nothing to look for.
    stages = _STAGES if sends_once(client) else _STAGES_AND_REDIRECTS
    # Before all other handlers, which may raise.
    if register_once(client, operation, "watch", stages):
        _listener_of(client).operations.add(operation)
    return CallWatch(operation, members)


def _under_way(event_name: str) -> CallWatch | None:
    return watch_of(event_name.rpartition(".")[2])


def _note_begin(
    event_name: str, params: Mapping[str, object], context: object, **_: object
) -> None:
    if watch := _under_way(event_name):
        watch.begins(context, params)


def _note_making(event_name: str, request: AWSRequest, **_: object) -> None:
    if watch := _under_way(event_name):
        watch.is_made(request.context)


def _note_sent(event_name: str, **_: object) -> None:
    if watch := _under_way(event_name):
        watch.is_sent()


def _note_attempt(
    event_name: str,
    exception: Exception | None,
    parsed_response: Mapping[str, object] | None,
    response_dict: Mapping[str, object] | None = None,
    context: object = None,
    **_: object,
) -> None:
    watch = _under_way(event_name)
    if watch is None:
        return
    came = exception if parsed_response is None else parsed_response
    of_this_call = watch.comes_to(context, came)
    if response_dict is not None:
        watch.parsed(response_dict["headers"], parsed_response, of_this_call=of_this_call)


def _note_redirect(
    event_name: str,
    response: tuple[object, object] | None,
    request_dict: Mapping[str, object],
    **_: object,
) -> None:
    # aiohttp's.
    raw: object = getattr(response[0], "raw", None) if response is not None else None
    history: object = getattr(raw, "history", ())
    if isinstance(history, tuple) and history != () and (watch := _under_way(event_name)):
        watch.is_redirected(request_dict.get("context"))


def _note_end(event_name: str, http_response: object, context: object = None, **_: object) -> None:
    if watch := _under_way(event_name):
        status: object = getattr(http_response, "status_code", 0)
        watch.ends(context, failed=isinstance(status, int) and status >= 300)


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
