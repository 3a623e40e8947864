# Generated from botocore 1.43.117; do not edit: see codegen/overlays/codecommit.toml.
"""AWS CodeCommit."""

from itemwise.services.codecommit._batch_associate_approval_rule_template_with_repositories import (
    BatchAssociateApprovalRuleTemplateWithRepositoriesError,
    BatchAssociateApprovalRuleTemplateWithRepositoriesRequest,
    BatchAssociateApprovalRuleTemplateWithRepositoriesResponse,
    batch_associate_approval_rule_template_with_repositories,
)
from itemwise.services.codecommit._batch_disassociate_approval_rule_template_from_repositories import (  # noqa: E501 - the name is the operation's
    BatchDisassociateApprovalRuleTemplateFromRepositoriesError,
    BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest,
    BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse,
    batch_disassociate_approval_rule_template_from_repositories,
)

__all__ = [
    "BatchAssociateApprovalRuleTemplateWithRepositoriesError",
    "BatchAssociateApprovalRuleTemplateWithRepositoriesRequest",
    "BatchAssociateApprovalRuleTemplateWithRepositoriesResponse",
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesError",
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest",
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse",
    "batch_associate_approval_rule_template_with_repositories",
    "batch_disassociate_approval_rule_template_from_repositories",
]
