"""What a window and its bounds say of the rate."""

from __future__ import annotations

import pytest

from itemwise._rate import Start
from itemwise._rate.answers import Answers
from itemwise._rate.bounds import Bounds
from itemwise._rate.delays import Delays
from itemwise._rate.reading import read
from itemwise._rate.window import Window

SEEDS = range(5)


def test_bounds_that_agree_are_intersected_and_others_replaced() -> None:
    bounds = Bounds()
    bounds.narrow(8.0, 12.0)
    bounds.narrow(9.0, 14.0)
    assert (bounds.low, bounds.high) == (9.0, 12.0)
    bounds.narrow(20.0, 22.0)
    assert (bounds.low, bounds.high) == (20.0, 22.0)


def test_what_a_full_bucket_spilled_may_have_been_rate() -> None:
    window = Window()
    window.begin(Start(1, 0.0, 0.0), 0.1)
    # Nothing for 10 seconds, then 30 calls in one: they say nothing of the first ten.
    calls = [Start(2 + step, 10 + step / 30, 30.0) for step in range(30)]
    for call in [window.anchor, *calls]:
        window.started(call)
    assert window.highest(Start(32, 11.0, 30.0), 30, 11.0, burst_at=lambda _: 8.0) > 24


def test_calls_that_may_be_found_throttled_yet_are_not_certain_to_have_taken_a_token() -> None:
    window, delays = Window(), Delays()
    window.begin(Start(1, 0.0, 10.0), 0.1)
    calls = [Start(2 + step, 0.001 * step, 10.0) for step in range(5)]
    for call in calls:
        window.started(call)
        delays.started(call)
    window.accepted(calls[0])
    window.took_no_token(calls[4])
    for call in (calls[0], calls[4]):
        delays.answered(call, 0.104, Answers(), fills=0.0)
    # Two of the three before it would have been answered by now, had they been refused.
    assert window.count(calls[4]) == 4
    overtaken = delays.count_overtaken(window.anchor, calls[4], padding=0.0015)
    assert overtaken == 1
    assert delays.count_overtaken(window.anchor, calls[4], padding=0.1) == 3
    reading = read(
        window,
        calls[4],
        0.104,
        partly=False,
        padding=0.0015,
        held_up=0.0,
        overtaken=overtaken,
        burst_at=lambda _: 1.0,
    )
    assert reading.low == pytest.approx((4 - 1 - 1) / (0.004 + 0.0015))


@pytest.mark.parametrize("burst", [1.0, 8.0])
def test_calls_at_one_time_of_a_coarse_clock_bound_nothing(burst: float) -> None:
    window = Window()
    window.begin(Start(1, 5.0, 10.0), 5.1)
    for number in (2, 3):
        window.started(Start(number, 5.0, 10.0))
    end = Start(4, 5.0, 10.0)
    started, _ = window.measure(end, 5.2)
    low = 2 / started
    assert window.highest(end, 2, started, burst_at=lambda _: burst) == pytest.approx(1.05 * low)


def test_more_refusals_than_are_remembered_are_not_counted_as_accepted() -> None:
    window = Window()
    window.begin(Start(0, 0.0, 0.0), 0.1)
    for number in range(1, 2001):
        window.took_no_token(Start(number, number / 100, 10.0))
    window.accepted(Start(2001, 20.01, 10.0))
    assert window.count(Start(2002, 20.02, 10.0)) == 1
