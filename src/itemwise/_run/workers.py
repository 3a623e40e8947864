"""Workers side by side: the only concurrency, since each of them makes one call after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from itemwise._policy import DEFAULT_RETRY
from itemwise._run.state import RunState

__all__ = ["outlast", "side_by_side"]


async def side_by_side(
    work: Callable[[], Coroutine[Any, Any, None]],
    workers: int,
    state: RunState[Any, Any, Any, Any],
    timeout: float | None,  # noqa: ASYNC109 - the end of time is an answer here, not an error
    *,
    when_late: Callable[[], object] | None = None,
) -> bool:
    """Let workers do the same work at once, until all are done or the time is up.

    However it ends, nothing is left running: what waits is cancelled, what is in flight is given
    the policy's grace first.

    Args:
        work: what each of them does.
        workers: how many.
        state: what their calls share.
        timeout: seconds that they have.
        when_late: what to do where they have not come to their own end, before that grace.

    Returns:
        Whether all workers were done in time.
    """
    if not workers:
        return True
    if timeout == 0:
        return False
    tasks = [asyncio.create_task(work()) for _ in range(workers)]
    try:
        _, late = await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_EXCEPTION)
        if not late and any(task.cancelled() for task in tasks):
            # Somebody cancelled our workers, and not through us: the loop is being shut down.
            raise asyncio.CancelledError
    finally:
        await _wind_down(tasks, state, when_late)
    for task in tasks:
        if not task.cancelled():
            task.result()
    return not late


async def _wind_down(
    tasks: Sequence[asyncio.Task[None]],
    state: RunState[Any, Any, Any, Any],
    when_late: Callable[[], object] | None,
) -> None:
    state.halt()
    running = {task for task in tasks if not task.done()}
    if running and when_late is not None:
        when_late()
    for task in running - state.in_flight:
        task.cancel()
    grace = (state.policy or DEFAULT_RETRY).grace
    state.in_grace = True
    try:
        if running:
            await asyncio.wait(running, timeout=grace)
    finally:
        state.in_grace = False
        for task in running:
            task.cancel()
        try:
            # They are cancelled and end at once: none is left behind.
            await outlast(running)
        finally:
            for task in tasks:
                if not task.cancelled():
                    # One error is raised at most, and of the others nobody is to complain.
                    task.exception()


async def outlast(
    tasks: Iterable[asyncio.Task[None]], when_cancelled: Callable[[], object] | None = None
) -> None:
    """Wait until all tasks are done, also if that is cancelled; the cancellation then goes on.

    Args:
        tasks: the tasks.
        when_cancelled: what to do at each cancellation.

    Raises:
        asyncio.CancelledError: the caller was cancelled meanwhile.
    """
    cancelled: asyncio.CancelledError | None = None
    # Looked at each time: some frameworks cancel again in each round of the loop, and a wait takes
    # a round even for what is done.
    while running := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(running)
        except asyncio.CancelledError as error:
            cancelled = error
            if when_cancelled is not None:
                when_cancelled()
    try:
        if cancelled is not None:
            raise cancelled
    finally:
        # Error, frame, error would be a cycle, and hold what the frames around it hold.
        cancelled = None
