"""Whether others draw on the bucket."""

from __future__ import annotations

import pytest

from itemwise._rate.contention import Contention


def test_a_held_rate_gives_way_by_half_at_first_and_by_a_fifth_then() -> None:
    contention = Contention()
    assert contention.noticed(100, held=True) == pytest.approx(55)
    assert contention.noticed(100, held=True) == pytest.approx(80)
    assert contention.left(100) == pytest.approx(80)
    assert Contention().noticed(100, held=False) == pytest.approx(80)


@pytest.mark.parametrize(("count", "windows"), [(1, 7), (100, 2)])
def test_windows_that_agree_say_that_nobody_else_is_there(count: int, windows: int) -> None:
    contention = Contention()
    contention.noticed(100, held=True)
    for _ in range(windows - 1):
        contention.agreed(count)
        assert contention.contended
    contention.agreed(count)
    assert not contention.contended


def test_windows_in_which_nothing_was_accepted_say_less() -> None:
    contention = Contention()
    contention.noticed(100, held=True)
    for _ in range(19):
        contention.agreed(0)
        assert contention.contended
    contention.agreed(0)
    assert not contention.contended


def test_who_finds_little_where_the_bucket_was_not_full_guesses_that_others_are_there() -> None:
    contention = Contention()
    contention.met(21.0, was_full=False)
    contention.met(2.0, was_full=True)
    assert not contention.contended
    contention.met(19.0, was_full=False)
    guessed = contention.calls_left
    assert guessed
    contention.noticed(2.0, held=True)
    noticed = contention.calls_left
    contention.met(2.0, was_full=False)
    assert contention.calls_left == noticed > guessed
