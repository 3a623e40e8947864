"""Whatever breaks, and whenever a run ends: each item has one outcome, and no outcome lies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from itemwise import Status
from tests.property.chaos import Sky, Weather, weathers


@pytest.fixture(scope="module")
def sky() -> Iterator[Sky]:
    with Sky() as opened:
        yield opened


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(weather=weathers())
def test_every_item_is_accounted_for_in_any_weather(sky: Sky, weather: Weather) -> None:
    sky.live(weather)


def test_the_weather_was_no_fair_one(sky: Sky) -> None:
    """The search is worth little if it does not see every end that an item can have."""
    if sky.totals.examples:
        assert set(sky.totals.outcomes) == set(Status)
