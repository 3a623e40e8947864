"""Pure: what the throttle that ends a window teaches."""

from __future__ import annotations

import math

from itemwise._rate.attempts import Attempts
from itemwise._rate.bounds import QUIET_SECONDS, Bounds, longest_quiet
from itemwise._rate.efficacy import Efficacy
from itemwise._rate.estimate import Estimate
from itemwise._rate.one_token import OneToken
from itemwise._rate.reading import Reading
from itemwise._rate.rechecks import LONGEST_WAIT, Rechecks
from itemwise._rate.schedule import Schedule
from itemwise._rate.window import Start

__all__ = ["SLOWEST_AT_FIRST", "Lessons"]

_SLOWEST, SLOWEST_AT_FIRST = 0.1, 1 / LONGEST_WAIT
"""Calls per second, at least: a service that throttles everything is still asked now and then. Few
answers prove no rate as low as that."""

_CONTRADICTING, _CONTRADICTING_SECONDS = 7, 1.0
"""Calls in a window that contradicts: with fewer, it goes on past the throttle, yet no longer than
so many seconds."""

_ENOUGH, _ENOUGH_WINDOWS = 3, 2
"""Accepted calls from which on a window says enough to hold the rate; or windows that agree."""

_OUTGROWN = 0.85
"""The share of a rate that is kept where a throttle ends the growth beyond the bounds."""

_SPARE = 1.0
"""Tokens that are left in the bucket when a time of quiet begins, for other processes to find:
where it is empty at each of their tries, neither side would learn of the other."""


