"""Pure: how the rate grows while nothing is throttled."""

from __future__ import annotations

import math

from itemwise._rate.answers import Answers
from itemwise._rate.bounds import Bounds

__all__ = ["climbed", "gained", "past", "sought"]

_DOUBLING, _MANY = 0.05, 8
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

_GAIN, _GAIN_A_CALL = 1.4, 0.4
"""What a contended rate gains per second: so much times its square root. Less than in proportion,
else the larger share would stay the larger; yet no more than such a share for each call, for a slow
service's sake."""


def sought(rate: float, seconds: float, taken: int, most: float) -> float:
    """Give the rate after some seconds of seeking, up to a rate; `taken` calls were accepted."""
    doublings = seconds / _DOUBLING * (1 + (taken / _MANY) ** 2)
    return _grown(rate, math.log(2) * doublings, most)


def climbed(
    rate: float, seconds: float, answers: Answers, bounds: Bounds, *, outgrown: bool
) -> float:
    """Give the rate after some seconds of climbing past the bounds, or beyond what they allow."""
    confirmed, way = answers.confirmed, answers.way()
    ahead = confirmed * (1 + _LARGEST_SHARE) + _STEP / way if outgrown else _ahead(confirmed, way)
    return _grown(rate, _CLIMB * seconds, min(ahead, past(bounds.high, way)))


def gained(rate: float, seconds: float) -> float:
    """Give a contended rate after some seconds."""
    return rate + seconds * min(_GAIN * math.sqrt(rate), _GAIN_A_CALL * rate * rate)


def _ahead(confirmed: float, way: float) -> float:
    return confirmed * (1 + min(_LARGEST_SHARE, (confirmed / _FAST) ** 2)) + _STEP / way


def past(high: float, way: float) -> float:
    """Give the rate to which it grows past an upper bound; an answer takes `way` seconds."""
    return _PAST * high + min(_PAST_IN_FLIGHT / way, high)


def _grown(rate: float, exponent: float, most: float) -> float:
    return max(rate, min(rate * math.exp(min(exponent, 50.0)), most))
