"""Pure: the bounds of the rate that a service accepts, and how long they are relied on."""

from __future__ import annotations

import math

__all__ = ["QUIET_SECONDS", "Bounds", "longest_quiet"]

QUIET_SECONDS, _QUIET_CALLS, _QUIET_LIMIT = 4.25, 50, 12.0
"""How long the held rate is left alone: so many seconds, or calls where those take longer, but no
longer than the limit. A throttle each four seconds is the price of noticing that the service
allows more, within five."""

_QUIET_WINDOWS, _QUIET_BURST = 5.2, 18.5
"""It is left alone more briefly while little is known: so many times the window's length, and until
the bounds differ by so many calls, for about that is when a bucket spills."""

_LEAN, _LEAN_SINGLE, _LEFT = 0.38, 0.88, 0.17
"""Where between the bounds the rate is held, less what leaves so many calls in the bucket by the
end of the quiet, for answers out of order and for other processes to find. A bucket that holds one
token keeps nothing, and spilling lowers the low bound."""


class Bounds:
    """What windows have said of the rate.

    Attributes:
        low: calls per second that the service accepts at least.
        high: calls per second that it accepts at most.
    """

    def __init__(self) -> None:
        self.low, self.high = 0.0, math.inf

    def narrow(self, low: float, high: float) -> None:
        """Intersect them with a window's; where they contradict each other, the window's count."""
        if low > self.high or high < self.low:
            self.low, self.high = max(low, 0.0), high
        else:
            self.low, self.high = max(low, self.low), min(high, self.high)

    def middle(self) -> float:
        """Give what lies as many times above the low bound as below the high one."""
        return math.sqrt(self.low * self.high) if self.low else 0.0

    def held(self, *, keeps: bool) -> float:
        """Give the rate to hold.

        Args:
            keeps: whether the bucket keeps more than one token.
        """
        rate = self.low + (_LEAN if keeps else _LEAN_SINGLE) * (self.high - self.low)
        if keeps:
            rate -= _LEFT * min(1 / QUIET_SECONDS, rate / _QUIET_CALLS)
        return rate

    def quiet(self, rate: float, window: float) -> float:
        """Tell for how many seconds a rate is held, after a window of so many."""
        known = min(_QUIET_WINDOWS * window, _QUIET_BURST / max(self.high - self.low, 1e-9))
        return min(longest_quiet(rate), known)


def longest_quiet(rate: float) -> float:
    """Tell for how many seconds a rate is held where much is known."""
    return min(_QUIET_LIMIT, max(QUIET_SECONDS, _QUIET_CALLS / (rate or 1.0)))
