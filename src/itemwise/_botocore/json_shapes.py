"""What both directions ask of botocore's models before pydantic reads or writes in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

__all__ = ["element_shapes", "member_shapes", "protocol_of", "speaks_json", "within"]

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


def within(shape: Shape) -> Iterator[Shape]:
    """Give a shape and all that it is made of, each once."""
    seen, found = set[str](), [shape]
    while found:
        part = found.pop()
        if part.name not in seen:
            seen.add(part.name)
            yield part
            found += [*member_shapes(part).values(), *element_shapes(part)]
