"""Pure: find the rate that a service accepts, and stay just under it. Time comes from outside.

Services throttle by token bucket: it fills at the rate that is looked for, holds a burst, and each
accepted call takes a token. When a call is throttled the bucket is empty. So between two throttles
the accepted calls, give or take one, are what has flowed in: divided by the time between, they are
the rate, whatever was sent meanwhile. Each such *window* bounds the rate from both sides. The
bounds of successive windows are intersected; where they contradict each other the newer window
counts. What a full bucket would have spilled within the window is allowed for, by replaying the
calls against one.

Four phases. *Free*: nothing was throttled yet, and nothing is held back. *Seeking*: the rate grows
fast, from little, until a throttle ends the first window. *Holding*: the rate stays within the
bounds for a while, then grows until the next throttle. *Contended*: a throttle came sooner than the
bounds allow, or below them: the rate has changed, or another process draws on the same bucket. Each
throttle then lowers the rate by a share, and it grows by as many calls for everybody, which evens
out the shares of processes that know nothing of each other. Windows that agree end this phase.

Where many calls are throttled though the rate was lowered, the rate is not the cause: it is free
again until most calls are throttled.
"""

from __future__ import annotations

import math
from collections import deque
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

_LONGEST_WAIT = 1.0
"""Seconds between calls, at most, while seeking finds the bucket still empty."""

_SLOWEST, _FEW_CALLS = 0.1, 8
"""Calls per second, at least: a service that throttles everything is still asked now and then. As
long as answers are few, they prove no rate below one call in `_LONGEST_WAIT`."""

_QUIET_SECONDS, _QUIET_CALLS, _QUIET_LIMIT = 3.2, 50, 12.0
"""How long the held rate is left alone: so many seconds, or calls where those take longer, but no
longer than the limit. A throttle each three seconds is the price of noticing that the service
allows more, within five."""

_CLIMB = 0.4
"""Growth per second after the quiet: little is in flight above the rate when the throttle comes,
and a doubled rate is found in two seconds."""

_GIVE_WAY = 0.2
"""The share by which a throttle lowers a contended rate."""

_CONTENDED_CLIMB = 10.0
"""What a contended rate gains per second, in calls per second: the same for all, else the larger
share would stay the larger. Yet at least a fifth of the rate and at most all of it."""

_SHARE_GAIN, _SHARE_CALLS, _UNRELATED_SHARE = 0.05, 20, 0.15
"""How the share of throttled calls is followed, from how many calls on it counts, and the share at
which a pace that was found does not help: throttles have another cause than the rate."""

_AGREEING = 3
"""Windows that agree with the bounds in a row, to hold again."""

_LEAN, _LEAN_SINGLE = 0.4, 0.75
"""Where between the bounds the rate is held: below the middle, since the burst makes up for too
little. A bucket that holds one token makes up for nothing, and spilling lowers the low bound."""

_LARGEST_BURST = 8
"""What a bucket holds is assumed to be no more, where the first calls did not show it."""

