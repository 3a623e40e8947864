"""The token bucket by which LocalAWS throttles."""

from __future__ import annotations

from itemwise.testing._bucket import TokenBucket


def test_it_gives_its_burst_and_then_what_flows_in() -> None:
    bucket = TokenBucket(rate=2, burst=3)

    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(time) for time in (100.25, 100.5, 100.75, 101)] == [
        False,
        True,
        False,
        True,
    ]


def test_what_it_cannot_hold_is_lost() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    bucket.take(0)

    assert [bucket.take(1000) for _ in range(4)] == [True, True, True, False]


def test_a_refused_call_takes_nothing() -> None:
    bucket = TokenBucket(rate=1, burst=1)
    assert bucket.take(0)

    assert not any(bucket.take(eighths / 8) for eighths in range(8))
    assert bucket.take(1)


def test_nothing_flows_in_at_a_rate_of_zero() -> None:
    bucket = TokenBucket(rate=0, burst=1)

    assert [bucket.take(0), bucket.take(1e9)] == [True, False]


def test_a_change_of_the_rate_leaves_what_has_flowed_in() -> None:
    bucket = TokenBucket(rate=1, burst=10)
    while bucket.take(0):
        pass

    bucket.change(0, now=2)

    assert [bucket.take(100) for _ in range(3)] == [True, True, False]


def test_a_rate_that_is_set_holds_from_the_last_call_on() -> None:
    bucket = TokenBucket(rate=0, burst=1)
    assert bucket.take(0)

    bucket.rate = 1

    assert [bucket.take(1), bucket.take(1)] == [True, False]


def test_a_lower_burst_spills_what_it_cannot_hold() -> None:
    bucket = TokenBucket(rate=0, burst=3)

    bucket.burst = 1

    assert [bucket.take(0), bucket.take(0)] == [True, False]
