"""Pure: whether the pace holds anybody back, and what went through while it did."""

from __future__ import annotations

from itemwise._rate.window import Start

__all__ = ["Demand"]


class Demand:
    """Follows whether every turn is taken: a rate that nobody uses up proves nothing.

    Attributes:
        presses: whether somebody waits for a turn now.
        since: from when on every turn was taken as soon as it was due, in seconds.
    """

    def __init__(self) -> None:
        self.presses, self.since = False, 0.0
        self._taken, self._stored = 0, 0.0

    def begin(self, time: float) -> None:
        """Begin anew at a throttle: the bucket was empty then."""
        self.since, self._taken, self._stored = time, 0, 0.0

    def pause(self, now: float, stored: float) -> None:
        """Begin anew after a time in which turns were left, and in which the bucket has filled."""
        self.since, self._taken, self._stored = now, 0, stored

    def accepted(self, start: Start) -> None:
        """Take note of an attempt that the service took."""
        self._taken += start.time >= self.since

    def more_than(self, rate: float, until: float) -> bool:
        """Tell whether more has gone through, up to a time, than a rate allows."""
        # One at each end may belong to the time before or after. A quick refusal overtakes what was
        # accepted before it: nothing is known then of the time since.
        return self._taken - 2 - self._stored > rate * max(0.0, until - self.since)
