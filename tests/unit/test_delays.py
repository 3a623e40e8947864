"""What is overdue, and what of it is taken for usual."""

from __future__ import annotations

import pytest

from itemwise._rate import Start
from itemwise._rate.answers import Answers
from itemwise._rate.delays import Delays

SEEDS = range(5)


def _answered(delays: Delays, answers: Answers, number: int, began: float, now: float) -> None:
    start = Start(number, began, 10.0)
    delays.started(start)
    delays.answered(start, now, answers, fills=0.05)


def test_what_was_overdue_at_the_same_time_was_held_up_once() -> None:
    delays, answers = Delays(), _steady_answers()
    delays.begin(0.1)
    # Five answers that come together, in any order, were due from 1.00 to 1.05.
    for number, late in enumerate((0.02, 0.06, 0.03, 0.06, 0.01)):
        _answered(delays, answers, number, 1.06 - 0.011 - late, 1.06)
    # For 0.03 of these 0.06 seconds the bucket had room.
    assert delays.seconds == pytest.approx(0.03, abs=1e-4)
    _answered(delays, answers, 6, 2.0 - 0.011 - 0.05, 2.0)
    assert delays.seconds == pytest.approx(0.05, abs=1e-4)
    # A new window begins with nothing, also in the midst of it.
    delays.begin(2.0)
    _answered(delays, answers, 7, 2.06 - 0.011 - 0.5, 2.06)
    assert delays.seconds == pytest.approx(0.03, abs=1e-4)


def test_an_answer_counts_as_held_up_where_earlier_calls_are_overdue() -> None:
    delays, answers = Delays(), _steady_answers()
    first = Start(1, 0.5, 10.0)
    delays.started(first)
    # This answer comes as soon as any; the call before it is overdue by half a second.
    _answered(delays, answers, 2, 1.0, 1.01)
    assert delays.until == 1.01
    # A call that is lost for good holds nothing up, nor does one that was withdrawn.
    _answered(delays, answers, 3, 20.0, 20.01)
    delays.started(Start(4, 20.1, 10.0))
    delays.withdraw(Start(4, 20.1, 10.0))
    _answered(delays, answers, 5, 20.5, 20.51)
    # Nor do the first calls, which wait for their connections.
    delays.started(Start(6, 20.6, 0.0))
    _answered(delays, answers, 7, 20.8, 20.81)
    assert delays.until == 1.01


def _steady_answers() -> Answers:
    """Give what is known after a hundred answers that came in 10 ms."""
    answers = Answers()
    for number in range(100):
        answers.accepted(Start(number, number / 10, 10.0), number / 10 + 0.01)
    return answers


def test_one_overdue_answer_does_not_make_the_way_longer() -> None:
    answers = _steady_answers()
    before = answers.round_trip()
    late = Start(101, 20.0, 10.0)
    assert answers.late(late, 20.5) == pytest.approx(0.49, abs=0.005)
    answers.accepted(late, 20.5)
    assert answers.round_trip() < before + 0.001
    # But where all take longer, that is what is usual.
    for number in range(200):
        answers.accepted(Start(200 + number, 30.0 + number, 10.0), 30.1 + number)
    assert answers.round_trip() == pytest.approx(0.1, rel=0.1)
