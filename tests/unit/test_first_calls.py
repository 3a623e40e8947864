"""What the first calls tell of the bucket."""

from __future__ import annotations

import pytest

from itemwise._rate.first_calls import LARGEST_BURST, FirstCalls


def _first(accepted_at: list[float], throttled_at: list[float], sent: int = 16) -> FirstCalls:
    first = FirstCalls()
    for _ in range(sent):
        first.starts(0.0)
    answers = [(at, True) for at in accepted_at] + [(at, False) for at in throttled_at]
    for at, accepted in sorted(answers):
        first.answered(at, at, accepted=accepted)
    return first


def test_what_flowed_in_while_they_were_accepted_was_not_in_the_bucket() -> None:
    first = _first([0.1 + 0.01 * number for number in range(6)], [0.2] * 10)
    assert first.burst(50) == pytest.approx(6 - 0.8 * 50 * 0.05)
    # However late or soon the refusals come.
    assert _first([0.1, 0.102], [0.001] * 7 + [0.9] * 7).burst(50) == pytest.approx(1.92)


def test_answers_that_were_held_up_do_not_make_a_bucket_small() -> None:
    # 64 calls start within 64 ms, and the client takes as long to read their answers.
    first = FirstCalls()
    starts = [0.001 * number for number in range(64)]
    for start in starts:
        first.starts(start)
    for number, start in enumerate(starts):
        now = 0.2 + 0.0007 * number
        first.answered(now, now - start, accepted=number < 11 or number in {29, 63})
    # Thirteen in 63 ms could have flowed in, but eleven in 10 ms could not.
    assert first.burst(500) == pytest.approx(11 - 0.8 * 500 * 0.010)


def test_a_bucket_that_others_have_emptied_tells_nothing_of_what_it_holds() -> None:
    assert _first([], [0.1] * 16).burst(50) == LARGEST_BURST


def test_a_bucket_that_held_few_was_not_full() -> None:
    assert _first([0.1] * 8, [0.1] * 8).found_full(5)
    assert not _first([0.1] * 7, [0.1] * 9).found_full(5)
    assert not _first([], [0.1] * 16).found_full(5)
    # One call after the other, for two seconds: more than flowed in.
    assert _first([0.1 * number for number in range(20)], [2.0]).found_full(5)
    assert not _first([0.2 * number for number in range(20)], [4.0]).found_full(5)


def test_those_that_were_throttled_are_counted() -> None:
    assert _first([0.1] * 10, [0.1] * 6).throttled == 6


def test_those_of_a_later_free_time_are_not_counted() -> None:
    first = FirstCalls()
    for time in (0.0, 5.0):
        first.starts(time)
        first.drain(0.1, time + 0.1)
        first.answered(time + 0.1, 0.1, accepted=False)
    assert first.throttled == 1


def test_a_service_that_never_throttles_leaves_little_to_remember() -> None:
    first = _first([0.0001 * number for number in range(1000)], [], sent=1000)
    assert len(first._within) == 20
