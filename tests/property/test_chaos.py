"""Whatever breaks, and whenever a run ends: each item has one outcome, and no outcome lies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings

from itemwise import Status
from itemwise.testing import Drop, FailCalls, Throttle
from tests.property.chaos.harness import Harness
from tests.property.chaos.plain_call import PlainCall
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.strategies import scenarios
from tests.property.chaos.workload import Workload


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness() as opened:
        yield opened


@example(
    # Refused as a whole, after an attempt that was applied and not answered.
    scenario=Scenario(
        workloads=(Workload(operation="BatchDisassociateResource", numbers=(0, 1, 2)),),
        faults=((0, Drop(when="after", times=1)), (1, FailCalls(code="AccessDeniedException"))),
    )
)
@example(
    # Refused item by item, after the same.
    scenario=Scenario(
        workloads=(Workload(operation="DisassociateWorkspace", numbers=(0, 1, 2)),),
        faults=((0, Drop(when="after", times=1)),),
        refuse_repeats=True,
    )
)
@example(
    # Dropped while its workers wait for nothing but the caller.
    scenario=Scenario(
        workloads=(
            Workload(
                operation="BatchDisassociateResource",
                numbers=tuple(range(60)),
                concurrency=2,
                chunk_size=2,
                source="generator",
                take=1,
                leave="drop",
            ),
        )
    )
)
@example(
    # Several workers fail by a fault of the caller's own, and one error is all that can be raised.
    scenario=Scenario(
        workloads=(
            Workload(
                operation="DisassociateResourceShare",
                numbers=tuple(range(6)),
                chunk_size=1,
                caller_errors=frozenset(range(6)),
            ),
        )
    )
)
@example(
    # The same in a stream, which is left before the error could be raised.
    scenario=Scenario(
        workloads=(
            Workload(
                operation="DisassociateResourceShare",
                numbers=tuple(range(6)),
                chunk_size=1,
                caller_errors=frozenset({3, 5}),
                source="list",
                take=1,
            ),
        )
    )
)
@example(
    # Two operations on one client, over items of one name: none takes the other's replies.
    scenario=Scenario(
        workloads=(
            Workload(operation="BatchDisassociateResource", numbers=(0, 1)),
            Workload(operation="BatchAssociateResource", numbers=(0, 1)),
        ),
        plain_calls=(PlainCall(operation="BatchDisassociateResource", numbers=(100,)),),
        failing=frozenset({0, 100}),
    )
)
@example(
    # A batch and a stream of one operation at one pace, of which the batch stops first.
    scenario=Scenario(
        workloads=(
            Workload(
                operation="DisassociateWorkspace",
                numbers=tuple(range(12)),
                chunk_size=2,
                rate=2000.0,
                cancel=(2, 0),
            ),
            Workload(
                operation="DisassociateWorkspace",
                numbers=tuple(range(12, 24)),
                chunk_size=2,
                source="async",
            ),
        ),
        share_pace=True,
        plain_calls=(PlainCall(operation="DisassociateWorkspace", numbers=(100, 101), after=1),),
        faults=((0, Throttle(times=2)),),
    )
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(scenario=scenarios())
def test_every_item_is_accounted_for_whatever_fails(harness: Harness, scenario: Scenario) -> None:
    harness.run(scenario)


def test_the_search_has_seen_every_status(harness: Harness) -> None:
    """The search is worth little if it does not see every end that an item can have."""
    if harness.totals.examples:
        assert set(harness.totals.outcomes) == set(Status)
