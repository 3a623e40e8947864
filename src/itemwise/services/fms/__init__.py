# Generated from botocore 1.43.117; do not edit: see codegen/overlays/fms.toml.
"""AWS Firewall Manager (FMS)."""

from itemwise.services.fms._batch_associate_resource import (
    BatchAssociateResourceRequest,
    BatchAssociateResourceResponse,
    batch_associate_resource,
)
from itemwise.services.fms._batch_disassociate_resource import (
    BatchDisassociateResourceRequest,
    BatchDisassociateResourceResponse,
    batch_disassociate_resource,
)
from itemwise.services.fms._shapes import FailedItem, FailedItemReason

__all__ = [
    "BatchAssociateResourceRequest",
    "BatchAssociateResourceResponse",
    "BatchDisassociateResourceRequest",
    "BatchDisassociateResourceResponse",
    "FailedItem",
    "FailedItemReason",
    "batch_associate_resource",
    "batch_disassociate_resource",
]
