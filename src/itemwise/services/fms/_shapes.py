# Generated from botocore 1.43.117; do not edit: see codegen/overlays/fms.toml.
"""Shapes that several operations of FMS have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    ResponseShape,
    wire,
)

__all__ = ["FailedItem", "FailedItemReason"]


class FailedItemReason(StrEnum):
    """Why a resource could not be put into the set or taken out. All are final."""

    NOT_VALID_ARN = "NOT_VALID_ARN"
    """What was sent is no ARN."""

    NOT_VALID_PARTITION = "NOT_VALID_PARTITION"
    """The ARN's partition, such as ``aws`` or ``aws-cn``, is not accepted."""

    NOT_VALID_REGION = "NOT_VALID_REGION"
    """The ARN's region is not accepted."""

    NOT_VALID_SERVICE = "NOT_VALID_SERVICE"
    """The ARN's service is not accepted."""

    NOT_VALID_RESOURCE_TYPE = "NOT_VALID_RESOURCE_TYPE"
    """The resource's type is not accepted."""

    NOT_VALID_ACCOUNT_ID = "NOT_VALID_ACCOUNT_ID"
    """The ARN's account is not accepted."""


class FailedItem(ResponseShape):
    """A resource that was not put into the set or stayed in it, and why."""

    uri: Annotated[str | None, wire("URI")] = None
    """The ARN of the resource, as it was sent."""

    reason: Annotated[FailedItemReason | str | None, OPEN_ENUM, wire("Reason")] = None
    """Why it failed."""
