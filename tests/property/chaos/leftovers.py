"""Tasks and timers that are left in the loop when all should be over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from tests.property.chaos.run import HANG_SECONDS

__all__ = ["leftover_tasks", "leftover_timers", "wait_until_idle"]


async def wait_until_idle() -> None:
    """Wait until the servers are done with what was cancelled, and the loop with the rest."""
    idle_rounds = 0
    give_up = time.monotonic() + HANG_SECONDS
    while idle_rounds < 15:
        await asyncio.sleep(0)
        if any(True for _ in leftover_tasks()) or any(map(_is_served, asyncio.all_tasks())):
            idle_rounds = 0
            await asyncio.sleep(0.001)
            if time.monotonic() > give_up:
                return
        else:
            idle_rounds += 1


def leftover_tasks() -> Iterator[asyncio.Task[Any]]:
    """List all tasks but this one and those of the servers' connections."""
    current = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not current and "RequestHandler" not in repr(task.get_coro()):
            yield task


def leftover_timers() -> Iterator[str]:
    """List all timers but those that watch over a connection that is kept alive, at either end."""
    scheduled: list[asyncio.TimerHandle] = getattr(asyncio.get_running_loop(), "_scheduled")  # noqa: B009 - private
    for timer in scheduled:
        shown = repr(timer)
        if not timer.cancelled() and "aiohttp" not in shown and "RequestHandler" not in shown:
            yield shown


def _is_served(task: asyncio.Task[Any]) -> bool:
    return "RequestHandler._handle_request" in repr(task.get_coro())
