# Generated from botocore 1.43.117; do not edit: see codegen/overlays/iotsitewise.toml.
"""What LocalAWS serves of SiteWise."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="iotsitewise",
        operation="BatchAssociateDataSegmentsToDataset",
        items=(
            ItemList(
                member="associateDataSegmentEntries",
                key=("sourceDatasetId", "timeSeriesId", "startTimestamp", "endTimestamp"),
            ),
        ),
        limit=100,
        failures=EntryList(
            member="failedAssociations",
            names=(
                ("sourceDatasetId", "sourceDatasetId"),
                ("timeSeriesId", "timeSeriesId"),
                ("startTimestamp", "startTimestamp"),
                ("endTimestamp", "endTimestamp"),
            ),
            code="errorCode",
            message="errorMessage",
        ),
        echo=("datasetId",),
        validation_error="InvalidRequestException",
        item_code="RESOURCE_NOT_FOUND",
        item_message="The time series was not found.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
    ServedOperation(
        service="iotsitewise",
        operation="BatchDisassociateDataSegmentsFromDataset",
        items=(
            ItemList(
                member="disassociateDataSegmentEntries",
                key=("sourceDatasetId", "timeSeriesId", "startTimestamp", "endTimestamp"),
            ),
        ),
        limit=100,
        failures=EntryList(
            member="failedDisassociations",
            names=(
                ("sourceDatasetId", "sourceDatasetId"),
                ("timeSeriesId", "timeSeriesId"),
                ("startTimestamp", "startTimestamp"),
                ("endTimestamp", "endTimestamp"),
            ),
            code="errorCode",
            message="errorMessage",
        ),
        echo=("datasetId",),
        validation_error="InvalidRequestException",
        item_code="RESOURCE_NOT_FOUND",
        item_message="The data segment is not in the data set.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
    ServedOperation(
        service="iotsitewise",
        operation="BatchAssociateProjectAssets",
        items=(ItemList(member="assetIds"),),
        limit=100,
        failures=EntryList(
            member="errors", names=(("assetId", ""),), code="code", message="message"
        ),
        validation_error="InvalidRequestException",
        item_code="INTERNAL_FAILURE",
        item_message="The asset could not be associated.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
    ServedOperation(
        service="iotsitewise",
        operation="BatchDisassociateProjectAssets",
        items=(ItemList(member="assetIds"),),
        limit=100,
        failures=EntryList(
            member="errors", names=(("assetId", ""),), code="code", message="message"
        ),
        validation_error="InvalidRequestException",
        item_code="INTERNAL_FAILURE",
        item_message="The asset could not be disassociated.",
        client_token="clientToken",  # noqa: S106 - no secret
    ),
)
