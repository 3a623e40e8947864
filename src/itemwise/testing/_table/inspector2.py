# Generated from botocore 1.43.117; do not edit: see codegen/overlays/inspector2.toml.
"""What LocalAWS serves of Inspector."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="inspector2",
        operation="BatchDisassociateCodeSecurityScanConfiguration",
        items=(
            ItemList(
                member="disassociateConfigurationRequests", key=("scanConfigurationArn", "resource")
            ),
        ),
        limit=25,
        failures=EntryList(
            member="failedAssociations",
            names=(("scanConfigurationArn", "scanConfigurationArn"), ("resource", "resource")),
            code="statusCode",
            message="statusMessage",
        ),
        successes=EntryList(
            member="successfulAssociations",
            names=(("scanConfigurationArn", "scanConfigurationArn"), ("resource", "resource")),
        ),
        item_code="RESOURCE_NOT_FOUND",
        item_message="The scan configuration is not associated.",
    ),
    ServedOperation(
        service="inspector2",
        operation="BatchAssociateCodeSecurityScanConfiguration",
        items=(
            ItemList(
                member="associateConfigurationRequests", key=("scanConfigurationArn", "resource")
            ),
        ),
        limit=25,
        failures=EntryList(
            member="failedAssociations",
            names=(("scanConfigurationArn", "scanConfigurationArn"), ("resource", "resource")),
            code="statusCode",
            message="statusMessage",
        ),
        successes=EntryList(
            member="successfulAssociations",
            names=(("scanConfigurationArn", "scanConfigurationArn"), ("resource", "resource")),
        ),
        item_code="RESOURCE_NOT_FOUND",
        item_message="The scan configuration was not found.",
    ),
)
