"""How scenarios are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

from tests.property.chaos.faults import CALL_FAULTS
from tests.property.chaos.operations import BY_NAME, OF_SERVICE
from tests.property.chaos.plain_call import PlainCall
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.workload import SourceKind, Workload
from tests.wire.cases import Case, case_id

__all__ = ["scenarios"]

_FIRST_PLAIN: Final = 100
"""Numbers from here on are those of plain calls."""

_KINDS: Final[Sequence[SourceKind | None]] = (None, None, "list", "generator", "async")
_sources: Final = st.sampled_from(_KINDS)
_seldom: Final = st.sampled_from([False, False, False, True])
_very_seldom: Final = st.sampled_from([*[False] * 15, True])
_requests: Final = st.integers(0, 6)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario; the simplest has one workload of few items, and no faults."""
    case = draw(st.sampled_from([*BY_NAME.values()]))
    workloads = [draw(_workloads(case, taken=()))]
    if draw(_seldom):
        other = draw(st.sampled_from(OF_SERVICE[case_id(case)]))
        workloads.append(
            draw(_workloads(other, taken=workloads[0].numbers if other is case else ()))
        )
    plain_calls = tuple(draw(_plain_calls(case))) if draw(_seldom) else ()
    numbers = {number for workload in workloads for number in workload.numbers}
    numbers.update(number for call in plain_calls for number in call.numbers)
    some = st.frozensets(st.sampled_from(sorted(numbers) or [0]), max_size=6)
    rarely = st.one_of(st.just(frozenset[int]()), some)
    return Scenario(
        workloads=tuple(workloads),
        share_pace=len(workloads) > 1 and draw(st.booleans()),
        plain_calls=plain_calls,
        faults=tuple(draw(st.lists(st.tuples(_requests, CALL_FAULTS[case_id(case)]), max_size=4))),
        failing=draw(rarely),
        healing=(draw(rarely), draw(st.integers(1, 4))),
        busy=draw(rarely) if draw(st.booleans()) else frozenset(),
        forgotten=draw(rarely),
        contradicted=draw(rarely),
        poison=draw(rarely),
        renamed=draw(_seldom),
        limit=draw(st.one_of(st.none(), st.none(), st.integers(1, 12))),
        refuse_repeats=draw(st.booleans()),
    )


@st.composite
def _workloads(draw: st.DrawFn, case: Case, *, taken: Sequence[int]) -> Workload:
    # Numbers of RAM's three kinds of items, and neighbours of the others'.
    size = draw(st.sampled_from([3, 0, 1, 10, 25, 60]))
    number = st.integers(0, _FIRST_PLAIN - 1)
    numbers = draw(st.lists(number, min_size=size // 2, max_size=size))
    if draw(st.booleans()):
        numbers = list(dict.fromkeys(numbers))
    numbers = [number for number in numbers if number not in taken]
    # Small chunks over many items are many calls, and no more than a few calls.
    fewest = max(1, len(numbers) // 12)
    source = draw(_sources)
    return Workload(
        operation=case.name,
        numbers=tuple(numbers),
        idempotent=not draw(_seldom),
        caller_errors=(
            draw(st.frozensets(_requests, min_size=1)) if draw(_very_seldom) else frozenset()
        ),
        isolate=draw(st.sampled_from([True, False])),
        concurrency=draw(st.sampled_from([8, 1, 2, 3])),
        chunk_size=draw(
            st.one_of(st.none(), st.integers(fewest, 2 * fewest), st.integers(fewest, 25))
        ),
        attempts=draw(st.sampled_from([3, 1, 2, 5, None])),
        rate=draw(st.sampled_from([None, None, None, 2000.0])),
        timeout=draw(st.sampled_from([*[None] * 7, 0, 0.002, 0.005, 0.02])),
        start=draw(st.sampled_from([0, 0, 5, 20, 60])),
        cancel=draw(st.none() | st.none() | st.none() | st.tuples(_requests, st.integers(0, 40))),
        again=draw(st.one_of(st.none(), st.integers(0, 10))),
        source=source,
        source_breaks_at=draw(st.integers(0, 60)) if source is not None and draw(_seldom) else None,
        take=draw(st.integers(0, 30)) if source is not None and draw(_seldom) else None,
        leave=draw(st.sampled_from(["close", "drop"])),
    )


@st.composite
def _plain_calls(draw: st.DrawFn, case: Case) -> Sequence[PlainCall]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    return [
        PlainCall(
            operation=case.name,
            numbers=tuple(range(_FIRST_PLAIN + 10 * place, _FIRST_PLAIN + 10 * place + size)),
            after=draw(_requests),
        )
        for place, size in enumerate(sizes)
    ]
