"""Pure: when the next attempt may start, at a rate."""

from __future__ import annotations

import math

__all__ = ["LATE", "Schedule"]

LATE = 0.015
"""Seconds by which timers are late, at most, where the process is busy."""

_LONGEST_PAUSE = 10.0
"""Seconds without any attempt, at most, whatever was learned."""

_OVERDUE = 0.02
"""Seconds, besides the time between two attempts, by which no timer is late."""


class Schedule:
    """The time of the next turn.

    Attributes:
        due: when it is, in seconds.
    """

    def __init__(self) -> None:
        self.due = -math.inf

    def started(self, now: float, rate: float, burst: float) -> None:
        """Take note of an attempt.

        Args:
            now: when it started.
            rate: attempts per second.
            burst: what the bucket holds.
        """
        gap, room = 1 / rate, burst - 1
        # Made up for, as far as what has flowed in meanwhile fits the bucket.
        late = max(gap, min(LATE, room * gap)) if room > 0 else 0.0
        self.due = max(self.due, now - late) + gap

    def set(self, time: float) -> None:
        """Let the next attempt start at a time, and not before."""
        self.due = time

    def defer(self, time: float, now: float) -> None:
        """Let none start before a time, which is not to be too far away."""
        self.due = max(self.due, min(time, now + _LONGEST_PAUSE))

    def skip(self, seconds: float) -> None:
        """Leave out what would start within so many seconds."""
        self.due += seconds

    def is_overdue(self, rate: float, now: float) -> bool:
        """Tell whether the turn is so late that nobody can have waited for it all the time."""
        return now > self.due + 1 / rate + _OVERDUE
