"""Pure: find the rate that a service accepts, and stay just under it. Time comes from outside.

Services throttle by token bucket: it fills at the rate that is looked for, holds a burst, and each
accepted call takes a token. When a call is throttled the bucket is empty. So between two throttles
the accepted calls, give or take one, are what has flowed in: divided by the time between, they are
the rate, whatever was sent meanwhile. Each such window bounds the rate from both sides, and the
bounds of successive windows are intersected; where they contradict each other, the rate has changed
and the newer window counts.

Three phases. *Free*: nothing was throttled yet, and nothing is held back. *Seeking*: the rate grows
until a throttle ends the first window. *Holding*: the middle of the bounds is kept, and creeps up as
calls are accepted; from time to time an extra call is let through, and two more if that was fine,
which finds out that the service allows more now.

A bucket that holds a single token breaks the reasoning, since what flows in while it is full is
lost. It shows in the first calls, of which one alone is accepted; the rate is then bisected between
what went through and what did not.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["RateFinder", "Start"]

_FIRST_WAIT = 0.04
"""Seconds from the first throttle to the next call, at least: long enough for slow services to have
let something flow in, short enough for fast ones to lose little."""

_DOUBLING = 0.05
"""Seconds in which the rate doubles while seeking, at the fastest."""

_AHEAD = 1.08
"""While seeking, the rate runs ahead of what was confirmed by this factor, so that few calls are in
flight above the service's rate when the throttle comes."""

_LONGEST_WAIT = 0.5
"""Seconds between calls, at most, while the bucket is only known to be empty."""

_SUDDEN_CALLS = 20
_SUDDEN_WINDOWS = 4
"""Throttles that come this soon, this often, though the rate was held, do not follow the rate: they
have another cause, and holding back does not help against them."""

_RATE_SHARE = 0.4
"""Once throttles are not believed, the share of throttled calls above which they are again."""

_PROBE_CALLS = 250
_PROBE_SECONDS = (0.4, 12.0)
"""How long the held rate is left alone before an extra call: a number of calls, within bounds of
time. One extra call in 250 is the price of noticing that the service allows more."""

_MARGIN = 0.95
"""With a burst of one, the share of the refused rate that is held: calls jitter on their way."""


@dataclass(slots=True)
class Start:
    """One attempt that was let through.

    Attributes:
        number: counts attempts.
        time: when it started, in seconds.
        rate: the rate at that moment; zero while free.
    """

    number: int
    time: float
    rate: float


