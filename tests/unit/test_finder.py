"""What the rate finder does at each throttle, answer and turn."""

from __future__ import annotations

import pytest

from itemwise._rate import RateFinder, Start
from itemwise._rate.first_calls import FirstCalls

SEEDS = range(5)


def _throttled_twice(held_up: float = 0.0, *, held: int = 10) -> tuple[RateFinder, float]:
    """Give a finder that met 10 calls a second and a bucket that held so many, and the time."""
    finder, accepted = RateFinder(), 20
    for _ in range(held):
        finder.accepted(finder.start(0.0, others_wait=True), 0.01)
    finder.throttled(finder.start(0.0, others_wait=True), 0.01)
    for step in range(accepted):
        start = Start(held + 2 + step, 2 / accepted * (step + 1), 10.0)
        finder._attempts._latest += 1
        finder._attempts.window.started(start)
        finder.accepted(start, start.time + 0.01)
    last = Start(held + 2 + accepted, 2.0, 10.0)
    finder._attempts._latest += 1
    finder._attempts.delays.seconds = held_up
    finder.throttled(last, 2.01)
    return finder, 2.01


def test_a_pace_that_nobody_uses_does_not_grow() -> None:
    finder, _ = _throttled_twice()
    before = finder.rate
    assert before is not None
    for minute in range(1, 10):
        finder.due(60.0 * minute)
    assert finder.rate == before


def test_what_a_pause_has_left_in_the_bucket_does_not_look_like_a_higher_rate() -> None:
    finder, now = _throttled_twice()
    high = finder._estimate.bounds.high
    now += 60
    for _ in range(14):
        now = max(now, finder.due(now))
        finder.accepted(finder.start(now, others_wait=True), now + 0.01)
    assert finder.rate is not None
    assert finder.rate > high
    assert finder._estimate.bounds.high == high
    # So many more were not left there.
    for _ in range(40):
        now = max(now, finder.due(now))
        finder.accepted(finder.start(now, others_wait=True), now + 0.01)
    assert finder._estimate.bounds.high > high


def test_turns_that_nobody_took_do_not_let_the_rate_grow() -> None:
    finder, now = _throttled_twice()
    finder._estimate.contention.calls_left = 100.0
    now = finder.due(now)
    finder.accepted(finder.start(now, others_wait=False), now + 0.01)
    before = finder.rate
    assert before is not None
    finder.due(now + 1.5 / before)
    assert finder.rate == before
    # Somebody whose call ends in time for the next turn takes all that there are.
    finder.start(now + 1.5 / before, others_wait=False)
    finder.due(now + 2 / before)
    after = finder.rate
    assert after is not None
    assert after > before


def test_nobody_waits_for_first_calls_that_were_withdrawn() -> None:
    finder = RateFinder()
    answered, withdrawn = (finder.start(0.0, others_wait=True) for _ in range(2))
    finder.accepted(answered, 5.0)
    # The other one should be answered soon; if not, nobody waits for long.
    assert 5.0 < finder.due(5.0) <= 7.0
    finder.withdraw(withdrawn, 5.1)
    assert finder.due(5.1) <= 5.1


def test_the_last_of_the_first_calls_ends_the_draining_however_it_ends() -> None:
    finder = RateFinder()
    throttled, withdrawn = (finder.start(0.0, others_wait=True) for _ in range(2))
    finder.throttled(throttled, 0.5)
    assert finder.due(0.5) == 1.0
    finder.withdraw(withdrawn, 0.6)
    assert finder.due(0.6) == 0.6


@pytest.mark.parametrize("seconds", [30.0, 300.0])
def test_first_calls_that_took_long_hold_up_nobody_for_long(seconds: float) -> None:
    finder = RateFinder()
    first = [finder.start(0.0, others_wait=True) for _ in range(3)]
    finder.accepted(first[0], seconds)
    finder.throttled(first[1], seconds)
    assert finder.due(seconds) <= seconds + 2
    assert finder.rate is not None
    assert finder.rate >= 1


