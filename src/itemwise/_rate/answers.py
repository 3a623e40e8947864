"""Pure: what accepted attempts tell: how long the way is, and what rate is confirmed."""

from __future__ import annotations

import math

from itemwise._rate.first_calls import FIRST_WAIT
from itemwise._rate.window import Start

__all__ = ["Answers"]

_GAIN = 0.1
"""How fast the usual delay and its variation are followed."""


class Answers:
    """Follows the answers. Those of throttled attempts can come much faster, and say nothing here.

    Attributes:
        confirmed: the rate at which the latest accepted attempt has started, or the one that was
            learned since.
        last: that attempt.
    """

    def __init__(self) -> None:
        self.confirmed, self.last = 0.0, Start(0, -math.inf, 0.0)
        self._delay: float | None = None
        self._jitter, self._paced = 0.0, False

    def accepted(self, start: Start, now: float) -> None:
        """Take note of an answer."""
        delay = now - start.time
        if start.rate and not self._paced:
            # The first that was not among the first calls, whose connections took their time.
            self._delay, self._paced = delay, True
        usual = delay if self._delay is None else self._delay
        change = delay - usual
        if start.rate:
            # One that is overdue shows that something was held up, not what is usual.
            change = min(change, self.padding())
        self._delay = usual + _GAIN * change
        if start.rate:
            self._jitter += _GAIN * (abs(change) - self._jitter)
        self.confirmed, self.last = start.rate, start

    def late(self, start: Start, now: float) -> float:
        """Give the seconds by which an answer is later than they usually are, and usually vary."""
        return max(0.0, now - start.time - self.round_trip() - self.padding())

    def round_trip(self) -> float:
        """Give the seconds until an answer comes."""
        return FIRST_WAIT if self._delay is None else max(self._delay, 1e-3)

    def padding(self) -> float:
        """Give the seconds by which the service's times may differ from ours."""
        return 2 * self._jitter + 1e-3
