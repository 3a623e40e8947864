"""Pure: what the bytes of a reply are, before anything is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from weakref import WeakKeyDictionary

from pydantic_core import from_json, to_json

from itemwise._botocore.json_shapes import (
    element_shapes,
    member_shapes,
    protocol_of,
    speaks_json,
    within,
)

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

__all__ = ["MOST_STRUCTURES", "as_model_json", "is_document", "is_huge"]

_CBOR_MAP: Final = range(0xA0, 0xC0)
"""The first byte of a map in CBOR."""

_ROOT: Final = re.compile(rb"\s*(?:<[?!][^>]*>\s*)*<([A-Za-z_][\w.:-]*)")
"""The first element of an XML document, after its declaration and comments."""

MOST_STRUCTURES = 1_000_000
"""Structures and lists in a reply, at most. Empty ones take three bytes each on the wire, and five
hundred and three microseconds once they are read."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What an operation's replies are, in bytes.

    Attributes:
        plain: whether their JSON has the form of the dict that botocore would make of it.
        renamed: whether members have other names there.
    """

    plain: bool
    renamed: bool


_forms: WeakKeyDictionary[OperationModel, _Form] = WeakKeyDictionary()


def _form(operation: OperationModel) -> _Form:
    known = _forms.get(operation)
    if known is None:
        output = operation.output_shape
        parts = [] if output is None else list(within(output))
        known = _forms[operation] = _Form(
            plain=speaks_json(operation) and all(map(_parses_plainly, parts)),
            renamed=any(wire != name for part in parts for wire, name in _names(part).items()),
        )
    return known


def _parses_plainly(shape: Shape) -> bool:
    """Whether a shape's JSON has the form of botocore's dict, but for its parts and their names."""
    if shape.type_name == "blob" or "payload" in shape.serialization:
        return False
    return not any("location" in part.serialization for part in member_shapes(shape).values())


def _names(shape: Shape) -> dict[str, str]:
    """Give the names that botocore gives the members of a structure, by those on the wire."""
    members = member_shapes(shape)
    return {part.serialization.get("name", name): name for name, part in members.items()}


def is_huge(body: bytes) -> bool:
    """Tell whether a JSON reply has more structures and lists than are read."""
    # Braces in texts count too: a bound, and no measure.
    return body.count(b"{") + body.count(b"[") > MOST_STRUCTURES


def as_model_json(operation: OperationModel, body: bytes) -> bytes | None:
    """Give a reply in the form in which its model reads it; ``None`` where botocore is to parse it.

    Args:
        operation: the operation.
        body: what came with a status of success. What is no JSON is given back as it is, for its
            reader to say so.
    """
    form, shape = _form(operation), operation.output_shape
    if shape is None or not form.plain:
        return None
    if not form.renamed or is_huge(body):
        return body
    try:
        value: object = from_json(body)
    except ValueError:
        return body
    return to_json(_named(shape, value))


def is_document(operation: OperationModel, body: bytes) -> bool:
    """Tell whether a reply can be a message of the operation's protocol at all.

    botocore's parsers make an empty structure of a proxy's page, or of nothing. Where silence means
    success, that would be success out of garbage.

    Args:
        operation: the operation.
        body: what came with a status of success.
    """
    shape, protocol = operation.output_shape, protocol_of(operation)
    if shape is None or "payload" in shape.serialization:
        return True
    if speaks_json(operation):
        try:
            return isinstance(from_json(body), dict)
        except ValueError:
            return False
    if "cbor" in protocol:
        return bool(body) and body[0] in _CBOR_MAP
    root = _ROOT.match(body)
    return root is not None and root[1].lower() != b"html"


def _named(shape: Shape, value: object) -> object:
    if isinstance(value, list):
        elements = element_shapes(shape)
        listed = cast("list[object]", value)
        return [_named(elements[-1], element) for element in listed] if elements else listed
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, object]", value)
    if shape.type_name == "map":
        values = element_shapes(shape)[-1]
        return {key: _named(values, part) for key, part in given.items()}
    members = member_shapes(shape)
    names = _names(shape)
    plain = {key: part for key, part in given.items() if key not in names}
    return plain | {
        names[key]: _named(members[names[key]], part) for key, part in given.items() if key in names
    }