def test_a_rate_that_was_lowered_with_many_calls_in_flight_holds_up_nobody_for_long() -> None:
    finder, now = _throttled_twice()
    finder._schedule.rate, finder._estimate.contention.calls_left = 0.2, 200.0
    finder._attempts.first._within = [0.0]
    throttled = Start(finder._attempts._latest + 1, now + 1, 0.2)
    finder._attempts._latest += 64
    finder.throttled(throttled, now + 4)
    assert finder.due(now + 4) == now + 14


def test_memory_does_not_grow() -> None:
    finder, now = _throttled_twice()
    for number in range(5000):
        now = max(now + 0.001, finder.due(now))
        start = finder.start(now, others_wait=True)
        if number % 3 == 0:
            finder.accepted(start, now)
        elif number % 3 == 1:
            finder.throttled(start, now)
        else:
            finder.withdraw(start, now)
    assert len(finder._attempts.window._without) + len(finder._attempts.window._recent) <= 1536
    assert not finder._attempts.delays._open


def test_a_window_bounds_the_rate_from_both_sides() -> None:
    finder, _ = _throttled_twice()
    assert finder.rate is not None
    assert 9.4 < finder._estimate.bounds.low < 9.5
    assert 10.5 < finder._estimate.bounds.high < 10.6
    assert 9.5 < finder.rate < 10.0


def test_however_long_it_was_held_up_half_of_a_window_counts() -> None:
    finder, now = _throttled_twice(held_up=1.9)
    assert finder._estimate.bounds.high == pytest.approx(21 / (0.5 * 2.0), rel=0.02)
    assert finder.rate is not None
    assert finder.rate < 15
    assert finder.due(now + 1) > now


def test_what_is_in_flight_at_a_throttle_has_used_no_more_than_flowed_in() -> None:
    finder, now = _throttled_twice()
    finder._estimate.quiet_until = now
    starts = [finder.start(now + 0.02 * step, others_wait=True) for step in range(40)]
    finder._schedule.bring_forward(now)
    finder.throttled(starts[0], now + 0.8)
    # Forty would be what flows in within four seconds.
    assert starts[-1].time < finder._schedule.due < starts[-1].time + 0.2


def test_what_was_in_flight_takes_nothing_back_of_what_a_contended_rate_gave_way() -> None:
    finder, now = _throttled_twice()
    starts = [finder.start(now + 0.1 * step, others_wait=True) for step in range(8)]
    finder._estimate.contention.noticed(10.0, held=False)
    finder._lessons._learned_at, finder._schedule.rate = now + 1, 4.0
    for start in starts[:7]:
        finder.accepted(start, start.time + 0.1)
    finder.throttled(starts[7], now + 1.1)
    assert finder._estimate.within_bounds() > 5
    assert finder.rate == 4.0


def test_who_lost_many_of_the_first_calls_seeks_at_a_higher_rate() -> None:
    assert _rate_after_drain(refused=64) == pytest.approx(4 * _rate_after_drain(refused=16))
    assert _rate_after_drain(refused=4) == _rate_after_drain(refused=16)


def test_who_knew_the_rate_before_starts_no_higher_for_many_that_were_refused() -> None:
    assert _rate_after_drain(refused=64, known=20.0) == _rate_after_drain(refused=2, known=20.0)


def _rate_after_drain(*, refused: int, known: float = 0.0) -> float:
    finder = RateFinder()
    finder._estimate.given_up = known
    starts = [finder.start(0.0, others_wait=True) for _ in range(refused)]
    for start in starts:
        finder.throttled(start, 0.1)
    assert finder.rate is not None
    return finder.rate


def test_after_the_first_answer_the_rest_of_the_first_calls_are_awaited() -> None:
    finder = RateFinder()
    starts = [finder.start(0.01 * number, others_wait=True) for number in range(3)]
    assert finder.due(0.05) <= 0.05
    finder.accepted(starts[0], 0.1)
    assert finder.due(0.1) > 0.12
    for start in starts[1:]:
        finder.accepted(start, 0.11)
    assert finder.due(0.11) <= 0.11


