"""Pure: for how long answers were overdue: the service, the way or the process was held up."""

from __future__ import annotations

import math

from itemwise._rate.answers import Answers
from itemwise._rate.window import Start

__all__ = ["Delays"]

_LOST = 1.0
"""Seconds after which an overdue call says nothing of others: it may never be answered."""

_ROOM = 0.6
"""The share of a bucket that is empty where the rate is held."""


class Delays:
    """Follows what is overdue.

    What queues meanwhile arrives all at once. A bucket has spilled some of what it let flow in by
    then, and throttles some of the queue, with nobody else there.

    Attributes:
        seconds: since the window began, in which the bucket may have spilled.
        until: when something was overdue the last time.
    """

    def __init__(self) -> None:
        self.seconds, self.until = 0.0, -math.inf
        self._began = self._since = self._counted = 0.0
        self._open: dict[int, Start] = {}

    def begin(self, now: float) -> None:
        """Begin anew with a window."""
        self.seconds, self._began = 0.0, now
        self._since, self._counted = now, 0.0

    def started(self, start: Start) -> None:
        """Take note of an attempt."""
        # The first calls wait for their connections.
        if start.rate:
            self._open[start.number] = start

    def withdraw(self, start: Start) -> None:
        """Take note of an attempt that will not be answered."""
        self._open.pop(start.number, None)

    def count_overtaken(self, begin: Start, end: Start, padding: float) -> int:
        """Count those in between that may have been throttled too, by answers yet to come.

        Args:
            begin: the attempt that began the window.
            end: the attempt whose throttle ends it.
            padding: seconds by which the times of answers differ.
        """
        since = end.time - padding
        open_since = (call.number for call in self._open.values() if call.time > since)
        return sum(begin.number < number < end.number for number in open_since)

    def answered(self, start: Start, now: float, answers: Answers, fills: float) -> None:
        """Take note of an answer.

        Args:
            start: its attempt.
            now: the time.
            answers: what is known of the answers before.
            fills: seconds in which an empty bucket fills.
        """
        if self._open.pop(start.number, None) is None:
            return
        # What was held up is answered all at once, in any order.
        not_lost = now - _LOST - answers.round_trip()
        others = (other for other in self._open.values() if other.time >= not_lost)
        oldest = next(others, start)
        late = max(answers.late(start, now), answers.late(oldest, now))
        if not late:
            return
        begin = max(now - late, self._began)
        if begin > self.until:
            self._since, self._counted = begin, 0.0
        # What was overdue at the same time was held up once.
        self._since, self.until = min(begin, self._since), now
        spilling = max(0.0, now - self._since - _ROOM * fills)
        self.seconds = min(self.seconds + spilling - self._counted, now - self._began)
        self._counted = spilling
