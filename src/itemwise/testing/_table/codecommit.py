# Generated from botocore 1.43.117; do not edit: see codegen/overlays/codecommit.toml.
"""What LocalAWS serves of CodeCommit."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="codecommit",
        operation="BatchAssociateApprovalRuleTemplateWithRepositories",
        items=(ItemList(member="repositoryNames"),),
        limit=100,
        failures=EntryList(
            member="errors",
            names=(("repositoryName", ""),),
            code="errorCode",
            message="errorMessage",
        ),
        successes=EntryList(member="associatedRepositoryNames", names=(("", ""),)),
        validation_error="MaximumRepositoryNamesExceededException",
        item_code="RepositoryDoesNotExistException",
        item_message="The repository was not found.",
    ),
    ServedOperation(
        service="codecommit",
        operation="BatchDisassociateApprovalRuleTemplateFromRepositories",
        items=(ItemList(member="repositoryNames"),),
        limit=100,
        failures=EntryList(
            member="errors",
            names=(("repositoryName", ""),),
            code="errorCode",
            message="errorMessage",
        ),
        successes=EntryList(member="disassociatedRepositoryNames", names=(("", ""),)),
        validation_error="MaximumRepositoryNamesExceededException",
        item_code="RepositoryDoesNotExistException",
        item_message="The repository was not found.",
    ),
)
