"""Pure: the rate at which attempts start, and when the next one may."""

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
        rate: attempts per second; ``None`` while nothing is held back.
        set_at: when the rate was last set, or has last grown, in seconds.
        due: when the next turn is, in seconds.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self.set_at = self.due = -math.inf

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

    def go_on(self, rate: float, time: float) -> None:
        """Let the next attempt start at a time, and not before, and the later ones at a rate."""
        self.rate, self.set_at, self.due = rate, time, time

    def bring_forward(self, time: float) -> None:
        """Let the next attempt start at a time, whatever was due."""
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
