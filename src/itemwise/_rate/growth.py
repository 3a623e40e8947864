"""Pure: how the rate grows between throttles."""

from __future__ import annotations

import math

from itemwise._rate.answers import Answers
from itemwise._rate.attempts import Attempts
from itemwise._rate.bounds import Bounds
from itemwise._rate.estimate import Estimate
from itemwise._rate.first_calls import LARGEST_BURST
from itemwise._rate.one_token import OneToken
from itemwise._rate.schedule import Schedule

__all__ = ["Growth"]

_FASTEST = 10_000.0
"""Calls per second, at most: far more than one process can send."""

_DOUBLING, _MANY = 0.074, 7.35
"""Seconds in which the rate doubles while it is sought, at first, and how many accepted calls make
that twice as fast: had the service been slow, one of them would have been throttled by then."""

_CLIMB = 2.9
"""Growth per second where bounds are known: little is in flight above the rate when the throttle
comes, and a doubled rate is found within a second."""

_STEP, _FAST, _LARGEST_SHARE = 0.06, 400.0, 0.3
"""The rate runs ahead of what was confirmed by so many calls in flight, and by a share of it, the
square of what it is of a fast rate: a slow service shows that it is found with few calls in flight
above its rate, a fast one would take long to find. Where it has grown, by the largest share."""

_PAST, _PAST_IN_FLIGHT = 1.02, 0.38
"""How far the rate goes past the upper bound: by a share, and by so many calls in flight."""

_GAIN, _GAIN_A_CALL, _CALM, _GAIN_AGAIN = 1.4, 0.4, 1.0, 1.0
"""What a contended rate gains per second: so much times its square root. Less than in proportion,
else the larger share would stay the larger; yet no more than such a share for each call, for a slow
service's sake. Once so many seconds were without a throttle, it gains as much again with each so
many: where others draw on the bucket one comes sooner, and who gave way to nobody is not to take
long to find out."""


class Growth:
    """Lets the rate grow while nothing is throttled and every turn is taken."""

    def __init__(self, attempts: Attempts, estimate: Estimate, schedule: Schedule) -> None:
        self._attempts, self._estimate, self._schedule = attempts, estimate, schedule

    def grow(self, rate: float, now: float) -> None:
        """Let a rate grow for the time since it was set, or has last grown."""
        schedule, estimate, demand = self._schedule, self._estimate, self._attempts.demand
        seconds = min(now - schedule.set_at, 1 + 1 / rate)
        if seconds <= 0:
            return
        schedule.set_at = now
        unused = now > schedule.due and not demand.presses
        # Those who waited can have gone, and the process can have been held up.
        if unused or schedule.is_overdue(rate, now):
            demand.pause(now, LARGEST_BURST)
        elif estimate.contention.contended:
            since = now - self._attempts.window.answered_at
            schedule.rate = min(_gained(rate, seconds, since), _FASTEST)
        elif not estimate.seeking and now < estimate.quiet_until:
            if estimate.eases:
                schedule.rate = OneToken.risen(rate, estimate.bounds.high, seconds)
        elif self._attempts.answers.confirmed:
            schedule.rate = min(self._past_bounds(rate, seconds, now), _FASTEST)
            self._compare_with_bounds()

    def highest(self, now: float) -> float:
        """Give the rate that may be sought now."""
        attempts = self._attempts
        throttled, since = attempts.first.throttled, attempts.demand.since
        return self._estimate.steps.highest(attempts.answers, throttled, since, now)

    def _past_bounds(self, rate: float, seconds: float, now: float) -> float:
        answers, estimate = self._attempts.answers, self._estimate
        if estimate.seeking:
            most = min(self.highest(now), _past(estimate.bounds.high, answers.round_trip()))
            return _sought(rate, seconds, self._attempts.window.taken, most)
        return _climbed(rate, seconds, answers, estimate.bounds, outgrown=estimate.outgrown)

    def _compare_with_bounds(self) -> None:
        attempts, estimate = self._attempts, self._estimate
        answers, high = attempts.answers, estimate.bounds.high
        none_for = attempts.window.anchor.time - answers.last.time - answers.round_trip()
        if attempts.demand.more_than(high, answers.last.time) or none_for > 2 / high:
            # More has gone through than the bounds allow; or nothing at all: a bucket that fills
            # would have let something through.
            estimate.outgrown = not estimate.seeking
            estimate.bounds.high = math.inf


def _sought(rate: float, seconds: float, taken: int, most: float) -> float:
    """Give the rate after some seconds of seeking, up to a rate; `taken` calls were accepted."""
    doublings = seconds / _DOUBLING * (1 + (taken / _MANY) ** 2)
    return _grown(rate, math.log(2) * doublings, most)


def _climbed(
    rate: float, seconds: float, answers: Answers, bounds: Bounds, *, outgrown: bool
) -> float:
    """Give the rate after some seconds of climbing past the bounds, or beyond what they allow."""
    confirmed, round_trip = answers.confirmed, answers.round_trip()
    ahead = (
        confirmed * (1 + _LARGEST_SHARE) + _STEP / round_trip
        if outgrown
        else _ahead(confirmed, round_trip)
    )
    return _grown(rate, _CLIMB * seconds, min(ahead, _past(bounds.high, round_trip)))


def _gained(rate: float, seconds: float, since: float) -> float:
    """Give a contended rate after some seconds; the last throttle was `since` seconds ago."""
    gain = min(_GAIN * math.sqrt(rate), _GAIN_A_CALL * rate * rate)
    return rate + seconds * gain * (1 + max(0.0, since - _CALM) / _GAIN_AGAIN)


def _ahead(confirmed: float, round_trip: float) -> float:
    return confirmed * (1 + min(_LARGEST_SHARE, (confirmed / _FAST) ** 2)) + _STEP / round_trip


def _past(high: float, round_trip: float) -> float:
    """Give the rate to which it grows past an upper bound; an answer takes `round_trip` seconds."""
    return _PAST * high + min(_PAST_IN_FLIGHT / round_trip, high)


def _grown(rate: float, exponent: float, most: float) -> float:
    return max(rate, min(rate * math.exp(min(exponent, 50.0)), most))
