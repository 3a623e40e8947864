"""``python -m tests.unit.pacing_table``: how the pace fares with simulated services.

It prints the table of the page on pacing. Try it before and after a change of a constant below
``itemwise/_rate``: none is best for all of them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median

from itemwise.testing._bucket import TokenBucket
from tests.unit.simulation import simulate

_SEEDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    rate: float
    calls: int
    latency: float
    burst: int = 10
    workers: int = 16

    def __str__(self) -> str:
        return f"{self.rate:g}/s" + (", burst of one" if self.burst == 1 else "")


_SERVICES = (
    _Service(rate=50, calls=500, latency=0.01),
    _Service(rate=50, calls=500, latency=0.1),
    _Service(rate=100, calls=1000, latency=0.1),
    _Service(rate=500, calls=10_000, latency=0.01),
    _Service(rate=500, calls=10_000, latency=0.1, workers=64),
    _Service(rate=5, calls=100, latency=0.01),
    _Service(rate=5, calls=100, latency=0.1),
    _Service(rate=50, calls=500, latency=0.01, burst=1),
    _Service(rate=50, calls=500, latency=0.1, burst=1),
)


def _row(service: _Service) -> str:
    used, throttled = list[float](), list[float]()
    for seed in range(_SEEDS if service.calls < 10_000 else _SEEDS // 3):
        outcome = simulate(
            TokenBucket(service.rate, service.burst).take,
            latency=service.latency,
            workers=service.workers,
            calls=service.calls,
            seed=seed,
        )
        used.append((service.calls - service.burst) / service.rate / outcome.seconds)
        throttled.append(outcome.throttled / (service.calls + outcome.throttled))
    latency = f"{service.latency * 1000:.0f} ms"
    shares = f"{median(used):.1%} | {median(throttled):.1%}".replace("%", " %")
    return f"| {service} | {service.calls:,} | {latency} | {shares} |"


if __name__ == "__main__":
    sys.stdout.write("| service | calls | latency | used | throttled |\n|---|---|---|---|---|\n")
    for one in _SERVICES:
        sys.stdout.write(_row(one) + "\n")
