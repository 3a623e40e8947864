"""A rate that is given."""

from __future__ import annotations

import math

from itemwise._rate.schedule import LATE
from itemwise._rate.window import Start

__all__ = ["FixedRate"]


class FixedRate:
    """Lets attempts start at a rate that never changes, and learns nothing.

    Args:
        rate: attempts per second.
    """

    def __init__(self, rate: float) -> None:
        self.rate: float | None = rate
        self._gap = 1 / rate
        self._next = -math.inf
        self._number = 0
        self._waited_for = False

    def due(self, now: float) -> float:
        """Tell when the next attempt may start."""
        self._waited_for |= self._next > now
        return self._next

    def start(self, now: float, *, others_wait: bool) -> Start:
        """Take note of an attempt that starts now, and of whether others still wait."""
        # A late timer is made up for, a turn that nobody took is not.
        if self._waited_for:
            begins = max(self._next, now - max(self._gap, LATE))
        else:
            begins = self._next if now - self._next < self._gap else now
        self._next, self._waited_for = begins + self._gap, others_wait
        self._number += 1
        return Start(self._number, now, 1 / self._gap)

    def withdraw(self, start: Start, now: float) -> None:
        """Leave the turn unused."""

    def accepted(self, start: Start, now: float) -> None:
        """Learn nothing."""

    def throttled(self, start: Start, now: float, *, partly: bool = False) -> None:
        """Learn nothing."""
