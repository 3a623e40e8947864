"""The rate finder: what it learns from throttles, and when the next attempt may start."""

from __future__ import annotations

import math

from itemwise._rate.answers import Answers
from itemwise._rate.bounds import QUIET_SECONDS, Bounds, longest_quiet
from itemwise._rate.company import Company
from itemwise._rate.demand import Demand
from itemwise._rate.doubt import Doubt
from itemwise._rate.first_calls import FIRST_WAIT, LARGEST_BURST, FirstCalls
from itemwise._rate.growth import climbed, gained, past, sought
from itemwise._rate.held_up import HeldUp
from itemwise._rate.one_token import OneToken
from itemwise._rate.patience import LONGEST_WAIT, Patience
from itemwise._rate.reading import Reading, read
from itemwise._rate.schedule import Schedule
from itemwise._rate.stairs import Stairs
from itemwise._rate.window import Start, Window

__all__ = ["RateFinder"]

_FIRST_FLIGHT = 3.4
"""Calls in flight at which the seeking starts."""

_MANY_REFUSED = 16
"""Where more of the first calls were throttled, it starts as many times as high: who sends so many
at once wants a fast service."""

_SLOWEST, _SLOWEST_AT_FIRST, _FASTEST = 0.1, 1 / LONGEST_WAIT, 10_000.0
"""Calls per second, at least: a service that throttles everything is still asked now and then. Few
answers prove no rate as low as that. And at most: far more than one process can send."""

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


