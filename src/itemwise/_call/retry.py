"""Attempts are repeated here. The only file that knows tenacity.

Imported with the first call that is prepared, and not at the first throttle: the import would block
the event loop while calls are in flight.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from itemwise._policy import RetryPolicy

__all__ = ["Again", "repeat"]

T = TypeVar("T")


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
    # Most calls end here. The rest are tenacity's, with this as its first answer.
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
