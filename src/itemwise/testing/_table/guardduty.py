# Generated from botocore 1.43.117; do not edit: see codegen/overlays/guardduty.toml.
"""What LocalAWS serves of GuardDuty."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="guardduty",
        operation="DisassociateMembers",
        items=(ItemList(member="AccountIds"),),
        limit=50,
        failures=EntryList(
            member="UnprocessedAccounts", names=(("AccountId", ""),), message="Result"
        ),
        validation_error="BadRequestException",
        item_message="The account is not a member.",
    ),
)
