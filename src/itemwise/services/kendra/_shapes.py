# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""Shapes that several operations of Kendra have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    RequestShape,
    ResponseShape,
    length,
    wire,
)

__all__ = ["EntityConfiguration", "EntityType", "FailedEntity"]

EntityId = Annotated[str, length(1, 47)]


class EntityType(StrEnum):
    """What an entity is."""

    USER = "USER"
    GROUP = "GROUP"


class EntityConfiguration(RequestShape):
    """One item: a user or a group."""

    entity_id: Annotated[EntityId, wire("EntityId")]
    """The identifier of a user or group in your IAM Identity Center identity source."""

    entity_type: Annotated[EntityType | str, OPEN_ENUM, wire("EntityType")]
    """Specifies whether you are configuring a ``User`` or a ``Group``."""


class FailedEntity(ResponseShape):
    """A user or group for which the call changed nothing, and why."""

    entity_id: Annotated[str | None, wire("EntityId")] = None
    """The id, as it was sent."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """Why it failed, for people to read."""
