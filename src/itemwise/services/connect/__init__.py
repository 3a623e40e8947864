# Generated from botocore 1.43.117; do not edit: see codegen/overlays/connect.toml.
"""Amazon Connect."""

from itemwise.services.connect._associate_workspace import (
    AssociateWorkspaceRequest,
    AssociateWorkspaceResponse,
    associate_workspace,
)
from itemwise.services.connect._disassociate_workspace import (
    DisassociateWorkspaceRequest,
    DisassociateWorkspaceResponse,
    disassociate_workspace,
)
from itemwise.services.connect._shapes import (
    FailedBatchAssociationSummary,
    SuccessfulBatchAssociationSummary,
)

__all__ = [
    "AssociateWorkspaceRequest",
    "AssociateWorkspaceResponse",
    "DisassociateWorkspaceRequest",
    "DisassociateWorkspaceResponse",
    "FailedBatchAssociationSummary",
    "SuccessfulBatchAssociationSummary",
    "associate_workspace",
    "disassociate_workspace",
]
