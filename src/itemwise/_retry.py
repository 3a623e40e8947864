"""How attempts are repeated. The only file that knows tenacity."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["DEFAULT_RETRY", "Again", "RetryPolicy", "repeat"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently attempts are repeated.

    Waits use full jitter: a random time between zero and a bound that doubles with each attempt,
    and never less than the service asked for in ``Retry-After``.

    Attributes:
        max_attempts: most attempts at one call, the first included. In a run, attempts that were
            throttled do not count: `stall_timeout` bounds them.
        base_delay: seconds; the bound of the first wait.
        max_delay: seconds; the bound of every wait, and the most that ``Retry-After`` is honoured.
        stall_timeout: seconds; a run whose calls are throttled gives up when none of its items was
            accepted for this long.
        grace: seconds that calls in flight are given to end when a run is cancelled or its time is
            up; at most 1.
    """

    max_attempts: int = 5
    base_delay: float = 0.1
    max_delay: float = 20.0
    stall_timeout: float = 60.0
    grace: float = 1.0

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError(f"max_attempts must be at least 1, not {self.max_attempts}")
        for name in ("base_delay", "max_delay", "stall_timeout", "grace"):
            value: float = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be a finite number of seconds from 0, not {value}")
        if self.grace > 1:
            raise ValueError(f"grace must be at most 1 second, not {self.grace}")


DEFAULT_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """An attempt that asks for another.

    Attributes:
        counted: whether it counts against `RetryPolicy.max_attempts`.
        backoff: whether to wait with growing jitter; not where the pace sets the wait.
        retry_after: seconds that the service asked to wait.
    """

    counted: bool = True
    backoff: bool = True
    retry_after: float | None = None


async def repeat(
    policy: RetryPolicy | None, attempt: Callable[[], Awaitable[T | Again]]
) -> T | Again:
    """Call `attempt` until it answers with anything but `Again`, or the policy is spent.

    Args:
        policy: ``None`` stands for exactly one attempt.
        attempt: one try; what it raises goes straight through.

    Returns:
        The answer, or the last `Again` where the policy was spent first.
    """
    answer = await attempt()
    if policy is None or not isinstance(answer, Again):
        return answer
    # Most calls end here, and what only makes requests comes nowhere near. For the rest tenacity
    # comes in, with this as its first answer.
    import asyncio  # noqa: PLC0415

    from tenacity import AsyncRetrying, retry_if_result  # noqa: PLC0415

    first: Again | None = answer

    async def next_attempt() -> T | Again:
        nonlocal first
        begun, first = first, None
        return await attempt() if begun is None else begun

    spent = 0
    backoffs = 0

    def exhausted(state: RetryCallState) -> bool:
        nonlocal spent
        spent += _last_answer(state).counted
        return spent >= policy.max_attempts

    def wait(state: RetryCallState) -> float:
        # The exponent counts backoffs, not tenacity's attempts: those include the ones that only
        # waited for their turn, and a bound that they had doubled would punish the next fault.
        nonlocal backoffs
        again = _last_answer(state)
        asked = min(again.retry_after or 0.0, policy.max_delay)
        if not again.backoff:
            return asked
        bound = min(policy.max_delay, policy.base_delay * 2.0 ** min(backoffs, 64))
        backoffs += 1
        return max(asked, random.uniform(0, bound))  # noqa: S311 - jitter, not a secret

    retrying = AsyncRetrying(
        sleep=asyncio.sleep,
        retry=retry_if_result(_is_again),
        stop=exhausted,
        wait=wait,
        retry_error_callback=_last_answer,
    )
    return await retrying(next_attempt)


def _is_again(answer: object) -> bool:
    return isinstance(answer, Again)


def _last_answer(state: RetryCallState) -> Again:
    outcome = state.outcome
    answer = outcome.result() if outcome is not None else None
    # Only an `Again` is retried, so that a state which is to wait or stop holds one.
    if not isinstance(answer, Again):
        raise TypeError(f"a retried attempt answers Again, not {answer!r}")
    return answer
