"""When throttled calls are given up: nothing gets through, or one call alone does not, for long.

Where others share the pace, calls wait for their turn for long though the service accepts what it
can. So the time begins with a throttle: to wait for a turn is no stall.
"""

from __future__ import annotations

from itemwise._policy import RetryPolicy
from itemwise._turn_queue import TurnQueue

__all__ = ["Stall", "Streak"]

_SINGLED_OUT = 5
"""Throttles in a row of one call, at least, until it is given up while others get through. A rate
that is held throttles one in fifty."""


class Stall:
    """Follows whether a run's calls are throttled while nothing gets through at its pace.

    Attributes:
        since: the loop's time of the first throttle since an item was settled at the pace; ``None``
            before any.
    """

    __slots__ = ("_policy", "_queue", "since")

    def __init__(self, policy: RetryPolicy, queue: TurnQueue) -> None:
        self._policy, self._queue = policy, queue
        self.since: float | None = None

    def throttled(self, now: float) -> bool:
        """Take note of a throttled call, and tell whether such calls are to be given up."""
        if self.since is None or self.since < self._queue.settled_at:
            self.since = now
        return now - self.since >= self._policy.stall_timeout

    def forget(self) -> None:
        """Begin anew: the time that has passed was not the service's."""
        self.since = None


class Streak:
    """Follows whether one call is throttled again and again while others get through."""

    __slots__ = ("_count", "_policy", "_since")

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._count = 0
        self._since: float | None = None

    def throttled(self, now: float) -> bool:
        """Take note of a throttle, and tell whether the call is to be given up."""
        self._since = now if self._since is None else self._since
        self._count += 1
        often = self._count >= max(self._policy.max_attempts, _SINGLED_OUT)
        return often and now - self._since >= self._policy.stall_timeout

    def end(self) -> None:
        """Begin anew: the call was answered."""
        self._count, self._since = 0, None
