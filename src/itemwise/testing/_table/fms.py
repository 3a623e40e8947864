# Generated from botocore 1.43.117; do not edit: see codegen/overlays/fms.toml.
"""What LocalAWS serves of FMS."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="fms",
        operation="BatchDisassociateResource",
        items=(ItemList(member="Items"),),
        limit=100,
        failures=EntryList(member="FailedItems", names=(("URI", ""),), code="Reason"),
        echo=("ResourceSetIdentifier",),
        validation_error="InvalidInputException",
        item_code="NOT_VALID_ARN",
    ),
    ServedOperation(
        service="fms",
        operation="BatchAssociateResource",
        items=(ItemList(member="Items"),),
        limit=100,
        failures=EntryList(member="FailedItems", names=(("URI", ""),), code="Reason"),
        echo=("ResourceSetIdentifier",),
        validation_error="InvalidInputException",
        item_code="NOT_VALID_ARN",
    ),
)
