"""The results as a Markdown section and as a plot."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks._isolating import Isolation
from benchmarks._measure import Comparison
from benchmarks._scenarios import Start
from benchmarks._throttling import Changed, Goodput, Share

__all__ = ["Results", "Throttling", "markdown", "throttling_tables", "write"]

_BEGIN, _END = "<!-- results -->\n", "<!-- /results -->"


@dataclass(slots=True, kw_only=True)
class Throttling:
    """What was measured against services that throttle."""

    goodput: list[Goodput] = field(default_factory=list[Goodput])
    changed: list[Changed] = field(default_factory=list[Changed])
    shared: list[Share] = field(default_factory=list[Share])


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that was measured."""

    thin: Sequence[Comparison]
    runs: Sequence[Comparison]
    delayed: Sequence[Comparison]
    throttling: Throttling
    isolations: Sequence[Isolation]
    starts: Sequence[Start]
    memory: Sequence[tuple[str, float]]
    loop: str
    stream: str


def markdown(results: Results) -> str:
    """Write the section."""
    memory = [f"| {title} | {size:.0f} |" for title, size in results.memory]
    starts = [
        f"| {s.who} | {s.imported:.0f} | {s.opened:.0f} | {s.called:.1f} | {s.reopened:.0f} |"
        for s in results.starts
    ]
    parts = [
        f"{_where()}\n",
        "### CPU of a typed call\n",
        *_cpu_table(results.thin),
        "\n### CPU of a run, for each of its calls\n",
        *_cpu_table(results.runs),
        "\n### Elapsed time, with a server that takes 50 ms\n",
        "| | ratio | quartiles |\n|---|---|---|",
        *(
            f"| {c.title} | **{c.wall_ratio()[0]:.3f}** | "
            f"{c.wall_ratio()[1]:.3f} to {c.wall_ratio()[2]:.3f} |"
            for c in results.delayed
        ),
        "",
        *throttling_tables(results.throttling),
        "\n### Calls that are rejected\n",
        *_isolation_table(results.isolations),
        "\n### Start, in milliseconds of CPU\n",
        "| | import | open a client | first call | open another |\n|---|---|---|---|---|",
        *starts,
        "\n### Memory that a finished run holds, beyond the request\n",
        "| | bytes for each item |\n|---|---|",
        *memory,
        "\n### How long the event loop is held\n",
        f"```text\n{results.loop.rstrip()}\n```",
        "\n### A stream of a million items\n",
        f"```text\n{results.stream.rstrip()}\n```",
    ]
    return "\n".join(parts) + "\n"


def throttling_tables(found: Throttling) -> list[str]:
    """Write what was measured against services that throttle."""
    lines: list[str] = []
    if found.goodput:
        lines += [
            "### Against a service that throttles\n",
            "| allowed | retries by | rate reached | wasted calls | lost calls | elapsed |",
            "|---|---|---|---|---|---|",
            *(
                f"| {g.throttle} | {g.who} "
                f"| {g.reached:.1%} | {g.wasted:.1%} | {g.lost} | {g.seconds:.1f} s |"
                for g in found.goodput
            ),
        ]
    if found.changed:
        lines += [
            "\n### Five seconds after the rate has changed\n",
            "| change | retries by | rate reached |",
            "|---|---|---|",
            *(f"| {c.change} | {c.who} | {c.reached:.1%} |" for c in found.changed),
        ]
    if found.shared:
        lines += [
            "\n### Two processes that share a service\n",
            "| the second begins | retries by | rate reached together | smaller share, by trial |",
            "|---|---|---|---|",
            *(
                f"| {s.later:g} s later, {s.delay * 1000:.0f} ms | {s.who} "
                f"| {median(s.together):.1%} | {_percentages(s.smaller)} |"
                for s in found.shared
            ),
        ]
    return lines


def _percentages(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.0%}" for value in sorted(values))


def _isolation_table(rows: Sequence[Isolation]) -> list[str]:
    lines = ["| why rejected | who | calls | of at most | applied | told to have failed |"]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        bound = "" if row.bound is None else str(row.bound)
        lines.append(
            f"| {row.what} | {row.who} | {row.calls} | {bound} | {row.applied:,} | {row.blamed:,} |"
        )
    return lines


def _cpu_table(rows: Sequence[Comparison]) -> list[str]:
    lines = ["| | aiobotocore, µs | itemwise, µs | ratio | quartiles |\n|---|---|---|---|---|"]
    for row in rows:
        plain, ours = row.per_call()
        ratio, low, high = row.cpu_ratio()
        lines.append(
            f"| {row.title} | {plain:.0f} | {ours:.0f} | **{ratio:.2f}** | "
            f"{low:.2f} to {high:.2f} |"
        )
    return lines


def _where() -> str:
    libraries = ", ".join(
        f"{name} {version(name)}"
        for name in ("itemwise", "aiobotocore", "botocore", "aiohttp", "pydantic")
    )
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}."
    )


def _plot(rows: Sequence[Comparison]) -> str:
    """Draw one bar for each comparison, as a share of plain aiobotocore's CPU."""
    left, scale, height = 300, 360, 26
    top = 44
    bottom = top + height * len(rows)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {bottom + 24}" role="img" '
            'font-family="sans-serif" font-size="13" fill="#555">'
        ),
        '<text x="12" y="22" font-size="15">CPU of itemwise, where plain aiobotocore is 1</text>',
    ]
    for number, row in enumerate(rows):
        ratio, low, high = row.cpu_ratio()
        y = top + number * height
        lines += [
            f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{row.title}</text>',
            (
                f'<rect x="{left}" y="{y + 2}" width="{ratio * scale:.1f}" height="{height - 8}" '
                'fill="#3f7fbf"/>'
            ),
            (
                f'<path d="M{left + low * scale:.1f} {y + 11}H{left + high * scale:.1f}" '
                'stroke="#222" stroke-width="2"/>'
            ),
            f'<text x="{left + max(ratio, high) * scale + 6:.1f}" y="{y + 15}">{ratio:.2f}</text>',
        ]
    one = left + scale
    lines += [
        f'<path d="M{one} {top - 8}V{bottom}" stroke="#b33" stroke-dasharray="4 3"/>',
        f'<text x="{one}" y="{bottom + 16}" text-anchor="middle">1</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def write(results: Results, page: Path) -> None:
    """Put the section between the page's markers, and the plot beside the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, found, after = rest.partition(_END)
    if not found:
        raise ValueError(f"{page} has no place for the results")
    text = f"{before}{_BEGIN}\n{markdown(results)}\n{_END}{after}"
    page.write_text(text, encoding="utf-8")
    rows = [*(row for row in results.thin if row.title.endswith(", 1 item")), *results.runs]
    page.with_name("benchmarks.svg").write_text(_plot(rows), encoding="utf-8")