class RateFinder:
    """Finds and holds the rate of one service operation."""

    def __init__(self) -> None:
        self.rate: float | None = None
        """Calls per second; ``None`` while nothing was throttled."""
        self._number = 0
        self._next = 0.0
        # The answers' delay and how much it varies: what the bounds must be padded for.
        self._delay: float | None = None
        self._jitter = 0.0
        self._first = _FirstCalls()
        # The window: from the anchor, which was throttled, to the next throttle.
        self._anchor = Start(0, -math.inf, 0.0)
        self._refused: list[int] = []
        self._recent: deque[Start] = deque(maxlen=512)
        self._low, self._high = 0.0, math.inf
        self._learned_at = -math.inf
        self._grown_at = 0.0
        self._confirmed = 0.0
        self._seeking = True
        # Set when a probe says that the rate has changed: the window has seen both rates then.
        self._mixed = False
        # Throttles that came soon after another; the share of throttled calls of late, and the
        # share above which the rate is believed to be the cause.
        self._sudden = 0
        self._share = 0.0
        self._believed_above = 0.0
        self._probe_at = math.inf
        self._extra = 0
        self._single: _SingleToken | None = None

    def due(self, now: float) -> float:
        """Tell when the next attempt may start, in seconds; not after `now` means at once."""
        if self.rate is None:
            return self._first.hold_until
        if self._single is None:
            self._grow(now)
        return self._next

    def start(self, now: float) -> Start:
        """Take note of an attempt that starts now."""
        self._number += 1
        started = Start(self._number, now, self.rate or 0.0)
        self._recent.append(started)
        if self.rate is None:
            self._first.starts(now)
        else:
            gap = 1 / self.rate
            # One call may catch up for a late timer, where the bucket can hold it.
            late = 0.0 if self._single else gap
            self._next = max(self._next, now - late) + gap
        return started

    def withdraw(self, start: Start) -> None:
        """Take back an attempt that was let through and never sent."""
        self._refused.append(start.number)

    def accepted(self, start: Start, now: float) -> None:
        """Take note of an attempt that the service did not throttle."""
        self._answered(start, now, accepted=True)
        self._confirmed = start.rate
        if self._single is not None and start.time > self._learned_at:
            rate = self._single.accepted(start.rate, now)
            if rate is not None:
                self.rate, self._learned_at = rate, now

    def throttled(self, start: Start, now: float) -> None:
        """Take note of an attempt that the service throttled."""
        self._refused.append(start.number)
        self._answered(start, now, accepted=False)
        if self.rate is None:
            if self._share > self._believed_above:
                self._begin(start, now)
        elif start.number > self._anchor.number:
            fresh = start.time >= self._learned_at
            if self._single is None:
                self._window(start, now, fresh=fresh)
            elif fresh:
                self._anchor_at(start, now)
                self.rate = self._single.throttled(start.rate, now)
                self._next = max(self._next, now + 1 / self.rate)
                if self._single.unrelated:
                    self._reset()

    def _answered(self, start: Start, now: float, *, accepted: bool) -> None:
        delay = now - start.time
        self._share += 0.1 * ((not accepted) - self._share)
        if accepted:
            # Throttled answers can come much faster: they say nothing of the way of the others.
            if self._delay is None:
                self._delay = delay
            self._jitter += 0.1 * (abs(delay - self._delay) - self._jitter)
            self._delay += 0.1 * (delay - self._delay)
        if start.rate == 0.0:
            self._first.answered(now, delay, accepted=accepted)
            if self.rate is not None and self._first.shows_single:
                self._go_single(now)

    def _begin(self, start: Start, now: float) -> None:
        """Leave the free phase: the bucket was empty when this attempt arrived."""
        self._believed_above = 0.0
        wait = max(now - start.time, _FIRST_WAIT)
        self._anchor_at(start, now)
        self.rate = min(2.0 / wait, 2.5 / self._way())
        self._next = self._grown_at = max(now, start.time + wait)
        if self._first.shows_single:
            self._go_single(now)

    def _go_single(self, now: float) -> None:
        if self._single is None and self.rate is not None:
            self._single = _SingleToken(self.rate, now)

    def _way(self) -> float:
        return _FIRST_WAIT if self._delay is None else max(self._delay, 1e-3)

    def _anchor_at(self, start: Start, now: float) -> None:
        self._anchor, self._learned_at = start, now
        self._refused = [number for number in self._refused if number > start.number]

    def _accepted_before(self, start: Start) -> int:
        between = start.number - self._anchor.number - 1
        return between - sum(number < start.number for number in self._refused)

    def _window(self, start: Start, now: float, *, fresh: bool) -> None:
        """Learn from a throttle after the anchor.

        Args:
            start: the throttled attempt.
            now: the time of its answer.
            fresh: whether it started after the last lesson; else it was in flight already, and says
                more of the same moment.
        """
        count = self._accepted_before(start)
        seconds = max(start.time - self._anchor.time, 1e-4)
        padding = 2 * self._jitter + 1e-3
        if fresh and self._unrelated(count):
            self._reset()
            return
        low = (count - 1) / (seconds + padding)
        high = (count + 1) / max(seconds - padding, 1e-4)
        if fresh and self._mixed:
            # The window has seen two rates and bounds neither: begin anew from below the throttle.
            self._mixed = False
            self._low, self._high = 0.0, math.inf
            self._set_rate(max(start.rate * 0.9, count / seconds), start, now)
            self._anchor_at(start, now)
            return
        if fresh and self._seeking and count == 0:
            # Still empty, and nothing was taken out: look again after eight times as long.
            self._high = min(self._high, high)
            wait = min(7 * seconds, _LONGEST_WAIT)
            self.rate = 1 / wait
            self._next = start.time + wait
            self._grown_at, self._learned_at = max(now, self._next), now
            return
        if not fresh and count < 3:
            return
        if fresh and self._seeking:
            high = max(high, self._overflowed(start, seconds))
        self._narrow(low, high)
        found = (self._low + self._high) / 2
        self._set_rate(found, start, now)
        if fresh:
            self._anchor_at(start, now)
            self._seeking = self._seeking and count < 3
            fastest, slowest = _PROBE_SECONDS
            patience = _PROBE_CALLS / max(self.rate or 0.0, 1e-9)
            self._probe_at = now + min(slowest, max(fastest, patience))
            self._extra = 0

    def _unrelated(self, count: int) -> bool:
        """Tell whether throttles go on as before, though the rate was held: it is not the cause."""
        if count == 0 and self._seeking:
            return False
        self._sudden = self._sudden + 1 if count < _SUDDEN_CALLS else 0
        return self._sudden >= _SUDDEN_WINDOWS

    def _reset(self) -> None:
        """Be free again, until throttles are too many to have another cause."""
        self.rate, self._sudden = None, 0
        self._believed_above = max(_RATE_SHARE, min(0.9, 1.5 * self._share))
        self._low, self._high = 0.0, math.inf
        self._seeking, self._mixed, self._single = True, False, None

    def _set_rate(self, rate: float, start: Start, now: float) -> None:
        self.rate = self._confirmed = rate
        self._grown_at = now
        # What has started since the bucket was empty has used what flowed in since.
        later = self._number - start.number
        later -= sum(number > start.number for number in self._refused)
        self._next = max(self._next, start.time + (1 + later) / rate)

    def _narrow(self, low: float, high: float) -> None:
        if low > self._high or high < self._low:
            # They contradict each other: the service's rate has changed.
            self._low, self._high = max(low, 0.0), high
        else:
            self._low, self._high = max(low, self._low), min(high, self._high)

    def _overflowed(self, start: Start, seconds: float) -> float:
        """Bound the rate from above where the bucket may have been full within the window.

        While seeking, the first calls can be too few to keep the bucket from overflowing. Replaying
        the calls against a bucket of the burst that the first calls found tells which rate would
        still have left it empty at the end.
        """
        number = self._anchor.number
        calls = [s for s in self._recent if number < s.number < start.number]
        times = [s.time for s in calls if s.number not in self._refused]
        burst = max(1.0, 0.7 * self._first.accepted)
        low = len(times) / seconds
        high = max(start.rate, low) * 1.05
        if _level(times, self._anchor.time, start.time, high, burst) < 1:
            return high
        for _ in range(14):
            middle = (low + high) / 2
            if _level(times, self._anchor.time, start.time, middle, burst) < 1:
                low = middle
            else:
                high = middle
        return high

    def _grow(self, now: float) -> None:
        rate, seconds = self.rate, now - self._grown_at
        if rate is None or seconds <= 0:
            return
        self._grown_at = now
        if self._seeking:
            early = now - self._anchor.time < 3.5 * self._way()
            step = (1.0 if early else 0.3) / self._way()
            ahead = max(_AHEAD * self._confirmed, self._confirmed + step)
            doubled = rate * 2 ** min(seconds / _DOUBLING, 50)
            self.rate = max(rate, self._low, min(doubled, self._high * 1.05, ahead))
            return
        taken = self._number - self._anchor.number - len(self._refused)
        low = max(self._low, (taken - 1) / max(now - self._anchor.time, 1e-3))
        self.rate = rate = max(rate, min(low, self._high) + max(0.0, self._high - low) / 2)
        if now < self._probe_at:
            return
        self._probe_at = now + max(1.5 * self._way(), 0.05)
        if self._extra >= 3:
            # Three extra calls went through: the service allows more than the bounds say.
            self._seeking = self._mixed = True
            self._high, self._confirmed = math.inf, rate
            return
        extra = 1 if self._extra == 0 else 2
        self._extra += extra
        self._next -= extra / rate


