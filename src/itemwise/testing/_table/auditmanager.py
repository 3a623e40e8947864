# Generated from botocore 1.43.117; do not edit: see codegen/overlays/auditmanager.toml.
"""What LocalAWS serves of Audit Manager."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="auditmanager",
        operation="BatchAssociateAssessmentReportEvidence",
        items=(ItemList(member="evidenceIds"),),
        limit=50,
        failures=EntryList(
            member="errors", names=(("evidenceId", ""),), code="errorCode", message="errorMessage"
        ),
        successes=EntryList(member="evidenceIds", names=(("", ""),)),
        item_code="404",
        item_message="The evidence was not found.",
    ),
    ServedOperation(
        service="auditmanager",
        operation="BatchDisassociateAssessmentReportEvidence",
        items=(ItemList(member="evidenceIds"),),
        limit=50,
        failures=EntryList(
            member="errors", names=(("evidenceId", ""),), code="errorCode", message="errorMessage"
        ),
        successes=EntryList(member="evidenceIds", names=(("", ""),)),
        item_code="404",
        item_message="The evidence is not in the report.",
    ),
)
