# Generated from botocore 1.43.117; do not edit: see codegen/overlays/servicecatalog.toml.
"""Shapes that several operations of Service Catalog have in common."""

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

__all__ = [
    "FailedServiceActionAssociation",
    "ServiceActionAssociation",
    "ServiceActionAssociationErrorCode",
]

Id = Annotated[str, length(1, 100)]


class ServiceActionAssociationErrorCode(StrEnum):
    """Why an association failed. Throttling and faults of the service can pass."""

    DUPLICATE_RESOURCE = "DUPLICATE_RESOURCE"
    INTERNAL_FAILURE = "INTERNAL_FAILURE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    THROTTLING = "THROTTLING"
    INVALID_PARAMETER = "INVALID_PARAMETER"


class ServiceActionAssociation(RequestShape):
    """One item: a self-service action, a product, and a version of the product."""

    service_action_id: Annotated[Id, wire("ServiceActionId")]
    """The self-service action identifier."""

    product_id: Annotated[Id, wire("ProductId")]
    """The product identifier."""

    provisioning_artifact_id: Annotated[Id, wire("ProvisioningArtifactId")]
    """The identifier of the provisioning artifact."""


class FailedServiceActionAssociation(ResponseShape):
    """An association for which the call changed nothing, and why."""

    service_action_id: Annotated[str | None, wire("ServiceActionId")] = None
    """The self-service action identifier."""

    product_id: Annotated[str | None, wire("ProductId")] = None
    """The product identifier."""

    provisioning_artifact_id: Annotated[str | None, wire("ProvisioningArtifactId")] = None
    """The identifier of the provisioning artifact."""

    error_code: Annotated[
        ServiceActionAssociationErrorCode | str | None, OPEN_ENUM, wire("ErrorCode")
    ] = None
    """Why it failed."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """A text description of the error."""