class Lessons:
    """Corrects the estimate, and sets the rate by it, at each throttle of what was held back."""

    def __init__(
        self, attempts: Attempts, estimate: Estimate, schedule: Schedule, efficacy: Efficacy
    ) -> None:
        self._attempts, self._estimate, self._schedule = attempts, estimate, schedule
        self._efficacy, self._one_token, self._rechecks = efficacy, OneToken(), Rechecks()
        self._learned_at = -math.inf
        self._agreed = 0

    def begin_window(self, anchor: Start, now: float) -> None:
        """Begin the window anew at a throttled attempt."""
        self._attempts.begin_window(anchor, now)
        self._learned_at = now

    def throttled(self, start: Start, now: float, *, partly: bool) -> None:
        """Learn from an attempt of the window that was throttled.

        Args:
            start: the attempt.
            now: the time of its answer.
            partly: whether it was accepted, and only some of its items were throttled.
        """
        reading = self._attempts.read_window(start, now, partly=partly)
        estimate = self._estimate
        if estimate.seeking and not reading.count:
            # A bucket that has not filled yet is no news, however often it is found empty.
            if start.time >= self._learned_at:
                self._look_again_later(start, now, reading)
        elif start.time >= self._learned_at:
            # The throttle that ends a time of quiet is no news.
            past_quiet = estimate.holds and start.time >= estimate.quiet_until
            expected = past_quiet and reading.started >= QUIET_SECONDS
            if not expected and self._efficacy.throttled_paced():
                estimate.give_up(self._schedule.rate or 0.0)
                self._schedule.rate = None
            else:
                self._learn(start, now, reading)
        elif reading.count >= _ENOUGH and not estimate.outgrown:
            self._learn_more(start, now, reading)

    def _look_again_later(self, start: Start, now: float, reading: Reading) -> None:
        wait = self._rechecks.wait(reading.shorter)
        self._schedule.go_on(1 / wait, start.time + wait)
        self._schedule.set_at = max(now, self._schedule.set_at)
        self._learned_at = now
        bounds = self._estimate.bounds
        bounds.high = min(bounds.high, reading.high)

    def _learn_more(self, start: Start, now: float, reading: Reading) -> None:
        """Learn from what was in flight at the last lesson already: it says more of that moment."""
        estimate = self._estimate
        estimate.bounds.narrow(reading.low, reading.high)
        rate = estimate.within_bounds()
        before = self._schedule.rate or start.rate
        if estimate.eases:
            rate = min(before, self._one_token.most(estimate.bounds.high))
        elif estimate.contention.contended:
            # It takes nothing back of what it has just given way.
            rate = min(before, rate)
        self._set_rate(rate, start, now)

    def _learn(self, start: Start, now: float, reading: Reading) -> None:
        estimate, contention = self._estimate, self._estimate.contention
        low, high, count = reading.low, reading.high, reading.count
        above, below = low > estimate.bounds.high, high < estimate.bounds.low
        if estimate.eases:
            # Calls that come as soon as they are let make a window better; nothing has grown.
            estimate.outgrown = False
        elif estimate.outgrown or (above and not contention.contended):
            self._outgrow(start, now, low)
            return
        contradicts = below or (above and not estimate.eases)
        seconds = now - self._attempts.window.answered_at
        few = count < _CONTRADICTING and seconds < _CONTRADICTING_SECONDS
        if contradicts and few and not estimate.seeking:
            self._set_rate(min(start.rate, estimate.within_bounds()), start, now)
            self._learned_at = now
            return
        left = contention.left(start.rate)
        if contradicts:
            left = contention.noticed(start.rate, held=not estimate.seeking)
            self._efficacy.gave_way()
        elif not estimate.seeking:
            contention.agreed(count)
        agrees = math.isfinite(estimate.bounds.high) and not (above or below)
        estimate.bounds.narrow(low, high)
        amid_quiet = agrees and estimate.holds and start.time < estimate.quiet_until
        if amid_quiet and estimate.eases:
            self._ease(start, now)
            return
        self._set_rate(left if contention.contended else estimate.within_bounds(), start, now)
        if amid_quiet:
            # It makes the window no worse, and a longer one tells more.
            self._learned_at = now
            return
        self.begin_window(start, now)
        self._agreed = self._agreed + 1 if agrees else 0
        if count >= _ENOUGH or self._agreed >= _ENOUGH_WINDOWS:
            self._hold(now, seconds)

    def _outgrow(self, start: Start, now: float, low: float) -> None:
        """Forget the bounds: the window has seen two rates, and bounds neither."""
        estimate = self._estimate
        estimate.bounds = Bounds()
        estimate.quiet_until, estimate.outgrown = now, False
        estimate.contention.guessed()
        self._set_rate(max(_OUTGROWN * start.rate, low), start, now)
        self.begin_window(start, now)

    def _hold(self, now: float, window: float) -> None:
        estimate, rate = self._estimate, self._schedule.rate or 0.0
        first = self._attempts.first
        if estimate.seeking:
            estimate.contention.met(rate, was_full=first.found_full(rate))
        estimate.seeking = False
        first.settle(estimate.bounds.middle())
        if not estimate.contention.contended:
            self._efficacy.helped()
            if estimate.keeps:
                self._schedule.skip(_SPARE / rate)
        estimate.quiet_until = now + estimate.bounds.quiet(rate, window)

    def _ease(self, start: Start, now: float) -> None:
        attempts, rate, before = self._attempts, start.rate, self._attempts.answers.last
        next_to_it = attempts.window.count_between(before, start) == 0
        apart = start.time - before.time if next_to_it else None
        # If something was overdue just now, it or the one before was held up.
        if now - attempts.delays.until > 2 / rate:
            rate = self._one_token.eased(start, apart)
        self._set_rate(min(rate, self._one_token.most(self._estimate.bounds.high)), start, now)
        if apart and not attempts.count_later(start):
            again_at = before.time + self._one_token.again_after(apart)
            self._schedule.bring_forward(max(now, again_at))
        quiet = longest_quiet(rate)
        self._learned_at, self._estimate.quiet_until = now, now + quiet
        if now - attempts.window.answered_at > quiet:
            # As the rate follows the service, so do its bounds.
            self.begin_window(start, now)

    def _set_rate(self, rate: float, start: Start, now: float) -> None:
        attempts, schedule = self._attempts, self._schedule
        rate = max(rate, SLOWEST_AT_FIRST if self._efficacy.knows_little else _SLOWEST)
        schedule.rate = attempts.answers.confirmed = rate
        schedule.set_at = now
        # What has started since the bucket was empty has used what flowed in since.
        flows = attempts.count_later(start) / rate
        if self._estimate.keeps:
            # They got no more than that. One token is refused to a call that comes a little early.
            flows = min(flows, attempts.window.last_started - start.time)
        schedule.defer(start.time + flows + 1 / rate, now)
