"""How scenarios are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

from tests.property.chaos.faults import CALL_FAULTS
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.workload import SourceKind, Workload
from tests.wire.cases import CASES, case_id

__all__ = ["scenarios"]

_KINDS: Final[Sequence[SourceKind | None]] = (None, None, "list", "generator", "async")
_sources: Final = st.sampled_from(_KINDS)
_seldom: Final = st.sampled_from([False, False, False, True])
_very_seldom: Final = st.sampled_from([*[False] * 15, True])


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario; the simplest has few items and no faults."""
    case = draw(st.sampled_from(CASES))
    # Numbers of RAM's three kinds of items, and neighbours of the others'.
    size = draw(st.sampled_from([3, 0, 1, 10, 25, 60]))
    numbers = draw(st.lists(st.integers(0, 99), min_size=size // 2, max_size=size))
    if draw(st.booleans()):
        numbers = list(dict.fromkeys(numbers))
    some = st.frozensets(st.sampled_from(sorted(set(numbers)) or [0]), max_size=6)
    rarely = st.one_of(st.just(frozenset[int]()), some)
    at = st.integers(0, 6)
    # Small chunks over many items are many calls, and no more than a few calls.
    fewest = max(1, len(numbers) // 12)
    source = draw(_sources)
    faults = tuple(draw(st.lists(st.tuples(at, CALL_FAULTS[case_id(case)]), max_size=4)))
    failing = draw(rarely)
    healing = (draw(rarely), draw(st.integers(1, 4)))
    busy = draw(rarely) if draw(st.booleans()) else frozenset[int]()
    forgotten, contradicted, poison = draw(rarely), draw(rarely), draw(rarely)
    renamed = draw(_seldom)
    limit = draw(st.one_of(st.none(), st.none(), st.integers(1, 12)))
    refuse_repeats = draw(st.booleans())
    workload = Workload(
        operation=case.name,
        numbers=tuple(numbers),
        idempotent=not draw(_seldom),
        caller_errors=draw(st.frozensets(at, min_size=1)) if draw(_very_seldom) else frozenset(),
        isolate=draw(st.sampled_from([True, False])),
        concurrency=draw(st.sampled_from([8, 1, 2, 3])),
        chunk_size=draw(
            st.one_of(st.none(), st.integers(fewest, 2 * fewest), st.integers(fewest, 25))
        ),
        attempts=draw(st.sampled_from([3, 1, 2, 5, None])),
        rate=draw(st.sampled_from([None, None, None, 2000.0])),
        timeout=draw(st.sampled_from([*[None] * 7, 0, 0.002, 0.005, 0.02])),
        cancel=draw(st.none() | st.none() | st.none() | st.tuples(at, st.integers(0, 40))),
        again=draw(st.one_of(st.none(), st.integers(0, 10))),
        source=source,
        source_breaks_at=draw(st.integers(0, 60)) if source is not None and draw(_seldom) else None,
        take=draw(st.integers(0, 30)) if source is not None and draw(_seldom) else None,
        leave=draw(st.sampled_from(["close", "drop"])),
    )
    return Scenario(
        workload=workload,
        faults=faults,
        failing=failing,
        healing=healing,
        busy=busy,
        forgotten=forgotten,
        contradicted=contradicted,
        poison=poison,
        renamed=renamed,
        limit=limit,
        refuse_repeats=refuse_repeats,
    )
