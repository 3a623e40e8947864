# Generated from botocore 1.43.117; do not edit: see codegen/overlays/chime-sdk-voice.toml.
"""Shapes that several operations of Chime have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    ResponseShape,
    wire,
)

__all__ = ["ErrorCode", "PhoneNumberError"]


class ErrorCode(StrEnum):
    """Why a phone number failed. Throttling and faults of the service can pass."""

    BAD_REQUEST = "BadRequest"
    CONFLICT = "Conflict"
    FORBIDDEN = "Forbidden"
    NOT_FOUND = "NotFound"
    PRECONDITION_FAILED = "PreconditionFailed"
    RESOURCE_LIMIT_EXCEEDED = "ResourceLimitExceeded"
    SERVICE_FAILURE = "ServiceFailure"
    ACCESS_DENIED = "AccessDenied"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"
    THROTTLED = "Throttled"
    THROTTLING = "Throttling"
    UNAUTHORIZED = "Unauthorized"
    UNPROCESSABLE = "Unprocessable"
    VOICE_CONNECTOR_GROUP_ASSOCIATIONS_EXIST = "VoiceConnectorGroupAssociationsExist"
    PHONE_NUMBER_ASSOCIATIONS_EXIST = "PhoneNumberAssociationsExist"
    GONE = "Gone"
    VALIDATION = "Validation"


class PhoneNumberError(ResponseShape):
    """A phone number for which the call changed nothing, and why."""

    phone_number_id: Annotated[str | None, wire("PhoneNumberId")] = None
    """The phone number ID for which the action failed."""

    error_code: Annotated[ErrorCode | str | None, OPEN_ENUM, wire("ErrorCode")] = None
    """The error code."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """The error message."""
