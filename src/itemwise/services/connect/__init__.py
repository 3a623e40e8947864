"""Amazon Connect."""

from itemwise.services.connect._disassociate_workspace import (
    DisassociateWorkspaceRequest,
    DisassociateWorkspaceResponse,
    FailedBatchAssociationSummary,
    SuccessfulBatchAssociationSummary,
    disassociate_workspace,
)

__all__ = [
    "DisassociateWorkspaceRequest",
    "DisassociateWorkspaceResponse",
    "FailedBatchAssociationSummary",
    "SuccessfulBatchAssociationSummary",
    "disassociate_workspace",
]
