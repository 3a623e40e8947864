"""Pure: what is thought of the rate that a service accepts, and what is to be done about it."""

from __future__ import annotations

import math

from itemwise._rate.bounds import Bounds
from itemwise._rate.contention import Contention
from itemwise._rate.first_calls import FirstCalls
from itemwise._rate.steps import Steps

__all__ = ["Estimate"]


class Estimate:
    """What is thought of the rate.

    Attributes:
        bounds: what windows have said of it.
        contention: whether others draw on the bucket.
        steps: how far it may be sought.
        seeking: whether no window has said enough yet.
        outgrown: whether more goes through than the bounds allowed.
        quiet_until: until when it is held as it is, in seconds.
        given_up: the rate that was held when holding back seemed to be in vain, if any was.
    """

    def __init__(self, first: FirstCalls) -> None:
        self._first = first
        self.bounds, self.contention, self.steps = Bounds(), Contention(), Steps()
        self.seeking, self.outgrown = True, False
        self.quiet_until, self.given_up = -math.inf, 0.0

    @property
    def holds(self) -> bool:
        """Whether the rate was found, and nobody else seems to draw on it."""
        return not (self.seeking or self.contention.contended)

    @property
    def keeps(self) -> bool:
        """Whether the bucket keeps more than one token."""
        return self._first.burst(self.bounds.middle()) >= 2

    @property
    def eases(self) -> bool:
        """Whether a rate is held of which the bucket keeps nothing."""
        return self.holds and not self.keeps

    def within_bounds(self) -> float:
        """Give the rate to hold."""
        return self.bounds.held(keeps=self.keeps)

    def give_up(self, rate: float) -> None:
        """Forget what was learned but the rate that was held: it seems not to matter."""
        self.given_up = 0.0 if self.seeking else rate
        self.outgrown = False
        self.bounds, self.steps, self.contention = Bounds(), Steps(), Contention()
