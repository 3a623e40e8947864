"""A held rate where the bucket holds one token."""

from __future__ import annotations

import pytest

from itemwise._rate import RateFinder, Start
from itemwise._rate.one_token import OneToken

SEEDS = range(5)


def test_where_the_bucket_holds_one_token_throttles_ease_the_rate_and_time_raises_it() -> None:
    one = OneToken()
    # The first of some throttles lowers it a little, those that follow at once by more and more.
    eased = [one.eased(Start(number, 0.0, 100.0), None) for number in (3, 5, 6, 7, 8)]
    assert eased == pytest.approx([98.5, 97.0, 94.0, 88.0, 80.0])
    assert one.eased(Start(90, 0.0, 100.0), None) == pytest.approx(98.5)
    # A call that came 11 ms after the one before it came too soon for more than 91 a second.
    assert one.eased(Start(190, 0.0, 100.0), 0.011) == pytest.approx(1 / 0.011)
    assert one.eased(Start(290, 0.0, 100.0), 0.05) == pytest.approx(50.0)
    assert OneToken.risen(50.0, high=52.0, seconds=1.0) == pytest.approx(50.4)
    # What a late timer can add to the time between two calls is the limit.
    assert OneToken.risen(50.0, high=49.0, seconds=60.0) == pytest.approx(1 / (1 / 49 - 0.002))
    assert OneToken.risen(60.0, high=49.0, seconds=60.0) == 60.0


def _holds_one_token() -> tuple[RateFinder, float]:
    """Give a finder that holds 20 a second, of a bucket with one token, and the time."""
    finder = RateFinder()
    first = [finder.start(0.0, others_wait=True) for _ in range(3)]
    finder.accepted(first[0], 0.01)
    for start in first[1:]:
        finder.throttled(start, 0.01)
    finder._estimate.bounds.narrow(19.0, 21.0)
    finder._estimate.seeking, finder._estimate.quiet_until, finder._schedule.rate = False, 5.0, 20.0
    now = 0.1
    for _ in range(20):
        finder.accepted(finder.start(now, others_wait=True), now + 0.01)
        now += 0.05
    return finder, now


def test_a_held_rate_of_one_token_is_eased_and_what_was_in_flight_takes_nothing_back() -> None:
    finder, now = _holds_one_token()
    rate = finder.rate
    assert rate is not None
    early, straggler = (
        finder.start(now - 0.001, others_wait=True),
        finder.start(now + 0.004, others_wait=True),
    )
    finder.throttled(early, now + 0.009)
    eased = finder.rate
    assert eased is not None
    assert 0.8 * rate <= eased < 0.99 * rate
    finder.throttled(straggler, now + 0.014)
    assert finder.rate == eased
    # Another quiet begins, and the rate rises again.
    assert finder._estimate.quiet_until > now + 4
    finder.due(now + 0.06)
    assert finder.rate is not None
    assert finder.rate > eased


def test_a_throttled_call_of_one_token_goes_again_soon() -> None:
    finder, now = _holds_one_token()
    finder.throttled(finder.start(now - 0.001, others_wait=True), now + 0.009)
    # 49 ms after the call before it, it was too early by little.
    assert now + 0.009 <= finder.due(now + 0.009) < now + 0.015


def test_what_was_held_up_eases_nothing() -> None:
    finder, now = _holds_one_token()
    rate = finder.rate
    finder.throttled(finder.start(now, others_wait=True), now + 0.3)
    assert finder.rate == rate


def test_bounds_follow_a_rate_that_is_eased_for_long() -> None:
    finder, now = _holds_one_token()
    # None of its windows contradicts these, so that none begins for that.
    finder._estimate.bounds.low, finder._estimate.bounds.high = 5.0, 40.0
    for _ in range(400):
        now = max(now, finder.due(now))
        start = finder.start(now, others_wait=True)
        # One call in 37 is throttled, which is about what the rise makes up for.
        if start.number % 37:
            finder.accepted(start, now + 0.01)
        else:
            finder.throttled(start, now + 0.01)
        now += 0.01
    assert now > 15
    assert now - finder._attempts.window.answered_at < 10


def test_a_held_rate_of_one_token_comes_down_to_the_bounds_at_once() -> None:
    finder, now = _holds_one_token()
    finder._schedule.rate = 100.0
    starts = [finder.start(now + 0.01 * step, others_wait=True) for step in range(4)]
    for start in starts[:3]:
        finder.accepted(start, start.time + 0.1)
    finder.throttled(starts[3], starts[3].time + 0.1)
    assert finder.rate == pytest.approx(OneToken.most(finder._estimate.bounds.high))

    # As well where the bounds are learned of what was in flight at the last lesson.
    finder, now = _holds_one_token()
    starts = [finder.start(now + 0.05 * step, others_wait=True) for step in range(6)]
    finder._lessons._learned_at, finder._schedule.rate = now + 10, 100.0
    for start in starts[:5]:
        finder.accepted(start, start.time + 0.1)
    finder.throttled(starts[5], starts[5].time + 0.1)
    assert finder.rate == pytest.approx(OneToken.most(finder._estimate.bounds.high))