_LATE = 0.003
"""Seconds by which timers are late, made up for in a burst."""


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
        self._next = -math.inf
        self._grown_at = self._quiet_until = self._learned_at = -math.inf
        self._confirmed = 0.0
        # The answers' delay and how much it varies: what the bounds must be padded for.
        self._delay: float | None = None
        self._jitter = 0.0
        self._first = _FirstCalls()
        self._burst = _LARGEST_BURST
        # The window: from the anchor, which was throttled, to the next throttle.
        self._anchor = Start(0, -math.inf, 0.0)
        self._refused: deque[int] = deque(maxlen=512)
        self._recent: deque[Start] = deque(maxlen=1024)
        self._low, self._high = 0.0, math.inf
        self._anchor_answered = -math.inf
        self._seeking = True
        self._contended = 0
        # Of the calls of late, the share that was throttled; what it must exceed while free.
        self._share = self._believed_above = 0.0
        self._paced, self._patience = 0, _SHARE_CALLS

    def due(self, now: float) -> float:
        """Tell when the next attempt may start, in seconds; not after `now` means at once."""
        if self.rate is None:
            return self._first.hold_until
        self._grow(self.rate, now)
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
            late = max(gap, _LATE) if self._burst > 1 else 0.0
            self._next = max(self._next, now - late) + gap
        return started

    def withdraw(self, start: Start) -> None:
        """Take back an attempt that was let through and never sent."""
        self._refused.append(start.number)

    def accepted(self, start: Start, now: float) -> None:
        """Take note of an attempt that the service did not throttle."""
        # Throttled answers can come much faster: they say nothing of the way of the others.
        delay = now - start.time
        if start.rate and self._confirmed == 0.0:
            # The first that was not among the first calls, whose connections took their time.
            self._delay, self._jitter = delay, 0.0
        known = delay if self._delay is None else self._delay
        self._jitter += 0.1 * (abs(delay - known) - self._jitter)
        self._delay = known + 0.1 * (delay - known)
        self._confirmed = start.rate
        self._share -= _SHARE_GAIN * self._share
        self._paced += start.rate > 0
        if start.rate == 0.0:
            self._first.answered(now, delay)

    def throttled(self, start: Start, now: float, *, partly: bool = False) -> None:
        """Take note of an attempt that the service throttled.

        Args:
            start: the attempt.
            now: the time of its answer.
            partly: whether it was accepted, and only some of its items were throttled.
        """
        self._refused.append(start.number)
        if start.rate == 0.0:
            self._first.answered(now, now - start.time)
            self._burst = min(self._burst, start.number - 1)
        if self.rate is None:
            self._share += _SHARE_GAIN * (1 - self._share)
            if self._share > self._believed_above:
                self._begin(start, now)
        elif start.number > self._anchor.number:
            count = self._accepted_before(start) + partly
            # The first calls also wait for their connections: what lies between the two throttles
            # is somewhere between what lies between their starts and between their answers.
            started = max(start.time - self._anchor.time, 1e-4)
            answered = max(now - self._anchor_answered, 1e-4)
            seconds = min(started, answered)
            # A bucket that has not filled yet is no news, however often it is found empty; nor is
            # the throttle that ends a time of quiet.
            empty_still = self._seeking and count == 0
            telling = start.time >= self._learned_at and started < _QUIET_SECONDS
            if telling and not empty_still and self._unrelated():
                return
            padding = 2 * self._jitter + 1e-3
            low = (count - 1) / (max(started, answered) + padding)
            high = (count + 1) / max(seconds - padding, 1e-4)
            if count:
                high = max(high, self._spilled(start, count, seconds))
            if start.time < self._learned_at:
                # In flight at the last lesson already: it says more of the same moment.
                if count >= (3 if start.rate else 12):
                    self._narrow(low, high)
                    self._set_rate(self._within_bounds(), start, now)
                    if self._seeking and count >= 12:
                        self._hold(now)
            elif empty_still:
                # Still empty, and nothing was taken out: look again after eight times as long.
                wait = min(7 * seconds, _LONGEST_WAIT)
                self.rate = 1 / wait
                self._next = start.time + wait
                self._grown_at, self._learned_at = max(now, self._next), now
            else:
                self._learn(start, now, low, high, count)

    def _begin(self, start: Start, now: float) -> None:
        """Leave the free phase: the bucket was empty when this attempt arrived."""
        self._believed_above, self._share, self._paced = 0.0, 0.0, 0
        self.rate = min(2.0 / _FIRST_WAIT, 2.5 / self._way())
        self._next = self._grown_at = now + _FIRST_WAIT
        self._anchor_at(start, now)

    def _unrelated(self) -> bool:
        """Be free again where holding back has not helped: the rate is not the cause then."""
        self._paced += 1
        self._share += _SHARE_GAIN * (1 - self._share)
        if self._paced < self._patience or self._share < _UNRELATED_SHARE:
            return False
        # Where this proves wrong, the next doubt takes longer.
        self._patience *= 8
        self._believed_above = max(0.5, min(0.9, 2 * self._share))
        self.rate, self._seeking, self._contended = None, True, 0
        self._low, self._high = 0.0, math.inf
        return True

    def _way(self) -> float:
        return _FIRST_WAIT if self._delay is None else max(self._delay, 1e-3)

    def _anchor_at(self, start: Start, now: float) -> None:
        self._anchor = start
        self._anchor_answered = self._learned_at = now
        self._refused = deque((n for n in self._refused if n > start.number), maxlen=512)

    def _accepted_before(self, start: Start) -> int:
        first, end = self._anchor.number, start.number
        return end - first - 1 - sum(first < number < end for number in self._refused)

    def _learn(self, start: Start, now: float, low: float, high: float, count: int) -> None:
        """Learn from a throttle that ends the window."""
        seconds = start.time - self._anchor.time
        width = self._high - self._low
        above, below = low > self._high, high < self._low
        agrees = math.isfinite(self._high) and not (above or below)
        if above and not self._seeking:
            # The service allows more. The window has seen both rates and bounds neither.
            self._low, self._high, self._quiet_until = 0.0, math.inf, now
            self._set_rate(max(start.rate * 0.9, low), start, now)
            self._anchor_at(start, now)
            return
        self._narrow(low, high)
        if not self._seeking:
            # Bounds of some width let a throttle come after as many calls.
            soon = seconds < 0.75 * _QUIET_SECONDS and count < 0.5 * start.rate / max(width, 1e-9)
            self._contended = _AGREEING if below or soon else max(0, self._contended - 1)
        self._set_rate(self._within_bounds(), start, now)
        self._anchor_at(start, now)
        if (count >= 3 or agrees) and math.isfinite(self._high):
            self._hold(now)

    def _hold(self, now: float) -> None:
        self._seeking = False
        calls = _QUIET_CALLS / (self.rate or 1.0)
        self._quiet_until = now + min(_QUIET_LIMIT, max(_QUIET_SECONDS, calls))

    def _within_bounds(self) -> float:
        lean = _LEAN_SINGLE if self._burst <= 1 and not self._contended else _LEAN
        rate = self._low + lean * (self._high - self._low)
        return rate * (1 - _GIVE_WAY) if self._contended else rate

    def _set_rate(self, rate: float, start: Start, now: float) -> None:
        slowest = _SLOWEST if self._paced >= _FEW_CALLS else 1 / _LONGEST_WAIT
        self.rate = self._confirmed = max(rate, slowest)
        self._grown_at = now
        # What has started since the bucket was empty has used what flowed in since.
        later = self._number - start.number - sum(n > start.number for n in self._refused)
        self._next = max(self._next, start.time + (1 + later) / self.rate)

    def _narrow(self, low: float, high: float) -> None:
        if low > self._high or high < self._low:
            self._low, self._high = max(low, 0.0), high
        else:
            self._low, self._high = max(low, self._low), min(high, self._high)

    def _spilled(self, start: Start, count: int, seconds: float) -> float:
        """Bound the rate from above where the bucket may have been full within the window.

        Replays the calls against a bucket, and answers the highest rate that would still have left
        it empty at the end.
        """
        first, low = self._anchor.number, count / seconds
        if self._recent[0].number > first + 1:
            return start.rate  # A window longer than what is remembered.
        refused = set(self._refused)
        calls = (call for call in self._recent if first < call.number < start.number)
        times = [call.time for call in calls if call.number not in refused]
        burst = max(1.0, 0.7 * self._burst)

        def empty(rate: float) -> bool:
            level, last = 0.5, self._anchor.time
            for time in times:
                level, last = min(burst, level + rate * (time - last)) - 1, time
            return min(burst, level + rate * (start.time - last)) < 1

        high = max(start.rate, low) * 1.05
        if not empty(high):
            for _ in range(14):
                middle = (low + high) / 2
                low, high = (middle, high) if empty(middle) else (low, middle)
        return high

    def _grow(self, rate: float, now: float) -> None:
        seconds = min(now - self._grown_at, 1 + 1 / rate)
        if seconds <= 0:
            return
        self._grown_at = now
        if now > self._next + 1 / rate + 0.02:
            return  # The pace holds nobody back: what is not used proves nothing.
        if self._seeking:
            early = now - self._anchor.time < 3.5 * self._way()
            step = (2.0 if early else 0.3) / self._way()
            ahead = max(_AHEAD * self._confirmed, self._confirmed + step)
            doubled = rate * 2 ** (seconds / _DOUBLING)
            self.rate = max(rate, min(doubled, self._high * 1.05, ahead))
        elif self._contended:
            self.rate = rate + seconds * min(rate, max(_CONTENDED_CLIMB, rate / 5))
        elif now < self._quiet_until:
            taken = self._number - self._anchor.number - len(self._refused)
            low = max(self._low, (taken - 1) / max(now - self._anchor.time, 1e-3))
            self.rate = max(rate, min(low, self._high) + max(0.0, self._high - low) / 2)
        else:
            self.rate = rate * math.exp(_CLIMB * seconds)


class _FirstCalls:
    """The calls that start before the first answer.

    When that answer comes, those that follow wait until the rest should have been answered too: the
    time it took to start them, once in a pace's life. Else each accepted one would send another
    call after the throttled ones that are about to be seen.
    """

    def __init__(self) -> None:
        self.hold_until = -math.inf
        self._open = 0
        self._answered = False
        self._last_start = 0.0

    def starts(self, now: float) -> None:
        if not self._answered:
            self._open += 1
            self._last_start = now

    def answered(self, now: float, delay: float) -> None:
        if not self._open:
            return
        self._open -= 1
        if not self._answered:
            self._answered = True
            self.hold_until = self._last_start + 1.1 * delay + 0.002
        if not self._open:
            self.hold_until = now
