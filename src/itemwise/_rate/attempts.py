"""Pure: what was seen of the attempts: when they started, and how they were answered."""

from __future__ import annotations

from itemwise._rate.answers import Answers
from itemwise._rate.delays import Delays
from itemwise._rate.demand import Demand
from itemwise._rate.first_calls import FirstCalls
from itemwise._rate.reading import Reading, read
from itemwise._rate.window import Start, Window

__all__ = ["Attempts"]


class Attempts:
    """Follows each attempt from its start to its answer.

    Attributes:
        first: those before the first throttle.
        answers: the answers to those that were accepted.
        window: those since the throttle that began the window.
        delays: what is in flight, and what of it is overdue.
        demand: whether every turn is taken.
    """

    def __init__(self) -> None:
        self.first, self.answers = FirstCalls(), Answers()
        self.window, self.delays, self.demand = Window(), Delays(), Demand()
        self._latest = 0

    def start(self, now: float, rate: float | None, *, others_wait: bool) -> Start:
        """Take note of an attempt that starts.

        Args:
            now: the time.
            rate: calls per second; ``None`` while nothing is held back.
            others_wait: whether others still wait for their turn.
        """
        self._latest += 1
        self.demand.presses = others_wait
        started = Start(self._latest, now, rate or 0.0)
        self.window.started(started)
        self.delays.started(started)
        if rate is None:
            self.first.starts(now)
        return started

    def withdraw(self, start: Start) -> None:
        """Take back an attempt that was never sent."""
        self.window.took_no_token(start)
        self.delays.withdraw(start)

    def accepted(self, start: Start, now: float, rate: float | None) -> None:
        """Take note of an accepted attempt, at the present rate."""
        self._answered(start, now, rate)
        self.answers.accepted(start, now)
        self.window.accepted(start)
        self.demand.accepted(start)

    def throttled(self, start: Start, now: float, rate: float | None) -> None:
        """Take note of a throttled attempt, at the present rate."""
        self.window.took_no_token(start)
        self._answered(start, now, rate)

    def _answered(self, start: Start, now: float, rate: float | None) -> None:
        rate = rate or start.rate
        fills = (self.first.burst(rate) - 1) / rate if rate else 0.0
        self.delays.answered(start, now, self.answers, fills)

    def latest(self, time: float) -> Start:
        """Give the latest of the first calls, as though it had started at a time."""
        return Start(self._latest, time, 0.0)

    def count_later(self, start: Start) -> int:
        """Count those after `start` that took a token, as far as is known."""
        return self.window.count_later(start, self._latest)

    def begin_window(self, anchor: Start, now: float) -> None:
        """Begin the window anew at a throttled attempt."""
        self.window.begin(anchor, now)
        self.delays.begin(now)
        self.demand.begin(anchor.time)

    def read_window(self, end: Start, now: float, *, partly: bool) -> Reading:
        """Read the window that a throttled attempt ends.

        Args:
            end: the attempt.
            now: the time of its answer.
            partly: whether it was accepted, and only some of its items were throttled.
        """
        padding = self.answers.padding()
        return read(
            self.window,
            end,
            now,
            partly=partly,
            padding=padding,
            held_up=self.delays.seconds,
            overtaken=self.delays.count_overtaken(self.window.anchor, end, padding),
            burst_at=self.first.burst,
        )
