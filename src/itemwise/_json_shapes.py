"""What both directions ask of botocore's models before pydantic reads or writes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

__all__ = ["element_shapes", "member_shapes", "speaks_json"]

_JSON_PROTOCOLS = frozenset({"json", "rest-json"})


def speaks_json(operation: OperationModel) -> bool:
    """Tell whether the operation's messages are JSON."""
    service = operation.service_model
    # One service can know several protocols, and newer botocores choose among them.
    return getattr(service, "resolved_protocol", service.protocol) in _JSON_PROTOCOLS


def member_shapes(shape: Shape) -> Mapping[str, Shape]:
    """Give the members of a structure; of anything else none."""
    members: Mapping[str, Shape] = getattr(shape, "members", {})
    return members


def element_shapes(shape: Shape) -> list[Shape]:
    """Give what a list or a map holds; of anything else nothing."""
    return [getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)]
