"""Pure: whether others draw on the bucket, and what is left to them."""

from __future__ import annotations

__all__ = ["Contention"]

_GIVE_WAY, _GIVE_WAY_FIRST = 0.2, 0.45
"""The share by which a throttle lowers a contended rate, and by which it first lowers one that was
held: about half is what a newcomer, or a rate that has halved, leaves of it."""

_ALONE_CALLS, _ALONE_WINDOWS, _ALONE_WINDOWS_EMPTY, _ALONE_CALLS_GUESSED = 200, 7, 20, 100
"""Calls in windows that agree with the bounds, or windows, until nobody else seems to be there;
windows in which nothing was accepted, since others may have taken it all; and calls where that was
only a guess."""

_LITTLE = 20.0
"""Calls per second: who finds no higher rate, and a bucket that was not full at first, guesses
that others draw on it. Else a newcomer could be left with little for long."""


class Contention:
    """Follows whether others seem to draw on the bucket.

    Attributes:
        calls_left: calls in windows that agree until nobody else seems to be there.
    """

    def __init__(self) -> None:
        self.calls_left = 0.0

    @property
    def contended(self) -> bool:
        """Whether others seem to draw on the bucket."""
        return self.calls_left > 0

    def noticed(self, rate: float, *, held: bool) -> float:
        """Take note of a throttle that came sooner or later than the bounds allow.

        Args:
            rate: the rate of the throttled call.
            held: whether that was found before, and is no longer sought.

        Returns:
            What it leaves of the rate.
        """
        share = _GIVE_WAY_FIRST if held and not self.contended else _GIVE_WAY
        self.calls_left = _ALONE_CALLS
        return (1 - share) * rate

    @staticmethod
    def left(rate: float) -> float:
        """Give what another throttle leaves of a contended rate."""
        return (1 - _GIVE_WAY) * rate

    def guessed(self) -> None:
        """Take note that the rate has grown: others may have left some of it."""
        self.calls_left = _ALONE_CALLS_GUESSED

    def met(self, rate: float, *, was_full: bool) -> None:
        """Take note of the first rate that was found, and of whether the bucket was full before."""
        if rate < _LITTLE and not (was_full or self.contended):
            self.guessed()

    def agreed(self, count: int) -> None:
        """Take note of a window of so many calls that agrees with the bounds."""
        windows = _ALONE_WINDOWS if count else _ALONE_WINDOWS_EMPTY
        self.calls_left = max(0.0, self.calls_left - max(count, _ALONE_CALLS / windows))
