"""``python -m benchmarks``: measure, print, and write the page of results."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks._isolating import isolating
from benchmarks._report import Results, Throttling, markdown, throttling_tables, write
from benchmarks._scenarios import delayed, memory, runs, starts, thin
from benchmarks._throttling import CHANGES, SHARINGS, THROTTLES, changed, goodput, shared

_PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "benchmarks.md"

_CHANGING, _SHARED = "changing", "shared"
_THROTTLING = (*THROTTLES, _CHANGING, _SHARED)

_PROC = Path("/proc/self/clear_refs")

_BEGUN = time.perf_counter()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each comparison")
    parser.add_argument(
        "--large", action="store_true", help="100,000 items of every operation, not of FMS alone"
    )
    parser.add_argument(
        "--throttle",
        nargs="+",
        choices=_THROTTLING,
        help="measure only these services that throttle, by calls a second (slow: answers take "
        "100 ms; single: a burst of one; 429: the status), and leave the page alone",
    )
    parser.add_argument("--dry", action="store_true", help="print, and leave the page alone")
    return parser.parse_args()


def _note(what: str) -> None:
    sys.stderr.write(f"{time.perf_counter() - _BEGUN:6.1f} s  {what}\n")


async def _throttled(names: Sequence[str]) -> Throttling:
    found = Throttling()
    for name in names:
        _note(f"throttling: {name}")
        if name == _CHANGING:
            for change in CHANGES:
                found.changed += await changed(change)
        elif name == _SHARED:
            for later, delay in SHARINGS:
                found.shared += await shared(later, delay, trials=2)
        else:
            found.goodput += await goodput(THROTTLES[name])
    return found


async def _measure(rounds: int, *, large: bool, loop: str, stream: str) -> Results:
    _note("start")
    started = starts(max(3, rounds // 2))
    _note("thin calls")
    calls = await thin(rounds)
    _note("runs")
    batches = await runs(rounds, large=large)
    _note("a slow server")
    slow = await delayed(max(3, rounds // 2))
    throttling = await _throttled(_THROTTLING)
    _note("rejected calls")
    isolations = await isolating()
    _note("memory")
    held = await memory()
    _note("done")
    return Results(
        thin=calls,
        runs=batches,
        delayed=slow,
        throttling=throttling,
        isolations=isolations,
        starts=started,
        memory=held,
        loop=loop,
        stream=stream,
    )


def _alone(module: str) -> str:
    """Run what is measured in a process that does nothing else, and give what it prints."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", module], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def main() -> None:
    """Measure."""
    options = _options()
    if options.throttle:
        for line in throttling_tables(asyncio.run(_throttled(options.throttle))):
            sys.stdout.write(line + "\n")
        return
    # First what can fail for the machine's sake.
    _note("a stream of a million items")
    stream = _alone("benchmarks.stream_memory") if _PROC.exists() else "not measured: Linux only"
    _note("the event loop")
    loop = _alone("benchmarks.loop_lag")
    results = asyncio.run(_measure(options.rounds, large=options.large, loop=loop, stream=stream))
    sys.stdout.write(markdown(results))
    if not options.dry:
        write(results, _PAGE)


if __name__ == "__main__":
    main()
