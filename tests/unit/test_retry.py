"""Attempts, the waits between them, and the policy that bounds both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from itemwise import RetryPolicy
from itemwise._call.retry import Again, repeat


class Script:
    """An attempt that answers from a list, and counts."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.attempts = 0

    async def __call__(self) -> Any:
        self.attempts += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait, which then does not happen."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return waited


@pytest.fixture
def highest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter that always takes its bound."""

    def uniform(_low: float, high: float) -> float:
        return high

    monkeypatch.setattr("random.uniform", uniform)


async def test_an_answer_is_returned_at_once() -> None:
    attempt = Script("yes")

    assert await repeat(RetryPolicy(), attempt) == "yes"
    assert attempt.attempts == 1


async def test_attempts_are_bounded_and_the_last_request_for_another_is_returned(
    waits: list[float],
) -> None:
    last = Again(retry_after=0.5)
    attempt = Script(Again(), Again(), last)

    assert await repeat(RetryPolicy(max_attempts=3), attempt) is last
    assert attempt.attempts == 3
    assert len(waits) == 2


async def test_attempts_that_do_not_count_are_not_bounded(waits: list[float]) -> None:
    attempt = Script(*[Again(counted=False)] * 50, Again(), Again(), "yes")

    assert await repeat(RetryPolicy(max_attempts=3), attempt) == "yes"
    assert attempt.attempts == 53


async def test_no_policy_is_one_attempt(waits: list[float]) -> None:
    attempt = Script(Again())

    assert isinstance(await repeat(None, attempt), Again)
    assert attempt.attempts == 1
    assert waits == []


@pytest.mark.usefixtures("highest")
async def test_the_bound_of_the_wait_doubles_up_to_its_most(waits: list[float]) -> None:
    policy = RetryPolicy(max_attempts=6, base_delay=1, max_delay=5)

    await repeat(policy, Script(Again()))

    assert waits == [1, 2, 4, 5, 5]


async def test_the_wait_is_random_within_its_bound(waits: list[float]) -> None:
    for _ in range(50):
        await repeat(RetryPolicy(max_attempts=2, base_delay=1), Script(Again()))

    assert all(0 <= wait <= 1 for wait in waits)
    assert len({round(wait, 3) for wait in waits}) > 10
    # Full jitter: waits may be short as well.
    assert min(waits) < 0.5 < max(waits)


async def test_the_wait_that_was_asked_for_is_the_least_and_is_capped(waits: list[float]) -> None:
    policy = RetryPolicy(max_attempts=3, base_delay=0, max_delay=10)

    await repeat(policy, Script(Again(retry_after=3), Again(retry_after=3600)))

    assert waits == [3, 10]


@pytest.mark.usefixtures("highest")
async def test_the_longer_of_the_backoff_and_the_wait_that_was_asked_for_counts(
    waits: list[float],
) -> None:
    policy = RetryPolicy(max_attempts=3, base_delay=2, max_delay=10)

    await repeat(policy, Script(Again(retry_after=1), Again(retry_after=9)))

    assert waits == [2, 9]


@pytest.mark.usefixtures("highest")
async def test_waits_that_the_pace_sets_do_not_grow_the_next_backoff(waits: list[float]) -> None:
    paced = Again(counted=False, backoff=False)
    policy = RetryPolicy(max_attempts=3, base_delay=1)

    await repeat(policy, Script(paced, paced, Again(), paced, Again(), Again()))

    assert waits == [0, 0, 1, 0, 2]


@pytest.mark.usefixtures("highest")
async def test_a_thousand_backoffs_do_not_overflow(waits: list[float]) -> None:
    await repeat(RetryPolicy(max_attempts=2000, max_delay=7), Script(Again()))

    assert waits[-1] == 7


async def test_what_an_attempt_raises_goes_straight_through() -> None:
    attempt = Script(Again(), ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await repeat(RetryPolicy(base_delay=0), attempt)

    assert attempt.attempts == 2


async def test_a_cancellation_in_a_wait_goes_straight_through() -> None:
    attempt: Callable[[], Awaitable[Any]] = Script(Again())
    task = asyncio.create_task(repeat(RetryPolicy(base_delay=1e9, max_delay=1e9), attempt))
    await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"max_attempts": 0}, "max_attempts must be at least 1"),
        ({"base_delay": -1}, "base_delay"),
        ({"max_delay": float("inf")}, "max_delay"),
        ({"stall_timeout": float("nan")}, "stall_timeout"),
        ({"grace": -0.1}, "grace"),
        ({"grace": 1.1}, "grace must be at most 1"),
    ],
)
def test_a_nonsensical_policy_is_refused(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        RetryPolicy(**arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"max_attempts": "3"}, "max_attempts must be a whole number, not '3'"),
        ({"max_attempts": 2.5}, "max_attempts must be a whole number, not 2.5"),
        ({"max_attempts": True}, "max_attempts must be a whole number, not True"),
        ({"base_delay": "1"}, "base_delay must be a number of seconds, not '1'"),
        (
            {"stall_timeout": timedelta(1)},
            "stall_timeout must be a number of seconds, not datetime",
        ),
        ({"grace": None}, "grace must be a number of seconds, not None"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        RetryPolicy(**arguments)


def test_a_policy_is_a_value() -> None:
    assert RetryPolicy() == RetryPolicy()
    assert hash(RetryPolicy()) == hash(RetryPolicy())
    policy: Any = RetryPolicy()
    with pytest.raises(AttributeError):
        policy.max_attempts = 9
