# Generated from botocore 1.43.117; do not edit: see codegen/overlays/codecommit.toml.
"""CodeCommit ``BatchAssociateApprovalRuleTemplateWithRepositories``.

Give repositories an approval rule template.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/codecommit-2015-04-13/BatchAssociateApprovalRuleTemplateWithRepositories
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    ResponseShape,
    length,
    wire,
)

__all__ = [
    "BatchAssociateApprovalRuleTemplateWithRepositoriesError",
    "BatchAssociateApprovalRuleTemplateWithRepositoriesRequest",
    "BatchAssociateApprovalRuleTemplateWithRepositoriesResponse",
    "batch_associate_approval_rule_template_with_repositories",
]

ApprovalRuleTemplateName = Annotated[str, length(1, 100)]

RepositoryName = Annotated[str, length(1, 100)]


class BatchAssociateApprovalRuleTemplateWithRepositoriesRequest(Request):
    """Which repositories get which approval rule template."""

    approval_rule_template_name: Annotated[
        ApprovalRuleTemplateName, wire("approvalRuleTemplateName")
    ]
    """The name of the template you want to associate with one or more repositories."""

    repository_names: Annotated[RequestList[RepositoryName], wire("repositoryNames")]
    """The names of the repositories you want to associate with the template."""


class BatchAssociateApprovalRuleTemplateWithRepositoriesError(ResponseShape):
    """A repository that did not get the template, and why."""

    repository_name: Annotated[str | None, wire("repositoryName")] = None
    """The name of the repository where the association was not made."""

    error_code: Annotated[str | None, wire("errorCode")] = None
    """An error code that specifies whether the repository name was not valid or not found."""

    error_message: Annotated[str | None, wire("errorMessage")] = None
    """An error message that provides details about why the repository name was not found or not
    valid."""


class BatchAssociateApprovalRuleTemplateWithRepositoriesResponse(Response):
    """What became of each repository: it is named in one of the two lists."""

    associated_repository_names: Annotated[
        ResponseList[str], wire("associatedRepositoryNames")
    ] = ()
    """A list of names of the repositories that have been associated with the template."""

    errors: Annotated[
        ResponseList[BatchAssociateApprovalRuleTemplateWithRepositoriesError], wire("errors")
    ] = ()
    """A list of any errors that might have occurred while attempting to create the association
    between the template and the repositories."""


def _with_items(
    request: BatchAssociateApprovalRuleTemplateWithRepositoriesRequest, items: Sequence[str]
) -> BatchAssociateApprovalRuleTemplateWithRepositoriesRequest:
    return request.model_copy(update={"repository_names": tuple(items)})


def _verdicts(
    response: BatchAssociateApprovalRuleTemplateWithRepositoriesResponse,
) -> Iterable[Verdict[BatchAssociateApprovalRuleTemplateWithRepositoriesError]]:
    for failed in response.errors:
        yield Verdict(
            key=None if failed.repository_name is None else (failed.repository_name,),
            failed=True,
            entry=failed,
            code=failed.error_code,
            message=failed.error_message,
        )
    for success in response.associated_repository_names:
        yield Verdict(key=(success,), failed=False)


batch_associate_approval_rule_template_with_repositories: Final[
    Operation[
        BatchAssociateApprovalRuleTemplateWithRepositoriesRequest,
        BatchAssociateApprovalRuleTemplateWithRepositoriesResponse,
        str,
        BatchAssociateApprovalRuleTemplateWithRepositoriesError,
    ]
] = Operation(
    service="codecommit",
    name="BatchAssociateApprovalRuleTemplateWithRepositories",
    request=BatchAssociateApprovalRuleTemplateWithRepositoriesRequest,
    response=BatchAssociateApprovalRuleTemplateWithRepositoriesResponse,
    # MaximumRepositoryNamesExceededException: "The maximum number of allowed repository names was
    # exceeded. Currently, this number is 100."
    max_items=100,
    items=attrgetter("repository_names"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # An association stands once: to ask for it again changes nothing.
    idempotent=True,
    # An entry's code says "whether the repository name was not valid or not found": neither passes.
    retryable_codes=frozenset(),
    # Names that are not valid or not found have entries. The errors of a call speak of the
    # template, which all items share, of the number of names, or of an encryption key, and do not
    # say whose.
    item_error_codes=frozenset(),
    item_fields=("repository_names",),
)
"""Gives repositories an approval rule template, up to 100 in a call. Items are names of
repositories."""
