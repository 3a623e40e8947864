# Generated from botocore 1.43.117; do not edit: see codegen/overlays/iotsitewise.toml.
"""AWS IoT SiteWise."""

from itemwise.services.iotsitewise._batch_associate_data_segments_to_dataset import (
    AssociateDataSegmentEntry,
    BatchAssociateDataSegmentsToDatasetRequest,
    BatchAssociateDataSegmentsToDatasetResponse,
    FailedDataSegmentAssociation,
    batch_associate_data_segments_to_dataset,
)
from itemwise.services.iotsitewise._batch_associate_project_assets import (
    BatchAssociateProjectAssetsRequest,
    BatchAssociateProjectAssetsResponse,
    batch_associate_project_assets,
)
from itemwise.services.iotsitewise._batch_disassociate_data_segments_from_dataset import (
    BatchDisassociateDataSegmentsFromDatasetRequest,
    BatchDisassociateDataSegmentsFromDatasetResponse,
    DisassociateDataSegmentEntry,
    FailedDataSegmentDisassociation,
    batch_disassociate_data_segments_from_dataset,
)
from itemwise.services.iotsitewise._batch_disassociate_project_assets import (
    BatchDisassociateProjectAssetsRequest,
    BatchDisassociateProjectAssetsResponse,
    batch_disassociate_project_assets,
)
from itemwise.services.iotsitewise._shapes import (
    AssetErrorCode,
    AssetErrorDetails,
    DataSegmentErrorCode,
    TimeInNanos,
    TimeInNanosOutput,
)

__all__ = [
    "AssetErrorCode",
    "AssetErrorDetails",
    "AssociateDataSegmentEntry",
    "BatchAssociateDataSegmentsToDatasetRequest",
    "BatchAssociateDataSegmentsToDatasetResponse",
    "BatchAssociateProjectAssetsRequest",
    "BatchAssociateProjectAssetsResponse",
    "BatchDisassociateDataSegmentsFromDatasetRequest",
    "BatchDisassociateDataSegmentsFromDatasetResponse",
    "BatchDisassociateProjectAssetsRequest",
    "BatchDisassociateProjectAssetsResponse",
    "DataSegmentErrorCode",
    "DisassociateDataSegmentEntry",
    "FailedDataSegmentAssociation",
    "FailedDataSegmentDisassociation",
    "TimeInNanos",
    "TimeInNanosOutput",
    "batch_associate_data_segments_to_dataset",
    "batch_associate_project_assets",
    "batch_disassociate_data_segments_from_dataset",
    "batch_disassociate_project_assets",
]
