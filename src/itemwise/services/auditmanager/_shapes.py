# Generated from botocore 1.43.117; do not edit: see codegen/overlays/auditmanager.toml.
"""Shapes that several operations of Audit Manager have in common."""

from __future__ import annotations

from typing import Annotated

from itemwise._shape import (
    ResponseShape,
    wire,
)

__all__ = ["AssessmentReportEvidenceError"]


class AssessmentReportEvidenceError(ResponseShape):
    """A piece of evidence for which the call changed nothing, and why."""

    evidence_id: Annotated[str | None, wire("evidenceId")] = None
    """The identifier for the evidence."""

    error_code: Annotated[str | None, wire("errorCode")] = None
    """Why it failed, in the form of an HTTP status: three digits."""

    error_message: Annotated[str | None, wire("errorMessage")] = None
    """The error message that was returned."""
