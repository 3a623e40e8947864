# Generated from botocore 1.43.117; do not edit: see codegen/overlays/connect.toml.
"""What LocalAWS serves of Connect."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="connect",
        operation="DisassociateWorkspace",
        items=(ItemList(member="ResourceArns"),),
        limit=25,
        failures=EntryList(
            member="FailedList",
            names=(("ResourceArn", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        successes=EntryList(member="SuccessfulList", names=(("ResourceArn", ""),)),
        validation_error="InvalidParameterException",
        item_code="404",
        item_message="The resource is not associated with the workspace.",
    ),
    ServedOperation(
        service="connect",
        operation="AssociateWorkspace",
        items=(ItemList(member="ResourceArns"),),
        limit=25,
        failures=EntryList(
            member="FailedList",
            names=(("ResourceArn", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        successes=EntryList(member="SuccessfulList", names=(("ResourceArn", ""),)),
        validation_error="InvalidParameterException",
        item_code="404",
        item_message="The resource was not found.",
    ),
)
