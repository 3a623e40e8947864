"""AWS Resource Access Manager (RAM)."""

from itemwise.services.ram._disassociate_resource_share import (
    DisassociateResourceShareRequest,
    DisassociateResourceShareResponse,
    ResourceShareAssociation,
    ResourceShareAssociationStatus,
    ResourceShareAssociationType,
    SharedEntity,
    disassociate_resource_share,
)

__all__ = [
    "DisassociateResourceShareRequest",
    "DisassociateResourceShareResponse",
    "ResourceShareAssociation",
    "ResourceShareAssociationStatus",
    "ResourceShareAssociationType",
    "SharedEntity",
    "disassociate_resource_share",
]