def _level(times: Sequence[float], since: float, until: float, rate: float, burst: float) -> float:
    """Replay calls against a token bucket, and give its level at the end."""
    level, last = 0.5, since
    for time in times:
        level = min(burst, level + rate * (time - last)) - 1
        last = time
    return min(burst, level + rate * (until - last))


class _FirstCalls:
    """The calls that start before the first answer: they show the burst.

    When that answer comes, those that follow wait until the rest should have been answered too: the
    time it took to start them, once in a pace's life. Else each accepted one would send another
    call after the throttled ones that are about to be seen.
    """

    def __init__(self) -> None:
        self.hold_until = -math.inf
        self.accepted = 0
        self._open = 0
        self._answers = 0
        self._last_start = 0.0

    @property
    def over(self) -> bool:
        return self._answers > 0 and self._open == 0

    @property
    def shows_single(self) -> bool:
        """Whether one alone of several first calls was accepted."""
        return self.over and self._answers >= 3 and self.accepted <= 1

    def starts(self, now: float) -> None:
        if not self._answers:
            self._open += 1
            self._last_start = now

    def answered(self, now: float, delay: float, *, accepted: bool) -> None:
        if not self._open:
            return
        self._open -= 1
        self._answers += 1
        self.accepted += accepted
        if self._answers == 1:
            self.hold_until = self._last_start + 1.1 * delay + 0.002
        if not self._open:
            self.hold_until = now