def test_what_was_in_flight_at_the_first_throttle_is_awaited_and_tells_no_rate() -> None:
    finder = RateFinder()
    starts = [finder.start(0.001 * number, others_wait=True) for number in range(4)]
    # Their connections took their time, so they arrived in another order than they started in.
    finder.throttled(starts[0], 0.05)
    finder.accepted(starts[1], 0.06)
    finder.throttled(starts[2], 0.07)
    assert finder.due(0.07) > 0.08
    finder.accepted(starts[3], 0.08)
    assert 0.08 < finder.due(0.08) < 0.13

    first = finder.start(0.13, others_wait=True)
    assert finder._attempts.window.count(first) == 0


def test_calls_beyond_the_bounds_prove_that_the_service_allows_more() -> None:
    finder, now = _throttled_twice()
    bound = finder._estimate.bounds.high
    for _ in range(200):
        now = max(now, finder.due(now))
        finder.accepted(finder.start(now, others_wait=True), now + 0.01)
    assert finder.rate is not None
    assert finder.rate > 1.5 * bound
    # The window has seen both rates, and its end bounds neither.
    finder.throttled(finder.start(now + 0.1, others_wait=True), now + 0.11)
    assert finder._estimate.bounds.high == float("inf")


def test_a_time_of_quiet_begins_with_a_token_in_the_bucket_for_others() -> None:
    finder, now = _throttled_twice()
    assert finder.rate is not None
    # One for the next call to take, and one that it leaves.
    assert finder.due(now) == pytest.approx(2.0 + 2 / finder.rate)


def test_who_finds_little_in_a_bucket_that_was_not_full_is_on_the_lookout_for_others() -> None:
    finder, _ = _throttled_twice(held=7)
    assert finder._estimate.contention.contended
    finder, _ = _throttled_twice()
    assert not finder._estimate.contention.contended


def test_the_first_calls_tell_of_the_bucket_also_where_little_is_known_of_the_rate() -> None:
    finder, _ = _throttled_twice()
    finder._estimate._first = FirstCalls()
    for _ in range(11):
        finder._attempts.first.starts(0.0)
    for number in range(11):
        finder._attempts.first.answered(0.1 + 0.0015 * number, 0.1, accepted=True)
    # Eleven in 15 ms, at 200 to 2000 calls a second: ten of them flowed in at most.
    finder._estimate.bounds.low, finder._estimate.bounds.high = 200.0, 2000.0
    assert finder._estimate.keeps


def test_a_bucket_of_one_token_has_not_grown_where_calls_come_sooner() -> None:
    finder, now = _throttled_twice()
    finder._attempts.first._within, finder._estimate.outgrown = [0.0], True
    for step in range(60):
        start = finder.start(now + 0.05 * (step + 1), others_wait=True)
        finder.accepted(start, start.time + 0.01)
    finder.throttled(finder.start(now + 3.05, others_wait=True), now + 3.06)
    assert 19 < finder._estimate.bounds.low < finder._estimate.bounds.high < 21
    assert not finder._estimate.outgrown
    assert not finder._estimate.contention.contended


def test_bounds_that_contradict_each_other_while_seeking_are_a_sign_of_others() -> None:
    finder = _sought_twice(first=20, then=1)
    assert finder._estimate.contention.contended
    assert finder.rate == pytest.approx(0.8 * 10.0)
    finder = _sought_twice(first=2, then=2)
    assert not finder._estimate.contention.contended