class RateFinder:
    """Finds and holds the rate of one service operation."""

    def __init__(self) -> None:
        self.rate: float | None = None
        """Calls per second; ``None`` while nothing is held back."""
        self._number = 0
        self._schedule = Schedule()
        self._grown_at = self._quiet_until = self._learned_at = -math.inf
        self._first, self._answers = FirstCalls(), Answers()
        self._window, self._held_up, self._demand = Window(), HeldUp(), Demand()
        self._doubt, self._one_token = Doubt(), OneToken()
        self._bounds, self._stairs, self._company = Bounds(), Stairs(), Company()
        self._patience = Patience()
        self._seeking, self._outgrown = True, False
        self._agreed = 0
        # The rate that was given up in doubt.
        self._doubted = 0.0

    def due(self, now: float) -> float:
        """Tell when the next attempt may start, in seconds; not after `now` means at once."""
        if self.rate is None:
            return self._first.hold_until
        self._grow(self.rate, now)
        self._demand.presses |= self._schedule.due > now
        return self._schedule.due

    def start(self, now: float, *, others_wait: bool) -> Start:
        """Take note of an attempt that starts now, and of whether others still wait."""
        self._number += 1
        self._demand.presses = others_wait
        started = Start(self._number, now, self.rate or 0.0)
        self._window.started(started)
        self._held_up.started(started)
        if self.rate is None:
            self._first.starts(now)
        else:
            self._schedule.started(now, self.rate, self._first.burst(self.rate))
        return started

    def withdraw(self, start: Start, now: float) -> None:
        """Take back an attempt that was let through and never sent."""
        self._window.refused(start)
        self._held_up.withdraw(start)
        if not start.rate and self._first.withdrawn(now):
            self._drained(now)

    def accepted(self, start: Start, now: float) -> None:
        """Take note of an attempt that the service did not throttle."""
        self._held_up.answered(start, now, self._answers, self._fills(start))
        self._answers.accepted(start, now)
        self._doubt.accepted(paced=bool(start.rate))
        self._window.accepted(start)
        self._demand.accepted(start)
        if not start.rate:
            self._answered_first(start, now, accepted=True)

    def throttled(self, start: Start, now: float, *, partly: bool = False) -> None:
        """Take note of an attempt that the service throttled.

        Args:
            start: the attempt.
            now: the time of its answer.
            partly: whether it was accepted, and only some of its items were throttled.
        """
        self._window.refused(start)
        self._held_up.answered(start, now, self._answers, self._fills(start))
        if self.rate is None:
            if self._doubt.throttled_free():
                if self._doubted:
                    self.rate = self._company.noticed(self._doubted, held=False)
                else:
                    rate = min(1 / FIRST_WAIT, _FIRST_FLIGHT / self._answers.way())
                    self.rate = max(_SLOWEST_AT_FIRST, rate)
                self._go_on_at(self._first.drain(now - start.time, now))
        elif start.rate and self._window.contains(start):
            self._first.draining = False
            self._end_window(start, now, partly=partly)
        if self._first.draining:
            # The last of them says best when the bucket was empty.
            self._begin_window(Start(self._number, start.time, 0.0), now)
        if not start.rate:
            self._answered_first(start, now, accepted=False)

    def _answered_first(self, start: Start, now: float, *, accepted: bool) -> None:
        if self._first.answered(now, now - start.time, accepted=accepted):
            self._drained(now)

    def _drained(self, now: float) -> None:
        self._go_on_at(max(now, self._window.answered_at + FIRST_WAIT))
        rate = self.rate or 0.0
        if not self._doubted:
            rate *= max(1.0, self._first.refused / _MANY_REFUSED)
        # What a large bucket held looks like a high rate.
        glimpse = min(self._first.glimpse, self._highest(now))
        self.rate = max(rate, glimpse)

    def _go_on_at(self, time: float) -> None:
        self._schedule.set(time)
        self._grown_at = time

    def _fills(self, start: Start) -> float:
        rate = self.rate or start.rate
        return (self._first.burst(rate) - 1) / rate if rate else 0.0

    def _end_window(self, start: Start, now: float, *, partly: bool) -> None:
        padding = self._answers.padding()
        reading = read(
            self._window,
            start,
            now,
            partly=partly,
            padding=padding,
            held_up=self._held_up.seconds,
            overtaken=self._held_up.count_overtaken(self._window.anchor, start, padding),
            burst_at=self._first.burst,
        )
        if self._seeking and not reading.count:
            # A bucket that has not filled yet is no news, however often it is found empty.
            if start.time >= self._learned_at:
                self._look_again_later(start, now, reading)
            return
        if start.time >= self._learned_at:
            # The throttle that ends a time of quiet is no news.
            past_quiet = self._holds() and start.time >= self._quiet_until
            expected = past_quiet and reading.started >= QUIET_SECONDS
            if not expected and self._doubt.throttled_paced():
                self._set_free()
            else:
                self._learn(start, now, reading)
        elif reading.count >= _ENOUGH and not self._outgrown:
            # In flight at the last lesson already: it says more of the same moment.
            self._bounds.narrow(reading.low, reading.high)
            rate = self._within_bounds()
            before = self.rate or start.rate
            if self._eases():
                rate = min(before, self._one_token.most(self._bounds.high))
            elif self._company.contended:
                # It takes nothing back of what it has just given way.
                rate = min(before, rate)
            self._set_rate(rate, start, now)

    def _look_again_later(self, start: Start, now: float, reading: Reading) -> None:
        wait = self._patience.wait(reading.shorter)
        self.rate = 1 / wait
        self._schedule.set(start.time + wait)
        self._grown_at, self._learned_at = max(now, self._schedule.due), now
        self._bounds.high = min(self._bounds.high, reading.high)

    def _set_free(self) -> None:
        self._doubted = 0.0 if self._seeking else self.rate or 0.0
        self.rate, self._outgrown = None, False
        self._bounds, self._stairs, self._company = Bounds(), Stairs(), Company()

    def _begin_window(self, anchor: Start, now: float) -> None:
        self._window.begin(anchor, now)
        self._held_up.begin(now)
        self._demand.begin(anchor.time)
        self._learned_at = now

    def _learn(self, start: Start, now: float, reading: Reading) -> None:
        """Learn from a throttle that ends the window."""
        low, high, count = reading.low, reading.high, reading.count
        above, below = low > self._bounds.high, high < self._bounds.low
        if self._eases():
            # Calls that come as soon as they are let make a window better; nothing has grown.
            self._outgrown = False
        elif self._outgrown or (above and not self._company.contended):
            self._outgrow(start, now, low)
            return
        contradicts = below or (above and not self._eases())
        seconds = now - self._window.answered_at
        few = count < _CONTRADICTING and seconds < _CONTRADICTING_SECONDS
        if contradicts and few and not self._seeking:
            self._set_rate(min(start.rate, self._within_bounds()), start, now)
            self._learned_at = now
            return
        left = self._company.left(start.rate)
        if contradicts:
            left = self._company.noticed(start.rate, held=not self._seeking)
            self._doubt.gave_way()
        elif not self._seeking:
            self._company.agreed(count)
        agrees = math.isfinite(self._bounds.high) and not (above or below)
        self._bounds.narrow(low, high)
        amid_quiet = agrees and self._holds() and start.time < self._quiet_until
        if amid_quiet and self._eases():
            self._ease(start, now)
            return
        self._set_rate(left if self._company.contended else self._within_bounds(), start, now)
        if amid_quiet:
            # It makes the window no worse, and a longer one tells more.
            self._learned_at = now
            return
        self._begin_window(start, now)
        self._agreed = self._agreed + 1 if agrees else 0
        if count >= _ENOUGH or self._agreed >= _ENOUGH_WINDOWS:
            self._hold(now, seconds)

    def _outgrow(self, start: Start, now: float, low: float) -> None:
        """Forget the bounds: the window has seen two rates, and bounds neither."""
        self._bounds = Bounds()
        self._quiet_until, self._outgrown = now, False
        self._company.guessed()
        self._set_rate(max(_OUTGROWN * start.rate, low), start, now)
        self._begin_window(start, now)

    def _hold(self, now: float, window: float) -> None:
        rate = self.rate or 0.0
        if self._seeking:
            self._company.met(rate)
        self._seeking = False
        self._first.settle(self._bounds.middle())
        if not self._company.contended:
            self._doubt.helped()
            if self._keeps():
                self._schedule.skip(_SPARE / rate)
        self._quiet_until = now + self._bounds.quiet(rate, window)

    def _holds(self) -> bool:
        return not (self._seeking or self._company.contended)

    def _eases(self) -> bool:
        return self._holds() and not self._keeps()

    def _ease(self, start: Start, now: float) -> None:
        rate, before = start.rate, self._answers.last
        next_to_it = self._window.count_between(before, start) == 0
        apart = start.time - before.time if next_to_it else None
        # If something was overdue just now, it or the one before was held up.
        if now - self._held_up.until > 2 / rate:
            rate = self._one_token.eased(start, apart)
        self._set_rate(min(rate, self._one_token.most(self._bounds.high)), start, now)
        if apart and not self._window.count_later(start, self._number):
            self._schedule.set(max(now, before.time + self._one_token.again_after(apart)))
        quiet = longest_quiet(rate)
        self._learned_at, self._quiet_until = now, now + quiet
        if now - self._window.answered_at > quiet:
            # As the rate follows the service, so do its bounds.
            self._begin_window(start, now)

    def _keeps(self) -> bool:
        return self._first.burst(self._bounds.middle()) >= 2

    def _within_bounds(self) -> float:
        return self._bounds.held(keeps=self._keeps())

    def _set_rate(self, rate: float, start: Start, now: float) -> None:
        slowest = _SLOWEST_AT_FIRST if self._doubt.knows_little else _SLOWEST
        self.rate = self._answers.confirmed = max(rate, slowest)
        self._grown_at = now
        # What has started since the bucket was empty has used what flowed in since.
        flows = self._window.count_later(start, self._number) / self.rate
        if self._keeps():
            # They got no more than that. One token would be refused to who comes a little early.
            flows = min(flows, self._window.last_started - start.time)
        self._schedule.defer(start.time + flows + 1 / self.rate, now)

    def _grow(self, rate: float, now: float) -> None:
        seconds = min(now - self._grown_at, 1 + 1 / rate)
        if seconds <= 0:
            return
        self._grown_at = now
        unused = now > self._schedule.due and not self._demand.presses
        # Those who waited can have gone, and the process can have been held up.
        if unused or self._schedule.is_overdue(rate, now):
            self._demand.pause(now, LARGEST_BURST)
            return
        if self._company.contended:
            self.rate = min(gained(rate, seconds), _FASTEST)
        elif not self._seeking and now < self._quiet_until:
            if self._eases():
                self.rate = self._one_token.risen(rate, self._bounds.high, seconds)
        elif self._answers.confirmed:
            self._grow_past_bounds(rate, seconds, now)

    def _grow_past_bounds(self, rate: float, seconds: float, now: float) -> None:
        answers, bounds = self._answers, self._bounds
        if self._seeking:
            most = min(self._highest(now), past(bounds.high, answers.way()))
            rate = sought(rate, seconds, self._window.taken, most)
        else:
            rate = climbed(rate, seconds, answers, bounds, outgrown=self._outgrown)
        self.rate = min(rate, _FASTEST)
        none_for = self._window.anchor.time - answers.last.time - answers.way()
        if self._demand.more_than(bounds.high, answers.last.time) or none_for > 2 / bounds.high:
            # More has gone through than the bounds allow; or nothing at all: a bucket that fills
            # would have let something through.
            self._outgrown = not self._seeking
            bounds.high = math.inf

    def _highest(self, now: float) -> float:
        return self._stairs.highest(self._answers, self._first.refused, self._demand.since, now)
