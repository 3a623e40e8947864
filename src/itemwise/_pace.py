"""`Pace`: when attempts may start, as users see and share it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from itemwise._argument_types import check_number
from itemwise._turn_queue import TurnQueue

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

    from itemwise._description import Description

__all__ = ["Pace", "queue_of"]


class Pace:
    """When attempts may start, in the order in which they ask.

    Nothing is held back until the service throttles, with one exception: after the very first
    answer, new calls wait once for those that are in flight. From the first throttle on it finds
    the rate that the service accepts, and stays just under it. All runs on one client and operation
    share one by themselves. Pass one of your own to the runs of several clients that share an
    account and region, or one with a fixed rate. It belongs to one event loop.

    Args:
        rate: attempts per second, fixed; ``None`` finds the rate.

    Raises:
        ValueError: the rate is not a positive number.
        TypeError: it is no number at all.
    """

    def __init__(self, rate: float | None = None) -> None:
        if rate is not None:
            check_number("rate", rate, "attempts per second", absent=" or None")
            if not (math.isfinite(rate) and rate > 0):
                raise ValueError(
                    f"rate must be a positive number of attempts per second, not {rate}"
                )
        self._queue = TurnQueue(rate)

    @property
    def rate(self) -> float | None:
        """Attempts per second at this moment; ``None`` while nothing is held back."""
        return self._queue.rate

    def __repr__(self) -> str:
        rate = self.rate
        now = "free" if rate is None else f"{rate:.3g} attempts per second"
        return f"<Pace: {now}, {len(self._queue)} waiting>"


_shared: WeakKeyDictionary[AioBaseClient, dict[str, Pace]] = WeakKeyDictionary()
"""The paces of each client, by the operations' wire names."""


def queue_of(
    client: AioBaseClient, operation: Description[Any, Any, Any, Any], pace: Pace | None
) -> TurnQueue:
    """Give what the engine asks for turns, and users do not see.

    Args:
        client: the client that makes the calls.
        operation: what it calls.
        pace: the pace of this run; ``None`` takes the one that all runs on both share.
    """
    if pace is None:
        of_client = _shared.setdefault(client, {})
        pace = of_client.get(operation.name)
        if pace is None:
            pace = of_client[operation.name] = Pace()
    return pace._queue  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this module
