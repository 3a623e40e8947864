"""The rate finder against simulated services, in virtual time."""

from __future__ import annotations

import random
from collections import deque
from statistics import median

import pytest

from itemwise.testing._bucket import TokenBucket
from tests.unit.simulation import simulate

SEEDS = range(5)


@pytest.mark.parametrize("quick", [False, True], ids=["slow-refusals", "quick-refusals"])
@pytest.mark.parametrize(
    ("rate", "burst", "calls", "latency", "workers", "efficiency", "waste"),
    [
        (50, 10, 500, 0.01, 16, 0.99, 0.02),
        (50, 10, 500, 0.1, 16, 0.98, 0.02),
        (500, 10, 10_000, 0.01, 16, 0.992, 0.005),
        (500, 10, 10_000, 0.1, 64, 0.975, 0.01),
        (70, 10, 700, 0.1, 16, 0.965, 0.02),
        (100, 10, 1000, 0.1, 16, 0.92, 0.02),
        (5, 10, 100, 0.01, 16, 0.95, 0.10),
        (5, 10, 100, 0.1, 16, 0.95, 0.10),
        (50, 1, 500, 0.01, 16, 0.94, 0.05),
        (50, 1, 500, 0.1, 16, 0.90, 0.06),
        (20, 1, 200, 0.01, 16, 0.90, 0.12),
        (20, 1, 200, 0.1, 16, 0.86, 0.14),
        (20, 1, 400, 0.1, 64, 0.88, 0.26),
    ],
)
def test_little_is_lost_and_little_is_wasted(
    *,
    rate: int,
    burst: int,
    calls: int,
    latency: float,
    workers: int,
    efficiency: float,
    waste: float,
    quick: bool,
) -> None:
    outcomes = [
        simulate(
            TokenBucket(rate, burst).take,
            latency=latency,
            workers=workers,
            calls=calls,
            quick_refusals=quick,
            seed=seed,
        )
        for seed in (SEEDS if calls < 1000 else range(3))
    ]
    assert median((calls - burst) / rate / each.seconds for each in outcomes) >= efficiency
    attempts = calls + median(each.throttled for each in outcomes)
    assert (attempts - calls) / attempts <= waste


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(("rate", "workers"), [(50, 32), (500, 128)])
@pytest.mark.parametrize("latency", [0.01, 0.1])
def test_a_rate_that_changes_is_found_again_within_five_seconds(
    rate: int, workers: int, latency: float, factor: float
) -> None:
    shares: list[float] = []
    for seed in SEEDS if rate < 100 else range(2):
        bucket = TokenBucket(rate, 10)

        def change(bucket: TokenBucket = bucket) -> None:
            bucket.change(rate * factor, 10.0)

        outcome = simulate(
            bucket.take,
            latency=latency,
            workers=workers,
            seconds=20,
            events=[(10.0, change)],
            seed=seed,
        )
        after = sum(time >= 15 for time in outcome.accepted[0])
        shares.append(after / (rate * factor * 5))
    assert median(shares) >= 0.98


@pytest.mark.parametrize("latency", [0.01, 0.1])
@pytest.mark.parametrize("rate", [50, 100])
def test_processes_that_share_a_bucket_share_its_rate(rate: int, latency: float) -> None:
    smaller: list[float] = []
    for later in (0, 0.05, 0.2, 0.5, 1, 3, 8):
        for seed in range(6):
            outcome = simulate(
                TokenBucket(rate, 10).take,
                latency=latency,
                starts=(0, later),
                seconds=25 + later,
                seed=seed,
            )
            first, second = outcome.parts(later)
            assert first + second >= 0.9 * rate * 25
            smaller.append(min(first, second) / (first + second))
    # Of 42, and one can end badly: which ones changes with every number in `_rate`.
    assert median(smaller) >= 0.42
    assert sum(share >= 1 / 3 for share in smaller) >= 40
    assert min(smaller) >= 1 / 4


@pytest.mark.parametrize(
    ("rate", "burst", "latency", "stall", "used"),
    [(500, 10, 0.01, 0.03, 0.97), (50, 1, 0.01, 0.03, 0.93), (50, 1, 0.1, 0.03, 0.87)],
)
def test_what_was_held_up_is_not_taken_for_another_process(
    rate: int, burst: int, latency: float, stall: float, used: float
) -> None:
    shares: list[float] = []
    for seed in range(9):
        rng = random.Random(seed)
        begins = [2 + second + 0.5 * rng.random() for second in range(12)]
        outcome = simulate(
            TokenBucket(rate, burst).take,
            latency=latency,
            workers=64,
            seconds=14,
            stalls=[(begin, begin + stall) for begin in begins],
            seed=seed,
        )
        after = sum(time >= 4 for time in outcome.accepted[0])
        shares.append(after / (10 * rate))
    assert median(shares) >= used
    assert min(shares) >= used - 0.2


@pytest.mark.parametrize(
    ("workers", "latency"), [(1, 0.01), (2, 0.004), (2, 0.01), (16, 0.2), (16, 0.3), (64, 0.3)]
)
def test_a_rate_that_nobody_uses_up_does_not_grow(workers: int, latency: float) -> None:
    answers = iter([False])
    outcome = simulate(
        lambda _: next(answers, True), latency=latency, workers=workers, seconds=100, jitter=1.0
    )
    rate = outcome.finders[0].rate
    assert rate is not None
    assert rate < 10 * workers / latency
    # Nor does it hold anybody back.
    late = sum(time >= 80 for time in outcome.accepted[0])
    assert late >= 0.9 * 20 * workers / (1.5 * latency + 0.0006)


