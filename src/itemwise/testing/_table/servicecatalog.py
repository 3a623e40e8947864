# Generated from botocore 1.43.117; do not edit: see codegen/overlays/servicecatalog.toml.
"""What LocalAWS serves of Service Catalog."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="servicecatalog",
        operation="BatchAssociateServiceActionWithProvisioningArtifact",
        items=(
            ItemList(
                member="ServiceActionAssociations",
                key=("ServiceActionId", "ProductId", "ProvisioningArtifactId"),
            ),
        ),
        limit=50,
        failures=EntryList(
            member="FailedServiceActionAssociations",
            names=(
                ("ServiceActionId", "ServiceActionId"),
                ("ProductId", "ProductId"),
                ("ProvisioningArtifactId", "ProvisioningArtifactId"),
            ),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="InvalidParametersException",
        item_code="RESOURCE_NOT_FOUND",
        item_message="The self-service action was not found.",
    ),
    ServedOperation(
        service="servicecatalog",
        operation="BatchDisassociateServiceActionFromProvisioningArtifact",
        items=(
            ItemList(
                member="ServiceActionAssociations",
                key=("ServiceActionId", "ProductId", "ProvisioningArtifactId"),
            ),
        ),
        limit=50,
        failures=EntryList(
            member="FailedServiceActionAssociations",
            names=(
                ("ServiceActionId", "ServiceActionId"),
                ("ProductId", "ProductId"),
                ("ProvisioningArtifactId", "ProvisioningArtifactId"),
            ),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="InvalidParametersException",
        item_code="RESOURCE_NOT_FOUND",
        item_message="The self-service action was not found.",
    ),
)