def _sought_twice(*, first: int, then: int) -> RateFinder:
    """Give a finder that seeks, after two windows of a second with so many calls accepted."""
    finder, now = RateFinder(), 0.01
    for _ in range(10):
        finder.accepted(finder.start(0.0, others_wait=True), now)
    finder.throttled(finder.start(0.0, others_wait=True), now)
    for count in (first, then):
        for number in range(count):
            start = Start(finder._attempts._latest + 1, now + (number + 1) / (count + 1), 10.0)
            finder._attempts._latest += 1
            finder._attempts.window.started(start)
            finder.accepted(start, start.time + 0.01)
        now += 1
        finder._estimate.seeking = True
        last = Start(finder._attempts._latest + 1, now, 10.0)
        finder._attempts._latest += 1
        finder.throttled(last, now + 0.01)
    return finder


def test_a_held_rate_that_is_throttled_early_gives_way_by_half_and_then_by_a_fifth() -> None:
    finder, now = _throttled_twice()
    for step in range(12):
        start = finder.start(now + 0.2 * (step + 1), others_wait=True)
        finder.accepted(start, start.time + 0.01)
    held = finder.rate
    assert held is not None
    finder.throttled(finder.start(now + 2.6, others_wait=True), now + 2.61)
    shared = finder.rate
    assert shared is not None
    assert shared == pytest.approx(0.55 * held)

    finder.throttled(finder.start(now + 5, others_wait=True), now + 5.01)
    assert finder.rate == pytest.approx(0.8 * shared)


def test_a_smaller_share_gains_the_larger_part_of_itself() -> None:
    gains: list[float] = []
    for rate in (10.0, 40.0):
        finder, _ = _throttled_twice()
        finder._estimate.contention.calls_left, finder._schedule.rate = 100.0, rate
        finder._schedule.set_at, finder._schedule.due = 10.0, 10.2
        finder.due(10.1)
        gains.append((finder.rate or 0.0) / rate)
    assert gains[0] > gains[1] > 1


def test_a_contended_rate_gains_the_faster_the_longer_nothing_is_throttled() -> None:
    gains: list[float] = []
    for later in (0.5, 3.0):
        finder, now = _throttled_twice()
        finder._estimate.contention.calls_left, finder._schedule.rate = 100.0, 100.0
        now += later
        finder._schedule.set_at, finder._schedule.due = now, now + 0.2
        finder.due(now + 0.1)
        gains.append((finder.rate or 0.0) - 100)
    assert gains[1] == pytest.approx(gains[0] * 3.1)


def test_a_pace_that_was_given_up_goes_on_where_it_was() -> None:
    finder, now = _throttled_twice()
    before = finder.rate
    assert before is not None
    # The rate gave way again and again, and it helped nothing.
    finder._efficacy._gave_way = 12
    finder._estimate.steps._step = 2000.0
    finder.throttled(finder.start(now + 1, others_wait=True), now + 1.01)
    assert finder.rate is None
    # What was found by steps before would be sought from the first of them.
    assert finder._growth.highest(now) < 2000

    for start in [finder.start(now + 2, others_wait=True) for _ in range(40)]:
        finder.throttled(start, now + 2.01)
    assert finder.rate == pytest.approx(0.8 * before)


def test_attempts_that_were_withdrawn_are_not_counted() -> None:
    finder, now = _throttled_twice()
    starts = [finder.start(now + 1 + step, others_wait=True) for step in range(4)]
    finder.withdraw(starts[1], now + 5)
    assert finder._attempts.window.count(starts[3]) == 2


@pytest.mark.parametrize(("first_accepted", "at_once"), [(10, range(6, 9)), (1, range(1, 2))])
def test_late_calls_are_made_up_for_as_far_as_the_bucket_holds_them(
    first_accepted: int, at_once: range
) -> None:
    finder, _ = _throttled_twice()
    finder._attempts.first._within = [0.0] * first_accepted
    finder._schedule.rate, finder._schedule.due, finder._estimate.quiet_until = 500.0, 10.0, 100.0

    # The process was busy for 50 ms, in which 25 calls could have started.
    started = 0
    while finder.due(10.05) <= 10.05:
        finder.start(10.05, others_wait=True)
        started += 1

    assert started in at_once