@pytest.mark.parametrize(
    ("rate", "workers", "latency", "found_after"),
    [(50, 16, 0.3, 15), (20, 16, 0.5, 15), (50, 16, 0.5, 20), (50, 64, 1.0, 30), (50, 16, 1.0, 50)],
)
def test_a_service_that_takes_its_time_is_found_too(
    rate: int, workers: int, latency: float, found_after: float
) -> None:
    outcome = simulate(TokenBucket(rate, 10).take, latency=latency, workers=workers, seconds=60)
    possible = min(rate, workers / (latency * 1.02))
    seconds = 60 - found_after
    assert sum(time >= found_after for time in outcome.accepted[0]) >= 0.95 * possible * seconds


@pytest.mark.parametrize("latency", [0.01, 0.1])
@pytest.mark.parametrize("idle", [0.5, 60.0, 3600.0])
def test_a_rate_that_grew_while_nobody_called_is_found_within_five_seconds(
    idle: float, latency: float
) -> None:
    bucket = TokenBucket(50, 10)
    back = 15 + idle
    outcome = simulate(
        bucket.take,
        latency=latency,
        workers=64,
        seconds=back + 10,
        pauses=[(15, back)],
        events=[(back - 0.1, lambda: bucket.change(200, back - 0.1))],
    )
    assert sum(time >= back + 5 for time in outcome.accepted[0]) >= 0.95 * 200 * 5


@pytest.mark.parametrize(
    ("rate", "burst", "workers", "latency"),
    [(10, 50, 64, 0.1), (10, 100, 128, 0.1), (5, 40, 64, 0.2)],
)
def test_what_a_large_bucket_held_is_not_taken_for_a_rate(
    rate: int, burst: int, workers: int, latency: float
) -> None:
    outcome = simulate(
        TokenBucket(rate, burst).take,
        latency=latency,
        workers=workers,
        seconds=20,
        quick_refusals=True,
    )
    first_salvo = workers - burst
    assert outcome.throttled <= first_salvo + 25


def test_nothing_is_held_back_before_the_first_throttle() -> None:
    outcome = simulate(lambda _: True, latency=0.01, calls=2000, workers=64)
    assert outcome.finders[0].rate is None
    # The client's own work is the limit.
    assert outcome.seconds < 2000 * 0.0006 * 1.05


@pytest.mark.parametrize(("rate", "seconds"), [(0.2, 200), (5000, 5)])
def test_slow_and_fast_services(rate: float, seconds: float) -> None:
    outcome = simulate(TokenBucket(rate, 10).take, latency=0.05, workers=64, seconds=seconds)
    possible = min(rate, 64 / 0.055)
    assert len(outcome.accepted[0]) >= 0.85 * possible * seconds
    assert outcome.throttled <= max(100, 0.05 * len(outcome.accepted[0]))


@pytest.mark.parametrize("workers", [1, 2])
def test_few_workers(workers: int) -> None:
    outcome = simulate(TokenBucket(50, 10).take, latency=0.01, workers=workers, calls=500)
    assert 490 / 50 / outcome.seconds >= 0.95


@pytest.mark.parametrize("workers", [1, 16])
def test_answers_that_come_late_and_in_another_order(workers: int) -> None:
    outcome = simulate(
        TokenBucket(50, 10).take,
        latency=0.01 * workers**0.5,
        workers=workers,
        calls=1000,
        jitter=1.0,
    )
    assert 990 / 50 / outcome.seconds >= 0.85
    assert outcome.throttled <= 150


@pytest.mark.parametrize("latency", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("rate", [20, 50, 100])
def test_a_service_that_throttles_everything_for_a_while(rate: int, latency: float) -> None:
    bucket = TokenBucket(rate, 10)
    outcome = simulate(
        lambda now: not 5 <= now < 65 and bucket.take(now), latency=latency, seconds=120
    )
    assert sum(time >= 75 for time in outcome.accepted[0]) >= 0.98 * rate * 45
    # Four in a second.
    assert outcome.throttled <= 240


@pytest.mark.parametrize("latency", [0.01, 0.1])
@pytest.mark.parametrize("rate", [20, 50, 200])
def test_a_pause_is_no_reason_to_forget_the_rate(rate: int, latency: float) -> None:
    bucket = TokenBucket(rate, 10)
    refused: list[float] = []

    def take(now: float) -> bool:
        accepts = bucket.take(now)
        if not accepts:
            refused.append(now)
        return accepts

    outcome = simulate(take, latency=latency, workers=32, seconds=80, pauses=[(20, 50)])
    # One in four seconds is what it costs to notice that the service allows more.
    assert sum(time > 50 for time in refused) <= 9
    assert sum(time > 53 for time in outcome.accepted[0]) >= 0.99 * rate * 27


def test_a_limit_per_second_that_is_no_bucket() -> None:
    recent: deque[float] = deque()

    def limited(now: float) -> bool:
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= 50:
            return False
        recent.append(now)
        return True

    outcome = simulate(limited, latency=0.05, seconds=30)
    assert len(outcome.accepted[0]) >= 0.75 * 50 * 30


def test_throttles_at_random_leave_a_rate_to_work_with() -> None:
    rng = random.Random(3)
    outcome = simulate(lambda _: rng.random() >= 0.05, latency=0.01, seconds=30)
    assert len(outcome.accepted[0]) >= 100 * 30
