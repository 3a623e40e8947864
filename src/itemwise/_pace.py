"""The shared pace: when attempts may start. What waits for its turn holds no connection."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from itemwise._rate import RateFinder, Start

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["Pace", "pace_of"]

logger = logging.getLogger("itemwise")

_EPISODE_SECONDS = 60.0
"""Seconds without a throttle after which the next one is news, and worth a line in the log."""


class _Rate(Protocol):
    """What decides when the next attempt may start: see `itemwise._rate.RateFinder`."""

    rate: float | None

    def due(self, now: float) -> float: ...
    def start(self, now: float) -> Start: ...
    def withdraw(self, start: Start) -> None: ...
    def accepted(self, start: Start, now: float) -> None: ...
    def throttled(self, start: Start, now: float, *, partly: bool = ...) -> None: ...


class Pace:
    """When attempts may start, in the order in which they ask.

    Free until the service first throttles; then it finds the rate that the service accepts and
    stays just under it. All runs on one client and operation share one by themselves. Pass one of
    your own to the runs of several clients that share an account and region, or one with a fixed
    rate. It belongs to one event loop.

    Args:
        rate: attempts per second, fixed; ``None`` finds the rate.

    Raises:
        ValueError: the rate is not a positive number.
    """

    def __init__(self, rate: float | None = None) -> None:
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"rate must be a positive number of attempts per second, not {rate}")
        self._rate: _Rate = RateFinder() if rate is None else _FixedRate(rate)
        self._waiting: deque[tuple[asyncio.Future[Start | None], object]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._throttled_at = -math.inf

    @property
    def rate(self) -> float | None:
        """Attempts per second at this moment; ``None`` while nothing is held back."""
        return self._rate.rate

    async def turn(self, group: object) -> Start | None:
        """Wait until the next attempt may start.

        Args:
            group: what `release` will name.

        Returns:
            The start, which is to be answered by `accepted`, `throttled` or `withdraw`; ``None``
            if the group was released first.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._waiting and self._rate.due(now) <= now:
            return self._rate.start(now)
        waiter: asyncio.Future[Start | None] = loop.create_future()
        self._waiting.append((waiter, group))
        self._serve()
        try:
            return await waiter
        except asyncio.CancelledError:
            start = waiter.result() if waiter.done() and not waiter.cancelled() else None
            if start is not None:
                self.withdraw(start)
            self._waiting = deque(entry for entry in self._waiting if entry[0] is not waiter)
            self._serve()
            raise

    def release(self, group: object) -> None:
        """Let all that waits for this group go without a start."""
        staying: deque[tuple[asyncio.Future[Start | None], object]] = deque()
        for waiter, whose in self._waiting:
            if whose is not group:
                staying.append((waiter, whose))
            elif not waiter.done():
                waiter.set_result(None)
        self._waiting = staying
        self._serve()

    def withdraw(self, start: Start) -> None:
        """Take back a start of which nothing was made."""
        self._rate.withdraw(start)

    def accepted(self, start: Start) -> None:
        """Take note of an attempt that the service did not throttle."""
        self._rate.accepted(start, asyncio.get_running_loop().time())
        self._serve()

    def throttled(self, start: Start, operation: str, *, partly: bool = False) -> None:
        """Take note of a throttled attempt, or of throttled items in an answered one.

        Args:
            start: the attempt.
            operation: the operation's wire name, for the log.
            partly: whether only some of its items were throttled.
        """
        now = asyncio.get_running_loop().time()
        if now - self._throttled_at > _EPISODE_SECONDS:
            logger.info("%s is throttled: its calls now start at the pace it accepts", operation)
        self._throttled_at = now
        self._rate.throttled(start, now, partly=partly)
        self._serve()

    def _serve(self) -> None:
        """Give their turn to those whose time has come, and wake up for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiting:
            now = loop.time()
            due = self._rate.due(now)
            if due > now:
                self._timer = loop.call_at(due, self._serve)
                return
            waiter, _ = self._waiting.popleft()
            # One that was cancelled has not yet had the time to leave the queue.
            if not waiter.done():
                waiter.set_result(self._rate.start(now))


class _FixedRate:
    """A rate that is given, and learns nothing."""

    def __init__(self, rate: float) -> None:
        self.rate: float | None = rate
        self._gap = 1 / rate
        self._next = -math.inf
        self._number = 0

    def due(self, now: float) -> float:  # noqa: ARG002 - the same for any rate
        return self._next

    def start(self, now: float) -> Start:
        # A late timer is made up for, a turn that nobody took is not.
        late = now - self._next
        self._next = (self._next if late < self._gap else now) + self._gap
        self._number += 1
        return Start(self._number, now, 1 / self._gap)

    def withdraw(self, start: Start) -> None:
        """Leave the turn unused."""

    def accepted(self, start: Start, now: float) -> None:
        """Learn nothing."""

    def throttled(self, start: Start, now: float, *, partly: bool = False) -> None:
        """Learn nothing."""


_paces: WeakKeyDictionary[AioBaseClient, dict[tuple[str, str], Pace]] = WeakKeyDictionary()


def pace_of(client: AioBaseClient, service: str, operation: str) -> Pace:
    """Find the pace that all runs on one client and operation share."""
    of_client = _paces.setdefault(client, {})
    return of_client.setdefault((service, operation), Pace())
