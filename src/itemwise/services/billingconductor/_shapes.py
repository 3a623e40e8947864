# Generated from botocore 1.43.117; do not edit: see codegen/overlays/billingconductor.toml.
"""Shapes that several operations of Billing Conductor have in common."""

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
    "AssociateResourceError",
    "AssociateResourceErrorReason",
    "CustomLineItemBillingPeriodRange",
]


class AssociateResourceErrorReason(StrEnum):
    """Why a resource failed. Only ``INTERNAL_SERVER_EXCEPTION`` can pass."""

    INVALID_ARN = "INVALID_ARN"
    SERVICE_LIMIT_EXCEEDED = "SERVICE_LIMIT_EXCEEDED"
    ILLEGAL_CUSTOMLINEITEM = "ILLEGAL_CUSTOMLINEITEM"
    INTERNAL_SERVER_EXCEPTION = "INTERNAL_SERVER_EXCEPTION"
    INVALID_BILLING_PERIOD_RANGE = "INVALID_BILLING_PERIOD_RANGE"


class CustomLineItemBillingPeriodRange(RequestShape):
    """The billing periods in which the request applies."""

    inclusive_start_billing_period: Annotated[str, wire("InclusiveStartBillingPeriod")]
    """The inclusive start billing period that defines a billing period range where a custom line is
    applied."""

    exclusive_end_billing_period: Annotated[str | None, wire("ExclusiveEndBillingPeriod")] = None
    """The inclusive end billing period that defines a billing period range where a custom line is
    applied."""


class AssociateResourceError(ResponseShape):
    """Why a resource failed."""

    message: Annotated[str | None, wire("Message")] = None
    """The reason why the resource association failed."""

    reason: Annotated[AssociateResourceErrorReason | str | None, OPEN_ENUM, wire("Reason")] = None
    """A static error code that's used to classify the type of failure."""
