# Generated from botocore 1.43.117; do not edit: see codegen/overlays/auditmanager.toml.
"""Audit Manager ``BatchDisassociateAssessmentReportEvidence``.

Take evidence out of an assessment report.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/auditmanager-2017-07-25/BatchDisassociateAssessmentReportEvidence
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
    length,
    wire,
)
from itemwise.services.auditmanager._shapes import AssessmentReportEvidenceError

__all__ = [
    "BatchDisassociateAssessmentReportEvidenceRequest",
    "BatchDisassociateAssessmentReportEvidenceResponse",
    "batch_disassociate_assessment_report_evidence",
]

UUID = Annotated[str, length(36, 36)]


class BatchDisassociateAssessmentReportEvidenceRequest(Request):
    """What ``BatchDisassociateAssessmentReportEvidence`` is asked."""

    assessment_id: Annotated[UUID, wire("assessmentId")]
    """The identifier for the assessment."""

    evidence_folder_id: Annotated[UUID, wire("evidenceFolderId")]
    """The identifier for the folder that the evidence is stored in."""

    evidence_ids: Annotated[RequestList[UUID], wire("evidenceIds")]
    """The list of evidence identifiers."""


class BatchDisassociateAssessmentReportEvidenceResponse(Response):
    """What became of each piece of evidence: it is named in one of the two lists."""

    evidence_ids: Annotated[ResponseList[str], wire("evidenceIds")] = ()
    """The evidence that is no longer in the report."""

    errors: Annotated[ResponseList[AssessmentReportEvidenceError], wire("errors")] = ()
    """A list of errors that the ``BatchDisassociateAssessmentReportEvidence`` API returned."""


def _with_items(
    request: BatchDisassociateAssessmentReportEvidenceRequest, items: Sequence[str]
) -> BatchDisassociateAssessmentReportEvidenceRequest:
    return request.model_copy(update={"evidence_ids": tuple(items)})


def _verdicts(
    response: BatchDisassociateAssessmentReportEvidenceResponse,
) -> Iterable[Verdict[AssessmentReportEvidenceError]]:
    for failed in response.errors:
        yield Verdict(
            key=None if failed.evidence_id is None else (failed.evidence_id,),
            failed=True,
            entry=failed,
            code=failed.error_code,
            message=failed.error_message,
        )
    for success in response.evidence_ids:
        yield Verdict(key=(success,), failed=False)


batch_disassociate_assessment_report_evidence: Final[
    Operation[
        BatchDisassociateAssessmentReportEvidenceRequest,
        BatchDisassociateAssessmentReportEvidenceResponse,
        str,
        AssessmentReportEvidenceError,
    ]
] = Operation(
    service="auditmanager",
    name="BatchDisassociateAssessmentReportEvidence",
    request=BatchDisassociateAssessmentReportEvidenceRequest,
    response=BatchDisassociateAssessmentReportEvidenceResponse,
    max_items=50,
    items=attrgetter("evidence_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # The model gives an entry's code the form of an HTTP status, three digits: throttling and
    # faults of the server can pass.
    retryable_codes=frozenset({"429", "500", "502", "503", "504"}),
    # "The request has invalid or missing parameters", those of an item included.
    # ResourceNotFoundException is not here: the assessment and the folder, which the request names
    # for all items, can be what is not found.
    item_error_codes=frozenset({"ValidationException"}),
    item_fields=("evidence_ids",),
)
"""Takes evidence out of an assessment report, up to 50 in a call. Items are ids of evidence."""
