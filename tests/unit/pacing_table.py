"""``python -m tests.unit.pacing_table``: how the pace fares with simulated services.

It prints the tables of the page on pacing. Try it before and after a change of a constant below
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sharing:
    rate: float
    latency: float
    later: float = 1.0

    def __str__(self) -> str:
        return f"{self.rate:g}/s | {self.latency * 1000:.0f} ms | {self.later:g} s later"


_SHARED_SECONDS, _SHARED_SEEDS = 20.0, 60
"""Of each run, from the second process's first call on; and runs."""

_SHARINGS = (
    _Sharing(rate=50, latency=0.01),
    _Sharing(rate=50, latency=0.01, later=10),
    _Sharing(rate=50, latency=0.1),
    _Sharing(rate=50, latency=0.1, later=10),
    _Sharing(rate=20, latency=0.01),
    _Sharing(rate=200, latency=0.01),
)


def _shared_row(sharing: _Sharing) -> str:
    together, smaller = list[float](), list[float]()
    end = sharing.later + _SHARED_SECONDS
    for seed in range(_SHARED_SEEDS):
        outcome = simulate(
            TokenBucket(sharing.rate, 10).take,
            latency=sharing.latency,
            starts=(0, sharing.later),
            seconds=end,
            seed=seed,
        )
        parts = outcome.parts(sharing.later)
        together.append(sum(parts) / sharing.rate / _SHARED_SECONDS)
        smaller.append(min(parts) / sum(parts))
    third, quarter = (sum(share >= 1 / n for share in smaller) / len(smaller) for n in (3, 4))
    shares = f"{min(together):.0%} | {median(smaller):.0%} | {third:.0%} | {quarter:.0%}"
    return f"| {sharing} | {shares.replace('%', ' %')} |"


if __name__ == "__main__":
    sys.stdout.write("| service | calls | latency | used | throttled |\n|---|---|---|---|---|\n")
    for one in _SERVICES:
        sys.stdout.write(_row(one) + "\n")
    sys.stdout.write(
        "\n| service | latency | the second begins | together, at least | smaller share, median "
        "| runs with a third or more | with a quarter or more |\n|---|---|---|---|---|---|---|\n"
    )
    for sharing in _SHARINGS:
        sys.stdout.write(_shared_row(sharing) + "\n")
