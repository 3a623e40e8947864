# Generated from botocore 1.43.117; do not edit: see codegen/overlays/inspector2.toml.
"""Shapes that several operations of Inspector have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    RequestUnion,
    ResponseShape,
    ResponseUnion,
    wire,
)

__all__ = [
    "AssociationResultStatusCode",
    "CodeSecurityResource",
    "CodeSecurityResourceOutput",
    "FailedAssociationResult",
    "SuccessfulAssociationResult",
]


class AssociationResultStatusCode(StrEnum):
    """Why a pair could not be made or taken apart. Only ``INTERNAL_ERROR`` can pass."""

    INTERNAL_ERROR = "INTERNAL_ERROR"
    """A fault on Inspector's side."""

    ACCESS_DENIED = "ACCESS_DENIED"
    """The caller may not do this to the configuration or the project."""

    SCAN_CONFIGURATION_NOT_FOUND = "SCAN_CONFIGURATION_NOT_FOUND"
    """There is no such scan configuration."""

    INVALID_INPUT = "INVALID_INPUT"
    """The item itself is wrong."""

    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    """There is no such project."""

    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    """A quota of the account is used up."""


class CodeSecurityResource(RequestUnion):
    """What a scan configuration applies to: exactly one member is set, and there is one as yet."""

    project_id: Annotated[str | None, wire("projectId")] = None
    """The id of a project in a code repository: ``project-`` and a lower-case UUID."""


class CodeSecurityResourceOutput(ResponseUnion):
    """`CodeSecurityResource` as it comes back; a later member is told by `unknown_member`."""

    project_id: Annotated[str | None, wire("projectId")] = None
    """The id of a project in a code repository."""


class FailedAssociationResult(ResponseShape):
    """A pair that could not be made or taken apart, and why."""

    scan_configuration_arn: Annotated[str | None, wire("scanConfigurationArn")] = None
    """The ARN of the scan configuration, as it was sent."""

    resource: Annotated[CodeSecurityResourceOutput | None, wire("resource")] = None
    """What it applies to or should apply to, as it was sent."""

    status_code: Annotated[
        AssociationResultStatusCode | str | None, OPEN_ENUM, wire("statusCode")
    ] = None
    """Why the pair failed."""

    status_message: Annotated[str | None, wire("statusMessage")] = None
    """The same for people to read."""


class SuccessfulAssociationResult(ResponseShape):
    """A pair that was made or taken apart."""

    scan_configuration_arn: Annotated[str | None, wire("scanConfigurationArn")] = None
    """The ARN of the scan configuration, as it was sent."""

    resource: Annotated[CodeSecurityResourceOutput | None, wire("resource")] = None
    """What it applies to now, or no longer, as it was sent."""
