# Generated from botocore 1.43.117; do not edit: see codegen/overlays/auditmanager.toml.
"""AWS Audit Manager."""

from itemwise.services.auditmanager._batch_associate_assessment_report_evidence import (
    BatchAssociateAssessmentReportEvidenceRequest,
    BatchAssociateAssessmentReportEvidenceResponse,
    batch_associate_assessment_report_evidence,
)
from itemwise.services.auditmanager._batch_disassociate_assessment_report_evidence import (
    BatchDisassociateAssessmentReportEvidenceRequest,
    BatchDisassociateAssessmentReportEvidenceResponse,
    batch_disassociate_assessment_report_evidence,
)
from itemwise.services.auditmanager._shapes import AssessmentReportEvidenceError

__all__ = [
    "AssessmentReportEvidenceError",
    "BatchAssociateAssessmentReportEvidenceRequest",
    "BatchAssociateAssessmentReportEvidenceResponse",
    "BatchDisassociateAssessmentReportEvidenceRequest",
    "BatchDisassociateAssessmentReportEvidenceResponse",
    "batch_associate_assessment_report_evidence",
    "batch_disassociate_assessment_report_evidence",
]
