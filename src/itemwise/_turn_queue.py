"""Who waits for a turn at a pace, in order. What waits for its turn holds no connection."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from typing import Protocol

from itemwise._log import info
from itemwise._rate import FixedRate, RateFinder, Start

__all__ = ["TurnQueue"]

_EPISODE_SECONDS = 60.0
"""Seconds without a throttle after which the next one is news, and worth a line in the log."""


class _Rate(Protocol):
    """What decides when the next attempt may start: `RateFinder` or `FixedRate`."""

    @property
    def rate(self) -> float | None: ...
    def due(self, now: float) -> float: ...
    def start(self, now: float, *, others_wait: bool) -> Start: ...
    def withdraw(self, start: Start, now: float) -> None: ...
    def accepted(self, start: Start, now: float) -> None: ...
    def throttled(self, start: Start, now: float, *, partly: bool = ...) -> None: ...


class TurnQueue:
    """Gives their turn to attempts, in the order in which they ask, and is told what came of them.

    Args:
        rate: attempts per second, fixed; ``None`` finds the rate.
    """

    def __init__(self, rate: float | None) -> None:
        self._rate: _Rate = RateFinder() if rate is None else FixedRate(rate)
        self._news = (
            "is throttled: its calls now start at the pace it accepts"
            if rate is None
            else f"is throttled, although its calls start at the fixed rate of {rate:g} a second"
        )
        # Who waits, in order, and the group of each.
        self._waiting: OrderedDict[asyncio.Future[Start | None], object] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._throttled_at = -math.inf
        self._settled_at = -math.inf

    @property
    def rate(self) -> float | None:
        """Attempts per second at this moment; ``None`` while nothing is held back."""
        return self._rate.rate

    @property
    def settled_at(self) -> float:
        """When an answer last settled an item, in seconds of the loop's time."""
        return self._settled_at

    def __len__(self) -> int:
        return len(self._waiting)

    async def turn(self, group: object) -> Start | None:
        """Wait until the next attempt may start.

        Args:
            group: what `release` will name.

        Returns:
            The start, which is to be answered by `accepted`, `throttled` or `withdraw`; ``None``
            if the group was released first.
        """
        loop = asyncio.get_running_loop()
        self._belong_to(loop)
        now = loop.time()
        if not self._waiting and self._rate.due(now) <= now:
            return self._rate.start(now, others_wait=False)
        waiter: asyncio.Future[Start | None] = loop.create_future()
        self._waiting[waiter] = group
        try:
            self._serve()
            return await waiter
        except GeneratorExit:
            # Dropped together with its loop: there is nobody to serve.
            self._waiting.pop(waiter, None)
            raise
        except BaseException:
            start = waiter.result() if waiter.done() and not waiter.cancelled() else None
            if start is not None:
                self.withdraw(start)
            self._waiting.pop(waiter, None)
            self._serve()
            raise

    def _belong_to(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is self._loop:
            return
        if self._loop is not None and not self._loop.is_closed() and self._waiting:
            raise RuntimeError("runs of another event loop wait for their turns at this pace")
        # Who waited in a loop that was closed will not come back.
        self._waiting.clear()
        self._loop, self._timer = loop, None

    def release(self, group: object) -> None:
        """Let all that waits for this group go without a start."""
        for waiter in [waiter for waiter, whose in self._waiting.items() if whose is group]:
            del self._waiting[waiter]
            if not waiter.done():
                waiter.set_result(None)
        self._serve()

    def withdraw(self, start: Start) -> None:
        """Take back a start of which nothing was made."""
        self._rate.withdraw(start, asyncio.get_running_loop().time())
        self._serve()

    def accepted(self, start: Start) -> None:
        """Take note of an attempt that the service did not throttle."""
        self._rate.accepted(start, asyncio.get_running_loop().time())
        self._serve()

    def settled(self) -> None:
        """Take note of an answer that settled an item."""
        self._settled_at = asyncio.get_running_loop().time()

    def throttled(self, start: Start, operation: str, *, partly: bool = False) -> None:
        """Take note of a throttled attempt, or of throttled items in an answered one.

        Args:
            start: the attempt.
            operation: the operation's wire name, for the log.
            partly: whether only some of its items were throttled.
        """
        now = asyncio.get_running_loop().time()
        news = now - self._throttled_at > _EPISODE_SECONDS
        self._throttled_at = now
        self._rate.throttled(start, now, partly=partly)
        self._serve()
        if news:
            info("%s %s", operation, self._news)

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
            waiter, _ = self._waiting.popitem(last=False)
            # One that was cancelled has not yet had the time to leave the queue.
            if not waiter.done():
                waiter.set_result(self._rate.start(now, others_wait=bool(self._waiting)))
