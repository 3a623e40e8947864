# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kafka.toml.
"""Shapes that several operations of MSK have in common."""

from __future__ import annotations

from typing import Annotated

from itemwise._shape import (
    ResponseShape,
    wire,
)

__all__ = ["UnprocessedScramSecret"]


class UnprocessedScramSecret(ResponseShape):
    """A secret for which the call changed nothing, and why."""

    error_code: Annotated[str | None, wire("ErrorCode")] = None
    """Error code for associate/disassociate failure."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """Error message for associate/disassociate failure."""

    secret_arn: Annotated[str | None, wire("SecretArn")] = None
    """AWS Secrets Manager secret ARN."""
