"""`assert_accounted`: a result held against what the server has really done."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from itemwise._errors import Delivery
from itemwise.results import Failed, NotAttempted, Succeeded
from itemwise.testing._active_fault import selector
from itemwise.testing._item_faults import ContradictItems
from itemwise.testing._keys import flat_key
from itemwise.testing._ledger import ServedCall
from itemwise.testing._local_aws import LocalAWS
from itemwise.testing._served import Key

if TYPE_CHECKING:
    from itemwise._operation import Operation
    from itemwise._shape import Request
    from itemwise.results import BatchResult, Outcome

__all__ = ["assert_accounted"]

ItemT = TypeVar("ItemT")

_SHOWN: Final = 5
"""Items that the message names. More help nobody, and a batch can hold a million."""


def assert_accounted(
    result: BatchResult[ItemT, Any],
    aws: LocalAWS,
    *,
    request: Request | None = None,
    key: Callable[[ItemT], Key] | None = None,
) -> None:
    """Assert that a result tells the truth about every item, by the server's ledger.

    - Each item has exactly one outcome.
    - What is `Succeeded` was applied, and what is `NotAttempted` was not.
    - What was applied is `Succeeded` or `Unknown`; or it is `Failed` and its ``error`` tells of an
      earlier attempt without an answer, or a `ContradictItems` in force names it.
    - Nothing was applied twice, except after an attempt without an answer.

    The ledger is taken as this one run's: where a test makes several runs over the same items,
    `Ledger.reset` stands between them.

    Args:
        result: the result of any run, also one that code of your own keeps or has put together.
        aws: the server that the run has called.
        request: the request of the run, to check that it is its items that have the outcomes.
        key: makes the ledger's key of an item, for an operation whose own keys are others.

    Raises:
        AssertionError: the first few items of which the result does not tell the truth.
        RuntimeError: the server keeps no calls, or no applied keys.
        ValueError: the server does not serve the operation.
    """
    operation = result.operation
    outcomes = result.outcomes
    faults = list(_not_one_each(outcomes))
    if request is not None:
        faults += _other_items(outcomes, operation.items(request))
    keys = [
        key(outcome.item) if key else _key_of(operation, outcome.item, aws) for outcome in outcomes
    ]
    applied = aws.ledger.applied(operation.name)
    repeats = _unexcused(result, aws.ledger.calls)
    contradicted = [
        selector(injected.fault)
        for injected in aws.faults
        if isinstance(injected.fault, ContradictItems)
        and injected.fault.operation in {None, operation.name}
    ]
    for outcome, name in zip(outcomes, keys, strict=True):
        lie = _lie(outcome, applied[name])
        if isinstance(outcome, Failed) and any(selects(name) for selects in contradicted):
            lie = None
        elif lie is None and name in repeats:
            lie = f"was applied {repeats[name]} times, and each time there was an answer"
        if lie is not None:
            faults.append(f"item {outcome.index}, {outcome.item!r:.120}: {lie}")
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults[:_SHOWN])
        more = f"\n  and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise AssertionError(
            f"{operation.name}: {len(faults)} of {len(outcomes)} items are not accounted for:\n"
            f"{lines}{more}"
        )


def _not_one_each(outcomes: Sequence[Outcome[Any, Any]]) -> Iterable[str]:
    counts = Counter(outcome.index for outcome in outcomes)
    for index in range(max(counts, default=-1) + 1):
        if counts[index] != 1:
            yield f"item {index}: has {counts[index] or 'no'} outcomes"


def _other_items(outcomes: Sequence[Outcome[Any, Any]], items: Sequence[object]) -> Iterable[str]:
    by_index = {outcome.index: outcome for outcome in outcomes}
    for index, item in enumerate(items):
        outcome = by_index.pop(index, None)
        if outcome is None:
            yield f"item {index}, {item!r:.120}: has no outcome"
        elif outcome.item != item:
            yield f"item {index}, {item!r:.120}: its outcome is that of {outcome.item!r:.120}"
    for index, outcome in by_index.items():
        yield f"item {index}, {outcome.item!r:.120}: is not in the request"


def _key_of(operation: Operation[Any, Any, Any, Any], item: object, aws: LocalAWS) -> Key:
    if len(operation.item_fields) > 1:
        # Only its key tells in which of the lists an item travels.
        return flat_key(list(operation.key(0, item)))
    # As it travels: an operation's own key can be of what the service takes it for.
    return aws.key(operation.name, item)


def _unexcused(result: BatchResult[Any, Any], calls: Sequence[ServedCall]) -> Mapping[Key, int]:
    """Find the keys that were applied more than once although each attempt was answered."""
    if any(call.attempts - call.throttled > 1 for call in result.calls):
        # Repeated for want of an answer: of a reply that made no sense or came too late, the
        # ledger does not know that it went unheard.
        return {}
    answered: defaultdict[Key, int] = defaultdict(int)
    begun: dict[Key, float] = {}
    # From the last: a call that was not decided yet when the same items came again was given up by
    # a client that repeats calls by itself, and its answer went unheard.
    for call in sorted(calls, key=lambda call: call.started, reverse=True):
        if call.operation == result.operation.name and (call.status or 500) < 500:
            for key in call.applied:
                answered[key] += call.ended <= begun.get(key, math.inf)
                begun[key] = call.started
    return {key: times for key, times in answered.items() if times > 1}


def _lie(outcome: Outcome[Any, Any], times: int) -> str | None:
    match outcome:
        case Succeeded():
            return None if times else "is Succeeded, and was never applied"
        case NotAttempted() if times:
            return f"is NotAttempted ({outcome.reason}), and was applied"
        case Failed(error=error) if times and (
            error is None or error.delivery is not Delivery.IN_DOUBT
        ):
            return f"is Failed ({outcome.code}), and was applied without a doubt in its error"
        case _:
            return None
