"""``python -m benchmarks``: measure, print, and write the page of results."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from benchmarks._report import Results, markdown, write
from benchmarks._scenarios import (
    Goodput,
    Throttle,
    delayed,
    goodput,
    memory,
    runs,
    starts,
    thin,
)

_PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "benchmarks.md"
_THROTTLES = {
    "5": Throttle(rate=5, burst=10, calls=100),
    "50": Throttle(rate=50, burst=10, calls=500),
    "500": Throttle(rate=500, burst=10, calls=10_000),
    "5-slow": Throttle(rate=5, burst=10, calls=100, delay=0.1),
    "50-slow": Throttle(rate=50, burst=10, calls=500, delay=0.1),
    "50-single": Throttle(rate=50, burst=1, calls=500),
    "50-single-slow": Throttle(rate=50, burst=1, calls=500, delay=0.1),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each comparison")
    parser.add_argument(
        "--large", action="store_true", help="100,000 items of every operation, not of FMS alone"
    )
    parser.add_argument(
        "--throttle",
        nargs="*",
        choices=sorted(_THROTTLES),
        default=["50"],
        help="calls a second that the service allows; slow: answers take 100 ms; single: no burst",
    )
    parser.add_argument("--dry", action="store_true", help="print, and leave the page alone")
    return parser.parse_args()


async def _measure(options: argparse.Namespace) -> Results:
    begun = time.perf_counter()

    def note(what: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - begun:6.1f} s  {what}\n")

    note("start")
    started = starts(max(3, options.rounds // 2))
    note("thin calls")
    calls = await thin(options.rounds)
    note("runs")
    batches = await runs(options.rounds, large=options.large)
    note("a slow server")
    slow = await delayed(max(3, options.rounds // 2))
    throttled: list[Goodput] = []
    for rate in options.throttle:
        note(f"{rate} calls a second")
        throttled += await goodput(_THROTTLES[rate])
    note("memory")
    held = await memory()
    note("done")
    return Results(
        thin=calls, runs=batches, delayed=slow, goodput=throttled, starts=started, memory=held
    )


def main() -> None:
    """Measure."""
    options = _options()
    results = asyncio.run(_measure(options))
    sys.stdout.write(markdown(results))
    if not options.dry:
        write(results, _PAGE)


if __name__ == "__main__":
    main()
