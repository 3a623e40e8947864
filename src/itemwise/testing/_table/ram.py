# Generated from botocore 1.43.117; do not edit: see codegen/overlays/ram.toml.
"""What LocalAWS serves of RAM."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="ram",
        operation="DisassociateResourceShare",
        items=(
            ItemList(member="principals", label="PRINCIPAL"),
            ItemList(member="resourceArns", label="RESOURCE"),
            ItemList(member="sources", label="SOURCE"),
        ),
        limit=100,
        failures=EntryList(
            member="resourceShareAssociations",
            names=(("associatedEntity", ""),),
            label="associationType",
            message="statusMessage",
            fixed=(("status", "FAILED"), ("external", False)),
            shared=(("resourceShareArn", "resourceShareArn"),),
            timestamps=("creationTime", "lastUpdatedTime"),
        ),
        successes=EntryList(
            member="resourceShareAssociations",
            names=(("associatedEntity", ""),),
            label="associationType",
            fixed=(("status", "DISASSOCIATING"), ("external", False)),
            shared=(("resourceShareArn", "resourceShareArn"),),
            timestamps=("creationTime", "lastUpdatedTime"),
        ),
        echo=("clientToken",),
        validation_error="InvalidParameterException",
        item_message="The entity is not associated.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
    ServedOperation(
        service="ram",
        operation="AssociateResourceShare",
        items=(
            ItemList(member="principals", label="PRINCIPAL"),
            ItemList(member="resourceArns", label="RESOURCE"),
            ItemList(member="sources", label="SOURCE"),
        ),
        limit=100,
        failures=EntryList(
            member="resourceShareAssociations",
            names=(("associatedEntity", ""),),
            label="associationType",
            message="statusMessage",
            fixed=(("status", "FAILED"), ("external", False)),
            shared=(("resourceShareArn", "resourceShareArn"),),
            timestamps=("creationTime", "lastUpdatedTime"),
        ),
        successes=EntryList(
            member="resourceShareAssociations",
            names=(("associatedEntity", ""),),
            label="associationType",
            fixed=(("status", "ASSOCIATING"), ("external", False)),
            shared=(("resourceShareArn", "resourceShareArn"),),
            timestamps=("creationTime", "lastUpdatedTime"),
        ),
        echo=("clientToken",),
        validation_error="InvalidParameterException",
        item_message="The entity was not found.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
)
