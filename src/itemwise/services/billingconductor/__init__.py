# Generated from botocore 1.43.117; do not edit: see codegen/overlays/billingconductor.toml.
"""AWS Billing Conductor."""

from itemwise.services.billingconductor._batch_associate_resources_to_custom_line_item import (
    AssociateResourceResponseElement,
    BatchAssociateResourcesToCustomLineItemRequest,
    BatchAssociateResourcesToCustomLineItemResponse,
    batch_associate_resources_to_custom_line_item,
)
from itemwise.services.billingconductor._batch_disassociate_resources_from_custom_line_item import (
    BatchDisassociateResourcesFromCustomLineItemRequest,
    BatchDisassociateResourcesFromCustomLineItemResponse,
    DisassociateResourceResponseElement,
    batch_disassociate_resources_from_custom_line_item,
)
from itemwise.services.billingconductor._shapes import (
    AssociateResourceError,
    AssociateResourceErrorReason,
    CustomLineItemBillingPeriodRange,
)

__all__ = [
    "AssociateResourceError",
    "AssociateResourceErrorReason",
    "AssociateResourceResponseElement",
    "BatchAssociateResourcesToCustomLineItemRequest",
    "BatchAssociateResourcesToCustomLineItemResponse",
    "BatchDisassociateResourcesFromCustomLineItemRequest",
    "BatchDisassociateResourcesFromCustomLineItemResponse",
    "CustomLineItemBillingPeriodRange",
    "DisassociateResourceResponseElement",
    "batch_associate_resources_to_custom_line_item",
    "batch_disassociate_resources_from_custom_line_item",
]
