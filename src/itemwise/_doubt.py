"""Pure: an attempt that may have been applied, and what that means for the next."""

from __future__ import annotations

from typing import Any

from itemwise._description import Description
from itemwise._errors import CallError, Delivery, RejectedError

__all__ = ["after_doubt", "doubt_of", "may_repeat"]


def may_repeat(error: CallError, operation: Description[Any, Any, Any, Any]) -> bool:
    """Tell whether a failed attempt may be sent again without doing anything twice."""
    if isinstance(error, RejectedError):
        return False
    return operation.idempotent or doubt_of(error) is None


def doubt_of(error: CallError | None) -> CallError | None:
    """Give the error of the latest attempt that may have been applied: this one or an earlier."""
    if error is None or error.delivery is Delivery.IN_DOUBT:
        return error
    return error.earlier


def after_doubt(error: CallError, doubt: CallError | None) -> CallError:
    """Say what an attempt's error means after an attempt that may have been applied."""
    if doubt is None or doubt_of(error) is not None:
        return error
    if error.delivery is Delivery.NEVER_LEFT:
        # That this one did not leave says nothing of the one that did.
        return doubt
    error.earlier = doubt
    return error
