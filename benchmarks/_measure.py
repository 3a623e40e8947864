"""CPU time of this process, in rounds in which the contenders take turns."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round of one contender took, in seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two contenders, measured side by side.

    Attributes:
        title: what was done.
        calls: how many calls each round made.
        plain: the rounds of plain aiobotocore.
        ours: the rounds of itemwise, each next to that of the same place.
    """

    title: str
    calls: int
    plain: Sequence[Cost]
    ours: Sequence[Cost]

    def per_call(self) -> tuple[float, float]:
        """Give the median CPU of a call, plain and ours, in microseconds."""
        scale = 1e6 / self.calls
        return (
            median(cost.cpu for cost in self.plain) * scale,
            median(cost.cpu for cost in self.ours) * scale,
        )

    def cpu_ratio(self) -> tuple[float, float, float]:
        """Give the median and the quartiles of the rounds' ratios of CPU."""
        return _spread([b.cpu / a.cpu for a, b in zip(self.plain, self.ours, strict=True)])

    def wall_ratio(self) -> tuple[float, float, float]:
        """Give the median and the quartiles of the rounds' ratios of elapsed time."""
        return _spread([b.wall / a.wall for a, b in zip(self.plain, self.ours, strict=True)])


def _spread(ratios: Sequence[float]) -> tuple[float, float, float]:
    if len(ratios) == 1:
        return ratios[0], ratios[0], ratios[0]
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    return median(ratios), low, high


async def compare(
    title: str,
    plain: Callable[[], Awaitable[object]],
    ours: Callable[[], Awaitable[object]],
    *,
    calls: int,
    rounds: int,
) -> Comparison:
    """Measure both, after one round that warms them up; who begins alternates."""
    found: Mapping[bool, list[Cost]] = {False: [], True: []}
    for number in range(rounds + 1):
        for is_ours in (False, True) if number % 2 else (True, False):
            cost = await _cost(ours if is_ours else plain)
            if number:
                found[is_ours].append(cost)
    return Comparison(title=title, calls=calls, plain=found[False], ours=found[True])


async def _cost(work: Callable[[], Awaitable[object]]) -> Cost:
    # Nobody pays for the garbage of the round before; the collector stays on, as in life.
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    kept = await work()
    cost = Cost(time.process_time() - cpu, time.perf_counter() - wall)
    del kept
    return cost
