"""What both directions ask of botocore's models before pydantic reads or writes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

__all__ = ["element_shapes", "has_renamed", "member_shapes", "protocol_of", "speaks_json"]

_JSON_PROTOCOLS = frozenset({"json", "rest-json"})


def speaks_json(operation: OperationModel) -> bool:
    """Tell whether the operation's messages are JSON."""
    return protocol_of(operation) in _JSON_PROTOCOLS


def protocol_of(operation: OperationModel) -> str:
    """Give botocore's name of the protocol that the operation's messages are in."""
    service = operation.service_model
    # One service can know several protocols, and newer botocores choose among them.
    protocol: str = getattr(service, "resolved_protocol", service.protocol)
    return protocol


def member_shapes(shape: Shape) -> Mapping[str, Shape]:
    """Give the members of a structure; of anything else none."""
    members: Mapping[str, Shape] = getattr(shape, "members", {})
    return members


def element_shapes(shape: Shape) -> list[Shape]:
    """Give what a list or a map holds; of anything else nothing."""
    return [getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)]


def has_renamed(shape: Shape, seen: set[str]) -> bool:
    """Tell whether members travel under other names than botocore gives them.

    Args:
        shape: the message's.
        seen: the names of shapes that were looked at.
    """
    if shape.name in seen:
        return False
    seen.add(shape.name)
    members = member_shapes(shape)
    if any(part.serialization.get("name", name) != name for name, part in members.items()):
        return True
    return any(has_renamed(part, seen) for part in [*members.values(), *element_shapes(shape)])
