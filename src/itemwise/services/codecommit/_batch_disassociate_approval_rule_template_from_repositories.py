# Generated from botocore 1.43.117; do not edit: see codegen/overlays/codecommit.toml.
"""CodeCommit ``BatchDisassociateApprovalRuleTemplateFromRepositories``.

Take an approval rule template off repositories.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/codecommit-2015-04-13/BatchDisassociateApprovalRuleTemplateFromRepositories
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
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesError",
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest",
    "BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse",
    "batch_disassociate_approval_rule_template_from_repositories",
]

ApprovalRuleTemplateName = Annotated[str, length(1, 100)]

RepositoryName = Annotated[str, length(1, 100)]


class BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest(Request):
    """Which repositories lose which approval rule template."""

    approval_rule_template_name: Annotated[
        ApprovalRuleTemplateName, wire("approvalRuleTemplateName")
    ]
    """The name of the template that you want to disassociate from one or more repositories."""

    repository_names: Annotated[RequestList[RepositoryName], wire("repositoryNames")]
    """The repository names that you want to disassociate from the approval rule template."""


class BatchDisassociateApprovalRuleTemplateFromRepositoriesError(ResponseShape):
    """A repository that kept the template, and why."""

    repository_name: Annotated[str | None, wire("repositoryName")] = None
    """The name of the repository where the association with the template was not able to be
    removed."""

    error_code: Annotated[str | None, wire("errorCode")] = None
    """An error code that specifies whether the repository name was not valid or not found."""

    error_message: Annotated[str | None, wire("errorMessage")] = None
    """An error message that provides details about why the repository name was either not found or
    not valid."""


class BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse(Response):
    """What became of each repository: it is named in one of the two lists."""

    disassociated_repository_names: Annotated[
        ResponseList[str], wire("disassociatedRepositoryNames")
    ] = ()
    """A list of repository names that have had their association with the template removed."""

    errors: Annotated[
        ResponseList[BatchDisassociateApprovalRuleTemplateFromRepositoriesError], wire("errors")
    ] = ()
    """A list of any errors that might have occurred while attempting to remove the association
    between the template and the repositories."""


def _with_items(
    request: BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest, items: Sequence[str]
) -> BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest:
    return request.model_copy(update={"repository_names": tuple(items)})


def _verdicts(
    response: BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse,
) -> Iterable[Verdict[BatchDisassociateApprovalRuleTemplateFromRepositoriesError]]:
    for failed in response.errors:
        yield Verdict(
            key=None if failed.repository_name is None else (failed.repository_name,),
            failed=True,
            entry=failed,
            code=failed.error_code,
            message=failed.error_message,
        )
    for success in response.disassociated_repository_names:
        yield Verdict(key=(success,), failed=False)


batch_disassociate_approval_rule_template_from_repositories: Final[
    Operation[
        BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest,
        BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse,
        str,
        BatchDisassociateApprovalRuleTemplateFromRepositoriesError,
    ]
] = Operation(
    service="codecommit",
    name="BatchDisassociateApprovalRuleTemplateFromRepositories",
    request=BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest,
    response=BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse,
    # MaximumRepositoryNamesExceededException: "The maximum number of allowed repository names was
    # exceeded. Currently, this number is 100."
    max_items=100,
    items=attrgetter("repository_names"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # An entry's code says "whether the repository name was not valid or not found": neither passes.
    retryable_codes=frozenset(),
    # Names that are not valid or not found have entries. The errors of a call speak of the
    # template, which all items share, of the number of names, or of an encryption key, and do not
    # say whose.
    item_error_codes=frozenset(),
    item_fields=("repository_names",),
)
"""Takes an approval rule template off repositories, up to 100 in a call. Items are names of
repositories."""
