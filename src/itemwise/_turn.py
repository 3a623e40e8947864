"""One attempt's turn: waited for at the pace, which is told exactly once what came of it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from itemwise._errors import CallError, ThrottledError

if TYPE_CHECKING:
    from itemwise._exchange import Exchange
    from itemwise._rate import Start
    from itemwise._settle import Settlement

__all__ = ["Turn"]


class Turn:
    """The right to start one attempt. What comes of it is told within ``with turn``.

    Where nothing is told there, nobody will know what became of the attempt: then it is taken back,
    and the pace does not wait for its answer.
    """

    __slots__ = ("_exchange", "_start", "_told")

    def __init__(self, exchange: Exchange[Any, Any, Any, Any], start: Start) -> None:
        self._exchange = exchange
        self._start = start
        self._told = False

    @classmethod
    async def wait(
        cls, exchange: Exchange[Any, Any, Any, Any], may_start: Callable[[], bool]
    ) -> Turn | None:
        """Wait for the next turn; ``None`` if nothing may start any more."""
        while may_start():
            start = await exchange.pace.turn(exchange)
            # None where the run was halted, or where all that waited were to look again.
            if start is None:
                continue
            if may_start():
                return cls(exchange, start)
            exchange.pace.withdraw(start)
        return None

    def answered(self, settlement: Settlement[Any, Any], *, throttled_before: bool) -> None:
        """Tell of an answer.

        Args:
            settlement: what it settled.
            throttled_before: whether the answer before, to the same items, slowed down as well.
        """
        self._told = True
        pace, start = self._exchange.pace, self._start
        if settlement.settled:
            pace.settled()
        if not settlement.throttled:
            pace.accepted(start)
        elif throttled_before:
            # The same items once more: their own backoff is what they need. An item that is
            # throttled whatever the rate would else hold up all others.
            pace.withdraw(start)
        else:
            partly = settlement.settled > 0
            pace.throttled(start, self._exchange.operation.name, partly=partly)

    def failed(self, error: CallError) -> None:
        """Tell of an attempt that brought no usable answer."""
        self._told = True
        pace, start = self._exchange.pace, self._start
        if isinstance(error, ThrottledError):
            pace.throttled(start, self._exchange.operation.name)
        elif error.status is None:
            # Without an answer it says nothing of the rate, and its delay nothing of the way.
            pace.withdraw(start)
        else:
            pace.accepted(start)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._told:
            self._exchange.pace.withdraw(self._start)
