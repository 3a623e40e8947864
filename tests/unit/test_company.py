"""Whether others draw on the bucket."""

from __future__ import annotations

import pytest

from itemwise._rate.company import Company


def test_a_held_rate_gives_way_by_half_at_first_and_by_a_fifth_then() -> None:
    company = Company()
    assert company.noticed(100, held=True) == pytest.approx(55)
    assert company.noticed(100, held=True) == pytest.approx(80)
    assert company.left(100) == pytest.approx(80)
    assert Company().noticed(100, held=False) == pytest.approx(80)


@pytest.mark.parametrize(("count", "windows"), [(1, 7), (100, 2)])
def test_windows_that_agree_say_that_nobody_else_is_there(count: int, windows: int) -> None:
    company = Company()
    company.noticed(100, held=True)
    for _ in range(windows - 1):
        company.agreed(count)
        assert company.contended
    company.agreed(count)
    assert not company.contended


def test_who_finds_little_guesses_that_others_are_there() -> None:
    company = Company()
    company.met(4.0)
    assert not company.contended
    company.met(2.0)
    guessed = company.calls_left
    assert guessed
    company.noticed(2.0, held=True)
    noticed = company.calls_left
    company.met(2.0)
    assert company.calls_left == noticed > guessed
