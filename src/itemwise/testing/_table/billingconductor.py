# Generated from botocore 1.43.117; do not edit: see codegen/overlays/billingconductor.toml.
"""What LocalAWS serves of Billing Conductor."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="billingconductor",
        operation="BatchAssociateResourcesToCustomLineItem",
        items=(ItemList(member="ResourceArns"),),
        limit=30,
        failures=EntryList(
            member="FailedAssociatedResources",
            names=(("Arn", ""),),
            code="Error.Reason",
            message="Error.Message",
        ),
        successes=EntryList(member="SuccessfullyAssociatedResources", names=(("Arn", ""),)),
        item_code="INVALID_ARN",
        item_message="The ARN is not valid.",
    ),
    ServedOperation(
        service="billingconductor",
        operation="BatchDisassociateResourcesFromCustomLineItem",
        items=(ItemList(member="ResourceArns"),),
        limit=30,
        failures=EntryList(
            member="FailedDisassociatedResources",
            names=(("Arn", ""),),
            code="Error.Reason",
            message="Error.Message",
        ),
        successes=EntryList(member="SuccessfullyDisassociatedResources", names=(("Arn", ""),)),
        item_code="INVALID_ARN",
        item_message="The ARN is not valid.",
    ),
)
