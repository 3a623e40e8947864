"""Pure: how far the rate may run ahead while it is sought."""

from __future__ import annotations

from itemwise._rate.answers import Answers
from itemwise._rate.first_calls import LARGEST_BURST

__all__ = ["Steps"]

_FIRST = 4.85
"""Calls in flight at the first step: where it starts too low, what flows in meanwhile spills."""

_STEP, _STEP_RATE, _POWER, _LARGEST_SHARE = 1.7, 50.0, 1.6, 1.2
"""Calls in flight that a step adds at such a rate, and the power of the rate by which that grows,
up to a share of the rate. About so many are throttled where a step was too high: a small share of
what is sent, yet a fast service would take long to find with smaller ones."""

_SMALLEST_SHARE = 0.3
"""A step adds such a share at least, for services whose answers take long."""

_FIRST_THROTTLED, _STEP_THROTTLED = 0.4, 0.28
"""The same as shares of the first calls that were throttled: who sends many at once and loses many
wants a fast service, and loses little more by looking for one."""

_HOLD = 1.4 * LARGEST_BURST
"""Calls beyond the step below until a step has held long enough: where the service's rate is above
that one, its bucket takes longer to drain, and would else be found empty at the next step, by more
calls."""

_REACHED = 0.98
"""The share of a step that counts as the whole."""


class Steps:
    """The steps in which the rate is sought.

    Each is held until calls of that rate were accepted, and well until a bucket that fills at the
    rate of the step below would be empty: until then they may have used the bucket's store.
    """

    def __init__(self) -> None:
        self._step = 0.0
        self._below: float | None = None
        self._since: float | None = None

    def highest(self, answers: Answers, throttled: int, pressed: float, now: float) -> float:
        """Give the rate that may be sought now.

        Args:
            answers: what is known of the answers.
            throttled: how many of the first calls were throttled.
            pressed: from when on every turn was taken as soon as it was due.
            now: the time.
        """
        round_trip = answers.round_trip()
        first = max(_FIRST, _FIRST_THROTTLED * throttled) / round_trip
        if not answers.confirmed:
            # Connections take their time at first: the first paced answer tells the round trip.
            return first
        self._step = self._step or first
        if answers.confirmed < _REACHED * self._step:
            return self._step
        if self._since is None:
            self._since = answers.last.time
        since = max(self._since, pressed)
        used = (self._step - (self._below or 0.0)) * (now - round_trip - since)
        if self._below is None or used >= _HOLD:
            self._below, self._since = self._step, None
            in_flight = (
                max(_STEP, _STEP_THROTTLED * throttled) * (self._step / _STEP_RATE) ** _POWER
            )
            step = max(in_flight / round_trip, _SMALLEST_SHARE * self._step)
            self._step += min(step, _LARGEST_SHARE * self._step)
        return self._step
