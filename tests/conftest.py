"""What all tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiobotocore.session import AioSession, get_session
from hypothesis import settings

from itemwise import Pace, RetryPolicy
from itemwise.testing import LocalAWS

# The same examples on every machine; `make chaos` looks for new ones.
settings.register_profile("quick", derandomize=True, max_examples=60, deadline=None, database=None)
settings.load_profile("quick")


class Clock:
    """The loop's time, which passes where a test says so.

    Attributes:
        now: seconds.
    """

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the test's loop, which stands until the test sets it."""
    loop = asyncio.get_running_loop()
    clock = Clock(loop.time())
    monkeypatch.setattr(loop, "time", clock)
    return clock


@pytest.fixture
async def aws() -> AsyncIterator[LocalAWS]:
    async with LocalAWS() as server:
        yield server


@pytest.fixture(scope="session")
def session() -> AioSession:
    """One for all tests: it keeps the service models that it has read."""
    return get_session()


@pytest.fixture(scope="session")
def fast() -> RetryPolicy:
    """Three attempts, and no wait that a test would feel."""
    return RetryPolicy(max_attempts=3, base_delay=0.001, max_delay=0.004, grace=0.05)


@pytest.fixture
def unpaced() -> Pace:
    """A pace that holds nothing back and learns nothing: for throttles that no rate explains."""
    return Pace(rate=1e6)
