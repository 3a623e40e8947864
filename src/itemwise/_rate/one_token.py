"""Pure: the held rate where the bucket holds one token, so that each call must find it filled."""

from __future__ import annotations

import math

from itemwise._rate.window import Start

__all__ = ["OneToken"]

_EASES, _EASES_AT_MOST, _SOON = 0.015, 0.2, 12
"""The share by which a throttle lowers the rate; twice as much each time where it comes within so
many calls of the one before, up to the largest share."""

_RISES = 0.008
"""The share by which the rate rises, per second."""

_TIMER_LATE = 0.002
"""Seconds by which a timer can be late where nothing else is to do."""

_RETRIES = 1.2
"""A throttled call goes again so many times as far from the call before it."""


class OneToken:
    """Eases a held rate when it is throttled, and lets it rise in between.

    A bucket that holds one token keeps nothing for a call that comes late, and refuses one that
    comes early. Bounds of the rate tell little here: what timers and the network add to the time
    between two calls spills. So the rate rises, until the calls come as soon after one another as
    the service lets them, and each throttle says that one has come too soon.
    """

    def __init__(self) -> None:
        self._eases, self._eased_at = _EASES, -_SOON

    def eased(self, start: Start, apart: float | None) -> float:
        """Give the rate after a throttle.

        Args:
            start: the throttled call.
            apart: seconds since the accepted call right before it, which were too few; ``None`` if
                that is not known.
        """
        soon = start.number - self._eased_at < _SOON
        self._eases = min(_EASES_AT_MOST, 2 * self._eases) if soon else _EASES
        self._eased_at = start.number
        eased = start.rate * (1 - self._eases)
        # By half at most, for another process can have taken the token.
        return max(start.rate / 2, min(eased, 1 / apart)) if apart else eased

    @staticmethod
    def again_after(apart: float) -> float:
        """Tell how long after that accepted call a throttled one may go again: soon."""
        return _RETRIES * apart

    @staticmethod
    def most(high: float) -> float:
        """Give the highest rate worth a try, if the true one is below `high`: timers are late."""
        shortest = 1 / high - _TIMER_LATE
        return 1 / shortest if shortest > 0 else math.inf

    @staticmethod
    def risen(rate: float, high: float, seconds: float) -> float:
        """Give the rate after some seconds without a throttle, if the true one is below `high`."""
        return max(rate, min(rate * (1 + _RISES * seconds), OneToken.most(high)))
