"""When something is to happen, told by the requests that have left."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Schedule"]

Action = Callable[[], object]


class Schedule:
    """Counts requests, and takes each action once its time has come."""

    def __init__(self) -> None:
        self._sent = 0
        self._planned: list[tuple[float, Action]] = []

    def after_requests(self, count: int, action: Action) -> None:
        """Act as soon as so many requests are about to be on the wire; at once for none."""
        self._plan(count, action)

    def before_next_request(self, count: int, action: Action) -> None:
        """Act after so many requests, and only before the next one leaves; at once for none."""
        self._plan(count and count + 0.5, action)

    def request_leaves(self) -> None:
        """Count a request that is about to leave."""
        self._act(self._sent + 0.5)
        self._sent += 1
        self._act(self._sent)

    def _plan(self, time: float, action: Action) -> None:
        self._planned.append((time, action))
        self._act(self._sent)

    def _act(self, time: float) -> None:
        for planned in [planned for planned in self._planned if planned[0] <= time]:
            self._planned.remove(planned)
            planned[1]()
