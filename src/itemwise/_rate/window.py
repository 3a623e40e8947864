"""Pure: the window from one throttle to the next, and what its calls tell of the rate."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["SHORTEST", "Start", "Window"]

SHORTEST = 1e-4
"""Seconds: no time is taken to be shorter, since clocks can be coarse, and times are divided by."""

_REMEMBERED = 512
"""Attempts that took no token, at most."""

_LEFT, _CERTAIN = 0.5, 0.8
"""Tokens that a bucket may hold where a call was throttled, and the share of what it seems to hold
that it holds for certain."""

_ABOVE = 1.05
"""How far above the rate at its end a window can bound the rate, at most."""

_ROUNDS = 3
"""What the bucket holds may depend on the rate: so often is one found from the other, at most."""


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


class Window:
    """The attempts since the throttle that began the window.

    Attributes:
        anchor: the attempt that was throttled; the last of the first calls, for the first window.
        answered_at: when its answer came, in seconds.
        taken: how many of the attempts that started later were accepted.
    """

    def __init__(self) -> None:
        self.anchor, self.answered_at = Start(0, -math.inf, 0.0), -math.inf
        self.taken = 0
        self._without: deque[int] = deque(maxlen=_REMEMBERED)
        self._recent: deque[Start] = deque(maxlen=1024)

    @property
    def last_started(self) -> float:
        """When the latest attempt started, in seconds."""
        return self._recent[-1].time

    def begin(self, anchor: Start, now: float) -> None:
        """Begin anew at another throttle."""
        self.anchor, self.answered_at, self.taken = anchor, now, 0
        self._without = deque((n for n in self._without if n > anchor.number), maxlen=_REMEMBERED)

    def contains(self, start: Start) -> bool:
        """Tell whether an attempt started after the anchor."""
        return start.number > self.anchor.number

    def started(self, start: Start) -> None:
        """Take note of an attempt."""
        self._recent.append(start)

    def accepted(self, start: Start) -> None:
        """Take note of an attempt that the service took."""
        self.taken += self.contains(start)

    def took_no_token(self, start: Start) -> None:
        """Take note of an attempt that was throttled or never sent: it took no token."""
        self._without.append(start.number)

    def count(self, end: Start) -> int:
        """Count the attempts before `end` that took a token."""
        return self.count_between(self.anchor, end)

    def count_between(self, begin: Start, end: Start) -> int:
        """Count the attempts between two that took a token, as far as is known."""
        first, last = begin.number, end.number
        count = last - first - 1 - sum(first < number < last for number in self._without)
        if len(self._without) == _REMEMBERED and first < self._without[0]:
            # More took none than are remembered.
            return min(count, self.taken)
        return count

    def count_later(self, start: Start, latest: int) -> int:
        """Count those after `start`, up to the one with the latest number."""
        return latest - start.number - sum(number > start.number for number in self._without)

    def measure(self, end: Start, now: float) -> tuple[float, float]:
        """Tell how long the window is by the times of its ends' starts, and of their answers.

        The first window's anchor is given the start that its answer shows.

        Args:
            end: the attempt whose throttle ends it.
            now: the time of its answer.
        """
        if self.anchor.rate == 0.0:
            # Connections took their time when it started: only the answers compare.
            self.anchor.time = self.answered_at - (now - end.time)
        return (
            max(end.time - self.anchor.time, SHORTEST),
            max(now - self.answered_at, SHORTEST),
        )

    def highest(
        self, end: Start, count: int, seconds: float, burst_at: Callable[[float], float]
    ) -> float:
        """Bound the rate from above where the bucket may have been full within the window.

        The highest rate at which a bucket that replays the calls would still be empty at the end.
        If it was last full right before one of them, it has lost a token to that one and to each
        later one since, and what flowed in since makes up for less than that.

        Args:
            end: the attempt whose throttle ends the window.
            count: the calls that took a token.
            seconds: the window's length.
            burst_at: what the bucket holds, if it fills at a rate.
        """
        first, low = self.anchor.number, count / seconds
        if self._recent[0].number > first + 1:
            return end.rate  # A window longer than what is remembered.
        without = set(self._without)
        calls = (call for call in self._recent if first < call.number < end.number)
        # How long before the end, and the latest first: they are counted from there.
        times = (end.time - call.time for call in calls if call.number not in without)
        ago = [max(time, SHORTEST) for time in times][::-1]
        never_full = (len(ago) + 1 - _LEFT) / max(end.time - self.anchor.time, SHORTEST)
        rate = most = _ABOVE * max(end.rate, low)
        room = math.inf
        for _ in range(_ROUNDS):
            before, room = room, max(1.0, _CERTAIN * burst_at(rate))
            if room == before:
                break
            once_full = ((n + 2 - room) / time for n, time in enumerate(ago))
            rate = min(most, max(low, never_full, *once_full))
        return rate
