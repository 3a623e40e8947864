# Generated from botocore 1.43.117; do not edit: see codegen/overlays/ram.toml.
"""AWS Resource Access Manager (RAM)."""

from itemwise.services.ram._associate_resource_share import (
    AssociateResourceShareRequest,
    AssociateResourceShareResponse,
    associate_resource_share,
)
from itemwise.services.ram._disassociate_resource_share import (
    DisassociateResourceShareRequest,
    DisassociateResourceShareResponse,
    disassociate_resource_share,
)
from itemwise.services.ram._shapes import (
    ResourceShareAssociation,
    ResourceShareAssociationStatus,
    ResourceShareAssociationType,
    SharedEntity,
)

__all__ = [
    "AssociateResourceShareRequest",
    "AssociateResourceShareResponse",
    "DisassociateResourceShareRequest",
    "DisassociateResourceShareResponse",
    "ResourceShareAssociation",
    "ResourceShareAssociationStatus",
    "ResourceShareAssociationType",
    "SharedEntity",
    "associate_resource_share",
    "disassociate_resource_share",
]
