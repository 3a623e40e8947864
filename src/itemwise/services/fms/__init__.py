"""AWS Firewall Manager (FMS)."""

from itemwise.services.fms._batch_disassociate_resource import (
    BatchDisassociateResourceRequest,
    BatchDisassociateResourceResponse,
    FailedItem,
    FailedItemReason,
    batch_disassociate_resource,
)

__all__ = [
    "BatchDisassociateResourceRequest",
    "BatchDisassociateResourceResponse",
    "FailedItem",
    "FailedItemReason",
    "batch_disassociate_resource",
]
