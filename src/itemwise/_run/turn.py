"""One attempt's turn: waited for at the pace, which is told exactly once what came of it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from itemwise._errors import CallError, ThrottledError

if TYPE_CHECKING:
    from itemwise._chunks.settle import Settlement
    from itemwise._rate import Start
    from itemwise._run.state import RunState

__all__ = ["Turn"]


class Turn:
    """The right to start one attempt. What comes of it is told within ``with turn``.

    Where nothing is told there, nobody will know what became of the attempt: then it is taken back,
    and the pace does not wait for its answer.
    """

    __slots__ = ("_start", "_state", "_told")

    def __init__(self, state: RunState[Any, Any, Any, Any], start: Start) -> None:
        self._state = state
        self._start = start
        self._told = False

    @classmethod
    async def wait(
        cls, state: RunState[Any, Any, Any, Any], may_start: Callable[[], bool]
    ) -> Turn | None:
        """Wait for the next turn; ``None`` if nothing may start any more."""
        while may_start():
            start = await state.queue.turn(state)
            # None where the run was halted, or where all that waited were to look again.
            if start is None:
                continue
            if may_start():
                return cls(state, start)
            state.queue.withdraw(start)
        return None

    def answered(self, settlement: Settlement[Any, Any], *, throttled_before: bool) -> None:
        """Tell of an answer.

        Args:
            settlement: what it settled.
            throttled_before: whether the answer before, to the same items, slowed down as well.
        """
        self._told = True
        queue, start = self._state.queue, self._start
        if settlement.settled:
            queue.settled()
        if not settlement.throttled:
            queue.accepted(start)
        elif throttled_before:
            # The same items once more: their own backoff is what they need. An item that is
            # throttled whatever the rate would else hold up all others.
            queue.withdraw(start)
        else:
            partly = settlement.settled > 0
            queue.throttled(start, self._state.operation.name, partly=partly)

    def failed(self, error: CallError) -> None:
        """Tell of an attempt that brought no usable answer."""
        self._told = True
        queue, start = self._state.queue, self._start
        if isinstance(error, ThrottledError):
            queue.throttled(start, self._state.operation.name)
        elif error.status is None:
            # Without an answer it says nothing of the rate, and its delay nothing of the way.
            queue.withdraw(start)
        else:
            queue.accepted(start)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._told:
            self._state.queue.withdraw(self._start)
