# Generated from botocore 1.43.117; do not edit: see codegen/overlays/appstream.toml.
"""What LocalAWS serves of AppStream."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="appstream",
        operation="BatchAssociateUserStack",
        items=(
            ItemList(
                member="UserStackAssociations", key=("StackName", "UserName", "AuthenticationType")
            ),
        ),
        limit=25,
        failures=EntryList(
            member="errors",
            names=(("UserStackAssociation", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="InvalidParameterCombinationException",
        item_code="STACK_NOT_FOUND",
        item_message="The stack was not found.",
    ),
    ServedOperation(
        service="appstream",
        operation="BatchDisassociateUserStack",
        items=(
            ItemList(
                member="UserStackAssociations", key=("StackName", "UserName", "AuthenticationType")
            ),
        ),
        limit=25,
        failures=EntryList(
            member="errors",
            names=(("UserStackAssociation", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="InvalidParameterCombinationException",
        item_code="STACK_NOT_FOUND",
        item_message="The user is not assigned to the stack.",
    ),
)
