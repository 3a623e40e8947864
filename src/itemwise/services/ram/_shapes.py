# Generated from botocore 1.43.117; do not edit: see codegen/overlays/ram.toml.
"""Shapes that several operations of RAM have in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    ResponseShape,
    Timestamp,
    wire,
)

__all__ = [
    "ResourceShareAssociation",
    "ResourceShareAssociationStatus",
    "ResourceShareAssociationType",
    "SharedEntity",
]


class ResourceShareAssociationType(StrEnum):
    """What part an entity has in a resource share."""

    PRINCIPAL = "PRINCIPAL"
    """Resources are shared with it."""

    RESOURCE = "RESOURCE"
    """It is shared."""

    SOURCE = "SOURCE"
    """It is a source that the share's service principals are constrained to."""


class ResourceShareAssociationStatus(StrEnum):
    """Where an entity stands with a resource share."""

    ASSOCIATING = "ASSOCIATING"
    """It is being added."""

    ASSOCIATED = "ASSOCIATED"
    """It is part of the share."""

    FAILED = "FAILED"
    """The latest change of its part has failed."""

    DISASSOCIATING = "DISASSOCIATING"
    """It is being removed."""

    DISASSOCIATED = "DISASSOCIATED"
    """It is no part of the share any more."""

    SUSPENDED = "SUSPENDED"
    """Its part is suspended."""

    SUSPENDING = "SUSPENDING"
    """Its part is being suspended."""

    RESTORING = "RESTORING"
    """Its part is coming back after a suspension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedEntity:
    """One item: an entity and which list it stands in. A string in two lists is two items.

    Attributes:
        association_type: which of the lists it stands in.
        entity: the string that stands there.
    """

    association_type: ResourceShareAssociationType
    entity: str

    def __str__(self) -> str:
        return self.entity


class ResourceShareAssociation(ResponseShape):
    """Where one entity stands with the resource share."""

    resource_share_arn: Annotated[str | None, wire("resourceShareArn")] = None
    """The ARN of the resource share."""

    resource_share_name: Annotated[str | None, wire("resourceShareName")] = None
    """The name of the resource share."""

    associated_entity: Annotated[str | None, wire("associatedEntity")] = None
    """The entity, as it was sent."""

    association_type: Annotated[
        ResourceShareAssociationType | str | None, OPEN_ENUM, wire("associationType")
    ] = None
    """What part the entity has in the share."""

    status: Annotated[ResourceShareAssociationStatus | str | None, OPEN_ENUM, wire("status")] = None
    """How far the change has come. After ``ASSOCIATING`` or ``DISASSOCIATING`` the service goes on
    with it."""

    status_message: Annotated[str | None, wire("statusMessage")] = None
    """More about the status, for people to read."""

    creation_time: Annotated[Timestamp | None, wire("creationTime")] = None
    """When the entity was added."""

    last_updated_time: Annotated[Timestamp | None, wire("lastUpdatedTime")] = None
    """When its status last changed."""

    external: Annotated[bool | None, wire("external")] = None
    """By its name, whether a principal is of another organization; its model says: of the same."""
