# Generated from botocore 1.43.117; do not edit: see codegen/overlays/iotsitewise.toml.
"""Shapes that several operations of SiteWise have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    RequestShape,
    ResponseShape,
    wire,
)

__all__ = [
    "AssetErrorCode",
    "AssetErrorDetails",
    "DataSegmentErrorCode",
    "TimeInNanos",
    "TimeInNanosOutput",
]


class DataSegmentErrorCode(StrEnum):
    """Why a data segment failed. Only ``INTERNAL_FAILURE`` can pass."""

    INTERNAL_FAILURE = "INTERNAL_FAILURE"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    CONFLICTING_OPERATION = "CONFLICTING_OPERATION"


class AssetErrorCode(StrEnum):
    """Why an asset failed."""

    INTERNAL_FAILURE = "INTERNAL_FAILURE"


class TimeInNanos(RequestShape):
    """A point in time, to the nanosecond."""

    time_in_seconds: Annotated[int, wire("timeInSeconds")]
    """The timestamp date, in seconds, in the Unix epoch format."""

    offset_in_nanos: Annotated[int | None, wire("offsetInNanos")] = None
    """The nanosecond offset from ``timeInSeconds``."""


class TimeInNanosOutput(ResponseShape):
    """`TimeInNanos` as it comes back."""

    time_in_seconds: Annotated[int | None, wire("timeInSeconds")] = None
    """The timestamp date, in seconds, in the Unix epoch format."""

    offset_in_nanos: Annotated[int | None, wire("offsetInNanos")] = None
    """The nanosecond offset from ``timeInSeconds``."""


class AssetErrorDetails(ResponseShape):
    """An asset for which the call changed nothing, and why."""

    asset_id: Annotated[str | None, wire("assetId")] = None
    """The ID of the asset, in UUID format."""

    code: Annotated[AssetErrorCode | str | None, OPEN_ENUM, wire("code")] = None
    """The error code."""

    message: Annotated[str | None, wire("message")] = None
    """The error message."""
