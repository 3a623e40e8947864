"""Pure: how long a reply asks to wait."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["retry_after_seconds"]


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read how long a reply asks to wait, in seconds; ``None`` where it does not say.

    Args:
        headers: lower-case names. ``retry-after`` holds seconds or an HTTP date,
            ``x-amz-retry-after`` milliseconds.
    """
    text = headers.get("retry-after")
    scale = 1.0
    if text is None:
        text = headers.get("x-amz-retry-after")
        scale = 0.001
    if text is None:
        return None
    try:
        seconds = float(text) * scale
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
