"""What has ended holds on to no request, though errors keep frames, and tasks keep errors."""

from __future__ import annotations

import asyncio

__all__ = ["forget_frames", "this_task"]


def this_task() -> asyncio.Task[object]:
    """Give the task that runs right now, to be held by no local variable.

    A task keeps the error that it ended with, and with that the frames it came through. If one of
    them held the task, that would be a cycle, and the request of that frame would wait for the
    collector.
    """
    task = asyncio.current_task()
    assert task is not None
    return task


def forget_frames(error: BaseException) -> None:
    """Let go of the frames that an error has come through: they hold requests and replies.

    Results keep errors for as long as they are kept themselves, and tasks their cancellation.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
