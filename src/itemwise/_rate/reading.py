"""Pure: what a window says of the rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from itemwise._rate.window import SHORTEST, Start, Window

__all__ = ["Reading", "read"]

_CERTAIN = 0.5
"""The share of a window that counts at least, however long it was held up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a window says of the rate.

    Attributes:
        count: attempts that took a token.
        low: calls per second that the service accepts at least.
        high: calls per second that it accepts at most.
        started: seconds between the starts of the throttled attempts at its ends.
        shorter: that, or the seconds between their answers, whichever is less.
    """

    count: int
    low: float
    high: float
    started: float
    shorter: float


def read(
    window: Window,
    end: Start,
    now: float,
    *,
    partly: bool,
    padding: float,
    held_up: float,
    overtaken: int,
    burst_at: Callable[[float], float],
) -> Reading:
    """Read a window.

    Args:
        window: the window.
        end: the attempt whose throttle ends it.
        now: the time of its answer.
        partly: whether `end` took a token as well.
        padding: seconds by which the service's times may differ from ours.
        held_up: seconds in which the bucket may have spilled, since answers were overdue.
        overtaken: attempts in it that may be found throttled yet.
        burst_at: what the bucket holds, if it fills at a rate.
    """
    count = window.count(end) + partly
    started, answered = window.measure(end, now)
    shorter = min(started, answered)
    # The one at each end may have come a little before the bucket was empty, or after.
    low = (count - overtaken - 1) / (max(started, answered) + padding)
    certain = max(shorter - held_up, _CERTAIN * shorter)
    high = (count + 1) / max(certain - padding, SHORTEST)
    if count:
        high = max(high, window.highest(end, count, shorter, burst_at))
    return Reading(count=count, low=low, high=high, started=started, shorter=shorter)
