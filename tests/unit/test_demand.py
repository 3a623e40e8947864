"""Whether somebody waits, and what went through meanwhile."""

from __future__ import annotations

from itemwise._rate import Start
from itemwise._rate.demand import Demand


def _accept(demand: Demand, count: int, begin: float) -> None:
    for number in range(count):
        demand.accepted(Start(number, begin + number / 10, 10.0))


def test_after_a_throttle_the_bucket_is_empty() -> None:
    demand = Demand()
    demand.begin(100.0)
    _accept(demand, 10, 100.1)
    assert not demand.more_than(8.0, 101.0)
    assert demand.more_than(7.9, 101.0)


def test_after_a_pause_the_bucket_may_be_full_and_what_went_through_before_does_not_count() -> None:
    demand = Demand()
    demand.begin(100.0)
    _accept(demand, 50, 100.1)
    demand.pause(200.0, stored=10)
    _accept(demand, 20, 199.9)
    assert not demand.more_than(3.5, 202.0)
    assert demand.more_than(3.4, 202.0)


def test_what_was_accepted_before_a_quick_refusal_says_nothing_of_the_time_since() -> None:
    demand = Demand()
    demand.begin(100.0)
    assert not demand.more_than(276.0, 99.95)
