"""What must hold between what callers were told and what the server has really done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from itemwise import Delivery, Failed, NotAttempted, Outcome, Succeeded, Unknown
from itemwise.testing import Key, LocalAWS
from tests.property.chaos.run import Observed
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.workload import Workload
from tests.wire.cases import Case

__all__ = ["check_ledger"]

AnyOutcome = Outcome[Any, Any]


def check_ledger(scenario: Scenario, observed: Sequence[Observed], aws: LocalAWS) -> None:
    """Hold the outcomes of all workloads against the ledger.

    Raises:
        AssertionError: an outcome does not tell the truth, or a call is nobody's.
    """
    for call in aws.ledger.calls:
        # Each call is of one caller alone.
        assert any(
            sender.operation == call.operation and sender.keys.issuperset(call.items)
            for sender in scenario.senders
        ), call
    for workload, seen in zip(scenario.workloads, observed, strict=True):
        applied = workload.case.applied(aws)
        own = {key: applied[key] for key in applied.keys() & workload.keys}
        _check_outcomes(scenario, workload, seen, own)


def _check_outcomes(
    scenario: Scenario, workload: Workload, observed: Observed, applied: Mapping[Key, int]
) -> None:
    case = workload.case
    outcomes_of: defaultdict[Key, list[AnyOutcome]] = defaultdict(list)
    for outcome in observed.outcomes:
        assert outcome.item == observed.items[outcome.index]
        _check_entry(case, outcome)
        outcomes_of[case.key(outcome.item)].append(outcome)
    assert applied.keys() <= {case.key(item) for item in observed.items}
    contradicted = scenario.keys(scenario.contradicted) if case.lists_successes else set[Key]()
    unsaid = _unsaid_failures(scenario, case)
    for key, outcomes in outcomes_of.items():
        if key not in applied:
            for outcome in outcomes:
                assert not isinstance(outcome, Succeeded) or key in unsaid, (outcome, "unearned")
        elif workload.source is None:
            # Equal items share their fate.
            assert all(_admits(outcome) or key in contradicted for outcome in outcomes), outcomes
        elif not observed.partial:
            # In a stream they travel one by one, and it is enough that one of them tells.
            assert key in contradicted or any(map(_admits, outcomes)), outcomes
    if not workload.idempotent and not scenario.refuse_repeats and workload.source is None:
        # Nothing is sent again after a doubt.
        assert set(applied.values()) <= {1}


def _check_entry(case: Case, outcome: AnyOutcome) -> None:
    if isinstance(outcome, Succeeded):
        entry = outcome.entry
        told = None if entry is None else entry.model_dump_json(by_alias=True)
        names = [str(part) for part in case.operation.key(0, outcome.item)]
        assert (told is not None) == case.lists_successes
        assert told is None or all(name in told for name in names), (outcome, "not its entry")


def _unsaid_failures(scenario: Scenario, case: Case) -> set[Key]:
    """List the items that fail without a word of it.

    A failure that the service keeps to itself, or gives to somebody else beside a success, is a
    success to everybody.
    """
    failing = scenario.failing | scenario.healing[0] | scenario.busy
    kept = scenario.contradicted if case.lists_successes else scenario.forgotten
    if scenario.renamed or not case.lists_successes:
        return scenario.keys(kept & failing)
    return set()


def _admits(outcome: AnyOutcome) -> bool:
    """Whether an outcome says that its item was, or may have been, applied."""
    match outcome:
        case Succeeded() | Unknown():
            return True
        case Failed(error=error):
            return error is not None and error.delivery is Delivery.IN_DOUBT
        case NotAttempted():
            return False
