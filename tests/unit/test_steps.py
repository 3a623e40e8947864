"""The steps in which a rate is sought."""

from __future__ import annotations

import pytest

from itemwise._rate import Start
from itemwise._rate.answers import Answers
from itemwise._rate.steps import Steps

WAY = 0.1


def _answers(rate: float, time: float) -> Answers:
    """Give what is known after calls at a rate, the last of which has started at a time."""
    answers = Answers()
    for number in range(20):
        start = Start(number, time - (19 - number) / rate, rate)
        answers.accepted(start, start.time + WAY)
    return answers


def test_the_first_step_is_held_until_calls_of_that_rate_were_accepted() -> None:
    steps = Steps()
    first = steps.highest(_answers(20, 1.0), 6, 0.0, 1.0)
    assert first == pytest.approx(48.5)
    assert steps.highest(_answers(40, 2.0), 6, 0.0, 2.0) == first
    assert steps.highest(_answers(48.5, 3.0), 6, 0.0, 3.1) == pytest.approx(
        48.5 + 1.7 / WAY, rel=0.1
    )


def test_the_way_of_the_first_calls_does_not_count_for_the_first_step() -> None:
    steps, cold = Steps(), Answers()
    cold.accepted(Start(1, 0.0, 0.0), 2 * WAY)
    assert steps.highest(cold, 6, 0.0, 2 * WAY) == pytest.approx(48.5 / 2)
    assert steps.highest(_answers(20, 1.0), 6, 0.0, 1.0) == pytest.approx(48.5)


def test_a_further_step_is_held_until_the_buckets_store_is_used() -> None:
    steps = Steps()
    steps.highest(_answers(48.5, 1.0), 6, 0.0, 1.1)
    step = steps.highest(_answers(48.5, 1.0), 6, 0.0, 1.1)
    for tenth in range(1, 8):
        # It is 16 calls a second above the step below: fourteen of them take most of one.
        assert steps.highest(_answers(step, 2 + tenth / 10), 6, 0.0, 2.1 + tenth / 10) == step
    above = steps.highest(_answers(step, 3.0), 6, 0.0, 3.1)
    assert above > step
    # A fast service is found in larger steps.
    assert above - step > 1.5 * (step - 48.5)


def test_who_lost_many_of_the_first_calls_takes_larger_steps() -> None:
    few, many = Steps(), Steps()
    answers = _answers(20, 1.0)
    assert many.highest(answers, 54, 0.0, 1.0) > 4 * few.highest(answers, 6, 0.0, 1.0)
    answers = _answers(250, 1.0)
    grown = many.highest(answers, 54, 0.0, 1.1)
    assert grown == pytest.approx(2.2 * 216, rel=0.01)
