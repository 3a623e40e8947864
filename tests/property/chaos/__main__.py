"""Looks for scenarios in which something does not hold: ``python -m tests.property.chaos``.

The suite runs a few of the same in ``test_chaos.py``.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import time

from hypothesis import HealthCheck, given, seed, settings

from tests.property.chaos.harness import Harness
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.strategies import scenarios


def main() -> None:
    """Search until 20,000 examples, or ``CHAOS_SECONDS``, are over.

    ``CHAOS_SEED`` repeats a search. Prints the seed first and the totals last.
    """
    start = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**9))
    limit = os.environ.get("CHAOS_SECONDS")
    most = sys.maxsize if limit else 20_000
    until = time.monotonic() + float(limit or 600)
    sys.stdout.write(f"CHAOS_SEED={start}\n")
    with Harness() as harness:
        part = 0
        # What the library warns of is what is asked for here.
        logging.getLogger("itemwise").setLevel(logging.ERROR)
        try:
            while harness.totals.examples < most and time.monotonic() < until:
                _search(harness, start + part)
                part += 1
        finally:
            sys.stdout.write(f"{harness.totals}\n")


def _search(harness: Harness, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=250,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(scenarios())
    def search(scenario: Scenario) -> None:
        harness.run(scenario)

    search()


if __name__ == "__main__":
    main()
