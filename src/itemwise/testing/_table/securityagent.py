# Generated from botocore 1.43.117; do not edit: see codegen/overlays/securityagent.toml.
"""What LocalAWS serves of Security Agent."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="securityagent",
        operation="BatchDisassociateFindingIssue",
        items=(ItemList(member="findingIds"),),
        limit=100,
        failures=EntryList(
            member="errors", names=(("findingId", ""),), code="code", message="message"
        ),
        item_code="CLIENT_ERROR",
        item_message="The finding has no issue.",
    ),
)
