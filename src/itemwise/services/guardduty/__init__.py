# Generated from botocore 1.43.117; do not edit: see codegen/overlays/guardduty.toml.
"""Amazon GuardDuty."""

from itemwise.services.guardduty._disassociate_members import (
    DisassociateMembersRequest,
    DisassociateMembersResponse,
    UnprocessedAccount,
    disassociate_members,
)

__all__ = [
    "DisassociateMembersRequest",
    "DisassociateMembersResponse",
    "UnprocessedAccount",
    "disassociate_members",
]
