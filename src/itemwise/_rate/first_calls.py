"""Pure: the calls that start before the first throttle, and what they tell of the service."""

from __future__ import annotations

import math

__all__ = ["FIRST_WAIT", "LARGEST_BURST", "FirstCalls"]

FIRST_WAIT = 0.0224
"""Seconds from the last throttle of the first calls to the next call, at least: long enough for
slow services to have let something flow in, short enough for fast ones to lose little."""

_LONGEST_HOLD = 2.0
"""Seconds that calls wait for the answers of the first ones, at most."""

_CERTAIN = 0.8
"""The share of what should have flowed in that has done so for certain."""

_TELLING = 20
"""Accepted calls that are looked at: those that emptied the bucket are among them."""

LARGEST_BURST = 10.0
"""What a bucket holds is assumed to be no more. First calls accepted while draining beyond that
show a part of the rate, where the seeking starts: else it takes long to find a rate of
hundreds."""

_FULL = 8.0
"""Calls that a full bucket holds, at least. One that held fewer at first may be small, or others
had drawn on it."""


class FirstCalls:
    """The calls that start before the first throttle.

    When the first answer comes, those that follow wait until the rest should have been answered
    too: about as long again, once in a pace's life. Else each accepted one would send another call
    after the throttled ones that are about to be seen.

    Attributes:
        hold_until: when the next one may start, in seconds.
        draining: whether a throttle was seen, and others are still in flight.
        open: how many are in flight.
        throttled: how many were throttled in the first time that was free.
        observed: calls per second that they showed to be possible; zero where they showed none.
    """

    def __init__(self) -> None:
        self.hold_until = -math.inf
        self.draining = False
        self.open = self.throttled = 0
        self.observed = self._met = 0.0
        # What was accepted in the first time that was free: how many, and for the first of them, in
        # the order of their answers, within how many seconds that many were.
        self._accepted, self._over = 0, False
        self._within: list[float] = []
        self._any_answered = False
        self._first_accepted = self._first_started = math.inf
        self._last_accepted = self._last_start = self._drained_from = 0.0
        self._accepted_at_drain = 0

    def starts(self, now: float) -> None:
        """Take note of a call that starts."""
        self.open += 1
        self._last_start = now

    def drain(self, delay: float, now: float) -> float:
        """Begin to wait for the calls in flight, and tell until when at most.

        Args:
            delay: how long the first throttled one took, in seconds.
            now: the time of its answer.
        """
        self.draining, self._drained_from = True, now
        self._accepted_at_drain = self._accepted
        return min(max(now + FIRST_WAIT, self._last_start + 2 * delay), now + _LONGEST_HOLD)

    def answered(self, now: float, delay: float, *, accepted: bool) -> bool:
        """Take note of an answer, and tell whether it ends the draining."""
        self.open -= 1
        self.throttled += not (accepted or self._over)
        if not self._any_answered:
            self._any_answered = True
            self.hold_until = min(self._last_start + 2 * delay + 0.002, now + _LONGEST_HOLD)
        if accepted and not self._over:
            self._accepted_in_free_time(now, now - delay)
        return self._emptied(now)

    def _accepted_in_free_time(self, now: float, started: float) -> None:
        self._first_accepted = min(self._first_accepted, now)
        self._first_started = min(self._first_started, started)
        self._last_accepted = now
        self._accepted += 1
        if len(self._within) < _TELLING:
            within = max(now - self._first_accepted, started - self._first_started)
            self._within.append(max(within, self._within[-1] if self._within else 0.0))

    def withdrawn(self, now: float) -> bool:
        """Take note of a call that was never sent, and tell whether that ends the draining."""
        self.open -= 1
        return self._emptied(now)

    def _emptied(self, now: float) -> bool:
        if self.open > 0:
            return False
        self.hold_until = now
        ends = self.draining
        if ends and now > self._drained_from:
            more = self._accepted - self._accepted_at_drain - LARGEST_BURST
            self.observed = max(0.0, more / (now - self._drained_from))
        self.draining, self._over = False, self._over or ends
        return ends

    def settle(self, rate: float) -> None:
        """Take a rate as the one that the first calls met."""
        self._met = self._met or rate

    def burst(self, rate: float) -> float:
        """Tell what the bucket holds: what the first calls got, less what flowed in meanwhile.

        The first few of them say most where answers were held up on our side: little flows in while
        they come.

        Args:
            rate: the rate to assume while none has been settled on.
        """
        if not self._within or self._last_accepted - self._first_accepted > 1:
            # A bucket that held nothing was emptied by others: what can it hold?
            return LARGEST_BURST
        return min(LARGEST_BURST, self._held(rate))

    def found_full(self, rate: float) -> bool:
        """Tell whether the bucket may have been full, where it fills at a rate."""
        return self._held(rate) >= _FULL

    def _held(self, rate: float) -> float:
        flows = _CERTAIN * (self._met or rate)
        held = (count - flows * seconds for count, seconds in enumerate(self._within, 1))
        return max(held, default=0.0)
