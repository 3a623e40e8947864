# Generated from botocore 1.43.117; do not edit: see codegen/overlays/securityagent.toml.
"""Security Agent ``BatchDisassociateFindingIssue``: part findings from their issues.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/securityagent-2025-09-06/BatchDisassociateFindingIssue
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value
from itemwise._shape import (
    OPEN_ENUM,
    Request,
    RequestList,
    Response,
    ResponseList,
    ResponseShape,
    wire,
)

__all__ = [
    "BatchDisassociateFindingIssueError",
    "BatchDisassociateFindingIssueRequest",
    "BatchDisassociateFindingIssueResponse",
    "ErrorCode",
    "batch_disassociate_finding_issue",
]


class ErrorCode(StrEnum):
    """Why a finding failed. Only ``INTERNAL_ERROR`` can pass."""

    CLIENT_ERROR = "CLIENT_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    STOPPED_BY_USER = "STOPPED_BY_USER"


class BatchDisassociateFindingIssueRequest(Request):
    """Which findings of a job are parted from their issues."""

    agent_space_id: Annotated[str, wire("agentSpaceId")]
    """The identifier of the agent space where the job exists."""

    finding_ids: Annotated[RequestList[str], wire("findingIds")]
    """The identifiers of the findings to disassociate from their issues."""

    pentest_job_id: Annotated[str | None, wire("pentestJobId")] = None
    """The identifier of the penetration test job."""

    code_review_job_id: Annotated[str | None, wire("codeReviewJobId")] = None
    """The identifier of the code review job."""


class BatchDisassociateFindingIssueError(ResponseShape):
    """A finding that kept its issue, and why."""

    finding_id: Annotated[str | None, wire("findingId")] = None
    """The identifier of the finding that failed to disassociate."""

    code: Annotated[ErrorCode | str | None, OPEN_ENUM, wire("code")] = None
    """The machine-readable failure category."""

    message: Annotated[str | None, wire("message")] = None
    """A customer-facing explanation of the failure."""


class BatchDisassociateFindingIssueResponse(Response):
    """Which findings kept their issue: one that is not named here has none now."""

    errors: Annotated[ResponseList[BatchDisassociateFindingIssueError], wire("errors")] = ()
    """The findings whose issue could not be disassociated."""


def _with_items(
    request: BatchDisassociateFindingIssueRequest, items: Sequence[str]
) -> BatchDisassociateFindingIssueRequest:
    return request.model_copy(update={"finding_ids": tuple(items)})


def _verdicts(
    response: BatchDisassociateFindingIssueResponse,
) -> Iterable[Verdict[BatchDisassociateFindingIssueError]]:
    for entry in response.errors:
        yield Verdict(
            key=None if entry.finding_id is None else (entry.finding_id,),
            failed=True,
            entry=entry,
            code=entry.code,
            message=entry.message,
        )


batch_disassociate_finding_issue: Final[
    Operation[
        BatchDisassociateFindingIssueRequest,
        BatchDisassociateFindingIssueResponse,
        str,
        BatchDisassociateFindingIssueError,
    ]
] = Operation(
    service="securityagent",
    name="BatchDisassociateFindingIssue",
    request=BatchDisassociateFindingIssueRequest,
    response=BatchDisassociateFindingIssueResponse,
    # Neither the model nor the API page gives a limit.
    max_items=100,
    items=attrgetter("finding_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A finding that has no issue any more stays without.
    idempotent=True,
    # It alone names a fault on the service's side.
    retryable_codes=frozenset({ErrorCode.INTERNAL_ERROR.value}),
    # "The input fails to satisfy the constraints", those of a finding included.
    # ResourceNotFoundException is not here: the agent space and the job, which the request names
    # for all items, can be what is not found.
    item_error_codes=frozenset({"ValidationException"}),
    item_fields=("finding_ids",),
)
"""Parts findings from their issues, up to 100 in a call. Items are ids of findings."""