class _SingleToken:
    """Bisects the rate of a bucket that holds one token, where every early call is refused."""

    def __init__(self, rate: float, now: float) -> None:
        self._fine, self._refused = 0.0, math.inf
        self._once_fine = 0.0
        self._strange = 0
        self._streak = 0
        self._slips = 0
        self._widen = 1.06
        self._probe_at = now + _PROBE_SECONDS[1]
        self._rate = rate

    @property
    def unrelated(self) -> bool:
        """Whether calls are refused again and again at half a rate at which one was accepted, or at
        the lowest."""
        return self._strange >= 3

    def accepted(self, rate: float, now: float) -> float | None:
        """Take note of a call at a rate; answer the next rate, or ``None`` to keep it."""
        self._once_fine = max(self._once_fine, rate)
        self._streak += 1
        if self._streak < 3:
            return None
        self._streak = self._strange = 0
        self._fine = max(self._fine, rate)
        if self._fine < self._refused * _MARGIN:
            return min((self._fine + self._refused) / 2, self._fine * 2)
        if now >= self._probe_at:
            self._refused *= self._widen
            self._widen = min(2.0, self._widen**2)
            self._probe_at = now + 0.05
        return min(self._fine, self._refused * _MARGIN)

    def throttled(self, rate: float, now: float) -> float:
        """Take note of a refused call at a rate; answer the next rate."""
        self._strange += 0 < self._once_fine and rate <= max(self._once_fine / 2, 1 / _LONGEST_WAIT)
        self._streak, self._widen = 0, 1.06
        if self._fine < rate * 0.97:
            self._slips = 0
        else:
            # Refused at a rate that was fine: jitter, or the service allows less now.
            self._slips += 1
            self._fine = rate * _MARGIN if self._slips < 3 else rate / 2
            self._slips %= 3
        self._refused = max(min(self._refused, rate), self._fine)
        self._probe_at = now + max(4.0, 50 / rate)
        lower = (self._fine + self._refused) / 2 if self._fine > 0 else rate / 2
        return max(lower, min(rate, 1 / _LONGEST_WAIT))
