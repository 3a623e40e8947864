"""The operations that the server knows by itself. The one room that names services."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["SERVED_OPERATIONS"]


def _share_entries(status: str, message: str | None) -> EntryList:
    return EntryList(
        member="resourceShareAssociations",
        names=(("associatedEntity", ""),),
        label="associationType",
        message=message,
        fixed=(("status", status), ("external", False)),
        shared=(("resourceShareArn", "resourceShareArn"),),
        timestamps=("creationTime", "lastUpdatedTime"),
    )


SERVED_OPERATIONS: Final[tuple[ServedOperation, ...]] = (
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
        service="inspector2",
        operation="BatchDisassociateCodeSecurityScanConfiguration",
        items=(
            ItemList(
                member="disassociateConfigurationRequests",
                key=("scanConfigurationArn", "resource"),
            ),
        ),
        limit=25,
        failures=EntryList(
            member="failedAssociations",
            names=(
                ("scanConfigurationArn", "scanConfigurationArn"),
                ("resource", "resource"),
            ),
            code="statusCode",
            message="statusMessage",
        ),
        successes=EntryList(
            member="successfulAssociations",
            names=(
                ("scanConfigurationArn", "scanConfigurationArn"),
                ("resource", "resource"),
            ),
        ),
        item_code="RESOURCE_NOT_FOUND",
        item_message="The scan configuration is not associated.",
    ),
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
        service="ram",
        operation="DisassociateResourceShare",
        items=(
            ItemList(member="principals", label="PRINCIPAL"),
            ItemList(member="resourceArns", label="RESOURCE"),
            ItemList(member="sources", label="SOURCE"),
        ),
        limit=100,
        failures=_share_entries("FAILED", "statusMessage"),
        successes=_share_entries("DISASSOCIATING", None),
        echo=("clientToken",),
        validation_error="InvalidParameterException",
        item_message="The entity is not associated.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
)
"""One row per operation. `LocalAWS` takes further rows, and a later row replaces an earlier one."""
