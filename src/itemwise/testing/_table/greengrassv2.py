# Generated from botocore 1.43.117; do not edit: see codegen/overlays/greengrassv2.toml.
"""What LocalAWS serves of Greengrass."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="greengrassv2",
        operation="BatchDisassociateClientDeviceFromCoreDevice",
        items=(ItemList(member="entries", key=("thingName",)),),
        limit=100,
        failures=EntryList(
            member="errorEntries",
            names=(("thingName", "thingName"),),
            code="code",
            message="message",
        ),
        item_message="The client device is not associated.",
    ),
    ServedOperation(
        service="greengrassv2",
        operation="BatchAssociateClientDeviceWithCoreDevice",
        items=(ItemList(member="entries", key=("thingName",)),),
        limit=100,
        failures=EntryList(
            member="errorEntries",
            names=(("thingName", "thingName"),),
            code="code",
            message="message",
        ),
        item_message="The client device was not found.",
    ),
)
