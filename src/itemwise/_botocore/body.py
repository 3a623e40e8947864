"""How a request becomes a body: written by pydantic on clients that itemwise has opened.

botocore walks all members in Python, one by one. Its handlers are still shown every member; only
then, as the last of ``before-parameter-build``, are the lists emptied, so that there is next to
nothing to walk, and ``before-call`` puts the body that pydantic wrote in place. Where another
handler has changed the members, or the request's form is not plain JSON, botocore writes the body.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from pydantic_core import to_json

from itemwise._botocore.handlers import register_once
from itemwise._botocore.json_shapes import element_shapes, member_shapes, speaks_json

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.model import OperationModel, Shape

__all__ = ["Layout", "Outgoing", "outgoing", "write_bodies"]

_PLAIN_TYPES = frozenset({"boolean", "integer", "list", "long", "map", "string", "structure"})
"""Those which pydantic writes as botocore does: no blob, no timestamp, no float."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the members of an operation's request travel, by wire name.

    Attributes:
        lists: members of the body that are lists; none where botocore must write the body.
        elsewhere: members that travel in the URI, the query or a header.
    """

    lists: frozenset[str]
    elsewhere: frozenset[str]


class Outgoing:
    """One request on its way: a context in which its call is made.

    Args:
        members: the request as botocore is given it.
    """

    __slots__ = ("_contexts", "_emptied", "_token", "body", "members")

    def __init__(self, members: Mapping[str, object]) -> None:
        self.members: Mapping[str, object] = members
        self.body: Mapping[str, object] | None = None
        # botocore's contexts of the calls that this body is for: a handler may make another
        # meanwhile, with its own body, and a wrapper of the client may make this one again.
        self._contexts: list[object] = []
        self._emptied: MutableMapping[str, object] | None = None

    def __enter__(self) -> None:
        self._token: Token[Outgoing | None] = _current.set(self)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        # The loop keeps contexts for a while, in timers and in idle connections.
        self.members, self.body = {}, None
        self._contexts.clear()
        self._emptied = None

    def is_built_from(self, params: MutableMapping[str, object]) -> bool:
        """Tell whether these are its members, and no handler has changed them."""
        if self._emptied is not None:
            if self._emptied is not params:
                return False
            # It failed before it was sent, and is made again.
            self._fill()
        members = self.members
        same = (params.get(name) is value for name, value in members.items())
        return len(params) == len(members) and all(same)

    def empty(self, params: MutableMapping[str, object], layout: Layout, context: object) -> None:
        """Leave next to nothing to walk, until `body_of` is asked for the body."""
        self.body = {n: value for n, value in self.members.items() if n not in layout.elsewhere}
        self._contexts.append(context)
        self._emptied = params
        for name in layout.lists & params.keys():
            params[name] = []

    def body_of(self, context: object) -> bytes | None:
        """Give the body of a call, if it is of this request."""
        if self.body is None or not any(context is one for one in self._contexts):
            return None
        self._fill()
        return to_json(self.body)

    def _fill(self) -> None:
        # They are those of whoever makes the call, perhaps to make it again.
        if self._emptied is not None:
            self._emptied.update(self.members)
            self._emptied = None


_current: ContextVar[Outgoing | None] = ContextVar("itemwise_request", default=None)
_written: WeakSet[AioBaseClient] = WeakSet()
"""The clients whose bodies are written."""

_layouts: WeakKeyDictionary[OperationModel, Layout] = WeakKeyDictionary()


def write_bodies(client: AioBaseClient) -> None:
    """Write the bodies of this client's requests.

    Args:
        client: one that nobody else has set up, without botocore's validation of parameters: that
            would find the emptied lists too short.
    """
    events = client.meta.events
    events.register_last("before-parameter-build", _empty_lists, unique_id="itemwise-lists")
    _written.add(client)


def outgoing(client: AioBaseClient, operation: str, members: Mapping[str, object]) -> Outgoing:
    """Make the context in which a call is to be made.

    Args:
        client: the client that makes it.
        operation: the operation's wire name.
        members: the request as botocore is given it.
    """
    if client in _written:
        # Before all other handlers, which are to see the body.
        register_once(client, operation, "body", {"before-call": _put_body})
    return Outgoing(members)


def _empty_lists(
    params: MutableMapping[str, object], model: OperationModel, context: object, **_: object
) -> None:
    outgoing = _current.get()
    if outgoing is None:
        return
    layout = _layout(model)
    if layout.lists and outgoing.is_built_from(params):
        outgoing.empty(params, layout, context)


def _put_body(params: MutableMapping[str, object], context: object, **_: object) -> None:
    outgoing = _current.get()
    body = outgoing.body_of(context) if outgoing is not None else None
    if body is not None:
        params["body"] = body


def _layout(operation: OperationModel) -> Layout:
    known = _layouts.get(operation)
    if known is None:
        known = _layouts[operation] = _read_layout(operation)
    return known


def _read_layout(operation: OperationModel) -> Layout:
    shape, nothing = operation.input_shape, Layout(frozenset(), frozenset())
    if not speaks_json(operation) or shape is None or "payload" in shape.serialization:
        return nothing
    if getattr(operation, "operation_context_parameters", None):
        # Its endpoint is found by looking into the lists.
        return nothing
    members = member_shapes(shape)
    elsewhere = {name for name, member in members.items() if "location" in member.serialization}
    body = {name: member for name, member in members.items() if name not in elsewhere}
    if not all(_serializes_plainly(name, member, set()) for name, member in body.items()):
        return nothing
    lists = {name for name, member in body.items() if member.type_name == "list"}
    return Layout(frozenset(lists), frozenset(elsewhere))


def _serializes_plainly(name: str, shape: Shape, seen: set[str]) -> bool:
    """Whether a member's JSON has the form and the name of the value that botocore is given."""
    traits = shape.serialization
    if shape.type_name not in _PLAIN_TYPES or traits.get("name", name) != name:
        return False
    if traits.get("jsonvalue") or getattr(shape, "is_document_type", False):
        return False
    if shape.name in seen:
        return True
    seen.add(shape.name)
    # What stands in a list or a map has no name of its own.
    elements = ((part.serialization.get("name", ""), part) for part in element_shapes(shape))
    inner = [*member_shapes(shape).items(), *elements]
    return all(_serializes_plainly(key, part, seen) for key, part in inner)
