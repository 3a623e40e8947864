"""The rate finder: what each attempt and each answer means for the next attempt."""

from __future__ import annotations

from itemwise._rate.attempts import Attempts
from itemwise._rate.efficacy import Efficacy
from itemwise._rate.estimate import Estimate
from itemwise._rate.first_calls import FIRST_WAIT
from itemwise._rate.growth import Growth
from itemwise._rate.lessons import SLOWEST_AT_FIRST, Lessons
from itemwise._rate.schedule import Schedule
from itemwise._rate.window import Start

__all__ = ["RateFinder"]

_FIRST_FLIGHT = 3.4
"""Calls in flight at which the seeking starts."""

_MANY_THROTTLED = 16
"""Where more of the first calls were throttled, it starts as many times as high: who sends so many
at once wants a fast service."""


class RateFinder:
    """Finds and holds the rate of one service operation."""

    def __init__(self) -> None:
        self._attempts, self._schedule, self._efficacy = Attempts(), Schedule(), Efficacy()
        self._estimate = Estimate(self._attempts.first)
        self._growth = Growth(self._attempts, self._estimate, self._schedule)
        self._lessons = Lessons(self._attempts, self._estimate, self._schedule, self._efficacy)

    @property
    def rate(self) -> float | None:
        """Calls per second; ``None`` while nothing is held back."""
        return self._schedule.rate

    def due(self, now: float) -> float:
        """Tell when the next attempt may start, in seconds; not after `now` means at once."""
        rate = self._schedule.rate
        if rate is None:
            return self._attempts.first.hold_until
        self._growth.grow(rate, now)
        self._attempts.demand.presses |= self._schedule.due > now
        return self._schedule.due

    def start(self, now: float, *, others_wait: bool) -> Start:
        """Take note of an attempt that starts now, and of whether others still wait."""
        rate = self._schedule.rate
        if rate is not None:
            self._schedule.started(now, rate, self._attempts.first.burst(rate))
        return self._attempts.start(now, rate, others_wait=others_wait)

    def withdraw(self, start: Start, now: float) -> None:
        """Take back an attempt that was let through and never sent."""
        self._attempts.withdraw(start)
        if not start.rate and self._attempts.first.withdrawn(now):
            self._seek(now)

    def accepted(self, start: Start, now: float) -> None:
        """Take note of an attempt that the service did not throttle."""
        self._attempts.accepted(start, now, self._schedule.rate)
        self._efficacy.accepted(paced=bool(start.rate))
        self._answered_first(start, now, accepted=True)

    def throttled(self, start: Start, now: float, *, partly: bool = False) -> None:
        """Take note of an attempt that the service throttled.

        Args:
            start: the attempt.
            now: the time of its answer.
            partly: whether it was accepted, and only some of its items were throttled.
        """
        attempts, first = self._attempts, self._attempts.first
        attempts.throttled(start, now, self._schedule.rate)
        if self._schedule.rate is None:
            if self._efficacy.throttled_free():
                self._schedule.go_on(self._first_rate(), first.drain(now - start.time, now))
        elif start.rate and attempts.window.contains(start):
            first.draining = False
            self._lessons.throttled(start, now, partly=partly)
        if first.draining:
            # The last of them says best when the bucket was empty.
            self._lessons.begin_window(attempts.latest(start.time), now)
        self._answered_first(start, now, accepted=False)

    def _answered_first(self, start: Start, now: float, *, accepted: bool) -> None:
        delay = now - start.time
        if not start.rate and self._attempts.first.answered(now, delay, accepted=accepted):
            self._seek(now)

    def _first_rate(self) -> float:
        if self._estimate.given_up:
            return self._estimate.contention.noticed(self._estimate.given_up, held=False)
        rate = min(1 / FIRST_WAIT, _FIRST_FLIGHT / self._attempts.answers.round_trip())
        return max(SLOWEST_AT_FIRST, rate)

    def _seek(self, now: float) -> None:
        """Begin to seek the rate, now that all the first calls are answered."""
        first, rate = self._attempts.first, self._schedule.rate or 0.0
        if not self._estimate.given_up:
            rate *= max(1.0, first.throttled / _MANY_THROTTLED)
        # What a large bucket held looks like a high rate.
        observed = min(first.observed, self._growth.highest(now))
        begins = max(now, self._attempts.window.answered_at + FIRST_WAIT)
        self._schedule.go_on(max(rate, observed), begins)
