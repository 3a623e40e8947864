# Generated from botocore 1.43.117; do not edit: see codegen/overlays/securityagent.toml.
"""AWS Security Agent."""

from itemwise.services.securityagent._batch_disassociate_finding_issue import (
    BatchDisassociateFindingIssueError,
    BatchDisassociateFindingIssueRequest,
    BatchDisassociateFindingIssueResponse,
    ErrorCode,
    batch_disassociate_finding_issue,
)

__all__ = [
    "BatchDisassociateFindingIssueError",
    "BatchDisassociateFindingIssueRequest",
    "BatchDisassociateFindingIssueResponse",
    "ErrorCode",
    "batch_disassociate_finding_issue",
]
