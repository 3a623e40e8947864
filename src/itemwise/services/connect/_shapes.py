# Generated from botocore 1.43.117; do not edit: see codegen/overlays/connect.toml.
"""Shapes that several operations of Connect have in common."""

from __future__ import annotations

from typing import Annotated

from itemwise._shape import (
    ResponseShape,
    wire,
)

__all__ = ["FailedBatchAssociationSummary", "SuccessfulBatchAssociationSummary"]


class SuccessfulBatchAssociationSummary(ResponseShape):
    """A user or routing profile that was put on the workspace or taken off it."""

    resource_arn: Annotated[str | None, wire("ResourceArn")] = None
    """The ARN, as it was sent."""


class FailedBatchAssociationSummary(ResponseShape):
    """A user or routing profile for which the call changed nothing, and why."""

    resource_arn: Annotated[str | None, wire("ResourceArn")] = None
    """The ARN, as it was sent."""

    error_code: Annotated[str | None, wire("ErrorCode")] = None
    """Why it failed, in the form of an HTTP status: three digits, from ``"100"`` to ``"599"``."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """The same for people to read, 1 to 256 characters."""
