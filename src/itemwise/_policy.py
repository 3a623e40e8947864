"""How often and how patiently attempts are repeated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from itemwise._argument_types import check_number, check_whole

__all__ = ["DEFAULT_RETRY", "RetryPolicy"]


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
        stall_timeout: seconds; a run whose calls are throttled gives up when this long after a
            throttle nothing at its pace was accepted, of this run or another; or when one of its
            calls was throttled for this long, at least five times and `max_attempts`, while others
            get through. To wait for a turn is no stall.
        grace: seconds that calls in flight are given to end when a run is cancelled or its time is
            up; at most 1.

    Raises:
        ValueError: a value is out of its range, which the message gives.
        TypeError: a value is of another kind, which the message gives.
    """

    max_attempts: int = 5
    base_delay: float = 0.1
    max_delay: float = 20.0
    stall_timeout: float = 60.0
    grace: float = 1.0

    def __post_init__(self) -> None:
        if check_whole("max_attempts", self.max_attempts) < 1:
            raise ValueError(f"max_attempts must be at least 1, not {self.max_attempts}")
        for name in ("base_delay", "max_delay", "stall_timeout", "grace"):
            value = check_number(name, getattr(self, name), "seconds")
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be a finite number of seconds from 0, not {value}")
        if self.grace > 1:
            raise ValueError(f"grace must be at most 1 second, not {self.grace}")


DEFAULT_RETRY = RetryPolicy()
