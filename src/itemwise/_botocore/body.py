"""How a request becomes a body: written by pydantic on clients that itemwise has opened.

botocore walks all members in Python, one by one. Its handlers are still shown every member; only
then, as the last of ``before-parameter-build``, are the lists emptied, so that there is next to
nothing to walk, and ``before-call`` puts the body that pydantic wrote in place. Where another
handler has changed the members, or the request's form is not plain JSON, botocore writes the body.
Lists are emptied for the very call that has them filled again: of this client and operation.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from botocore.serialize import create_serializer
from pydantic_core import to_json

from itemwise._botocore.handlers import register_once
from itemwise._botocore.json_shapes import (
    element_shapes,
    member_shapes,
    protocol_of,
    speaks_json,
)
from itemwise._errors import ConfigurationError

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.hooks import BaseEventHooks
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
        operation: the wire name of the operation that it is of.
        members: the request as botocore is given it.
        writer: what writes the bodies of its client; ``None`` where botocore does.
    """

    __slots__ = ("_contexts", "_emptied", "_holes", "_token", "members", "operation", "writer")

    def __init__(
        self, operation: str, members: Mapping[str, object], writer: _Writer | None
    ) -> None:
        self.operation = operation
        self.members: Mapping[str, object] = members
        self.writer = writer
        # botocore's contexts of the calls that this body is for: a handler may make another
        # meanwhile, with its own body, and a wrapper of the client may make this one again.
        self._contexts: list[object] = []
        # The parameters that were emptied, and what stands there in place of the lists.
        self._emptied: MutableMapping[str, object] | None = None
        self._holes: Mapping[str, list[object]] = {}

    def __enter__(self) -> None:
        self._token: Token[Outgoing | None] = _current.set(self)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        # The loop keeps contexts for a while, in timers and in idle connections.
        self.members, self.writer = {}, None
        self._contexts.clear()
        self._emptied = None

    def is_built_from(self, params: MutableMapping[str, object]) -> bool:
        """Tell whether these are its members, and no handler has changed them."""
        if self._emptied is not None:
            if self._emptied is not params:
                return False
            # It failed before it was sent, and is made again.
            self._fill()
        return self._are_members(params)

    def empty(self, params: MutableMapping[str, object], layout: Layout, context: object) -> None:
        """Leave next to nothing to walk, until `body_of` is asked for the body."""
        self._contexts.append(context)
        self._emptied, self._holes = params, {name: [] for name in layout.lists & params.keys()}
        params.update(self._holes)

    def body_of(self, context: object, model: OperationModel) -> object:
        """Give the body of a call, if it is of this request; else ``None``.

        Raises:
            ConfigurationError: a handler has changed a list after it was emptied.
        """
        if not any(context is one for one in self._contexts):
            return None
        params = self._emptied
        if params is not None:
            self._check_holes(params)
            self._fill()
            if not self._are_members(params):
                # Changed by a handler that came after ours: it may have put in what only botocore
                # can write.
                serializer = create_serializer(protocol_of(model), include_validation=False)
                return serializer.serialize_to_request(params, model)["body"]
        elsewhere = _layout(model).elsewhere
        return to_json({n: value for n, value in self.members.items() if n not in elsewhere})

    def _are_members(self, params: Mapping[str, object]) -> bool:
        members = self.members
        same = (params.get(name) is value for name, value in members.items())
        return len(params) == len(members) and all(same)

    def _check_holes(self, params: Mapping[str, object]) -> None:
        for name, hole in self._holes.items():
            if params.get(name) is not hole or hole:
                raise ConfigurationError(
                    f"a handler of before-parameter-build has changed {name}, which it was shown "
                    "empty: register it without register_last, so that it sees what is sent"
                )

    def _fill(self) -> None:
        # They are those of whoever makes the call, perhaps to make it again.
        if self._emptied is not None:
            self._emptied.update({name: self.members[name] for name in self._holes})
            self._emptied = None


_current: ContextVar[Outgoing | None] = ContextVar("itemwise_request", default=None)
_layouts: WeakKeyDictionary[OperationModel, Layout] = WeakKeyDictionary()


class _Writer:
    """What writes the bodies of one client's requests."""

    def empty_lists(
        self,
        params: MutableMapping[str, object],
        model: OperationModel,
        context: object,
        **_: object,
    ) -> None:
        outgoing = _current.get()
        if outgoing is None or outgoing.writer is not self or outgoing.operation != model.name:
            return
        layout = _layout(model)
        if layout.lists and outgoing.is_built_from(params):
            outgoing.empty(params, layout, context)


_writers: WeakKeyDictionary[BaseEventHooks, _Writer] = WeakKeyDictionary()
"""By the events of the clients whose bodies are written."""


def write_bodies(client: AioBaseClient) -> None:
    """Write the bodies of this client's requests.

    Args:
        client: one that nobody else has set up, without botocore's validation of parameters: that
            would find the emptied lists too short.
    """
    events = client.meta.events
    writer = _writers[events] = _Writer()
    events.register_last("before-parameter-build", writer.empty_lists, unique_id="itemwise-lists")


def outgoing(client: AioBaseClient, operation: str, members: Mapping[str, object]) -> Outgoing:
    """Make the context in which a call is to be made.

    Args:
        client: the client that makes it.
        operation: the operation's wire name.
        members: the request as botocore is given it.
    """
    writer = _writers.get(client.meta.events)
    if writer is not None:
        # Before all other handlers, which are to see the body.
        register_once(client, operation, "body", {"before-call": _put_body})
    return Outgoing(operation, members, writer)


def _put_body(
    params: MutableMapping[str, object], model: OperationModel, context: object, **_: object
) -> None:
    outgoing = _current.get()
    body = outgoing.body_of(context, model) if outgoing is not None else None
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
