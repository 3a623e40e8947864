"""What becomes of one call: the order of all rules and faults.

Nothing here knows of HTTP or waits; the same calls in the same order meet the same fate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from itemwise.testing._bound import Item
from itemwise.testing._call_faults import (
    Drop,
    FailCalls,
    Garbage,
    LowerLimit,
    RateLimit,
    Throttle,
)
from itemwise.testing._entries import Call, ItemFailure, Shaping, build_reply
from itemwise.testing._faults import DropPoint
from itemwise.testing._item_faults import (
    ContradictItems,
    ExtraFailures,
    FailItems,
    ForgetItems,
    PoisonItems,
    RenameItems,
)
from itemwise.testing._replays import Replays
from itemwise.testing._script import FaultScript
from itemwise.testing._served import Key, ServedOperation
from itemwise.testing._wire import ServiceError

__all__ = ["Decision", "decide"]

_USUAL_CODES: Final = {
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    500: "InternalFailure",
    503: "ServiceUnavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a call.

    Attributes:
        reply: the answer's members, if the call was applied, even where the caller never sees it.
        error: the error that is sent in place of the answer.
        applied: the keys that the call applies.
        cut: where the connection closes, if it does.
        garbage: what is sent in place of the answer.
        replay: whether the answer is that of an earlier call.
    """

    reply: Mapping[str, object] | None = None
    error: ServiceError | None = None
    applied: tuple[Key, ...] = ()
    cut: DropPoint | None = None
    garbage: Garbage | None = None
    replay: bool = False


def decide(
    call: Call,
    script: FaultScript,
    replays: Replays,
    was_applied: Callable[[str, Key], bool] | None,
) -> Decision:
    """Decide on a call.

    Args:
        call: the call.
        script: the faults in force; their counts go on.
        replays: the answers of earlier calls; this one's is not added.
        was_applied: whether an operation has applied a key before, where repeats are refused.
    """
    operation = call.operation
    name = operation.name
    for drop in script.of(Drop, name):
        if drop.fault.when == "before" and drop.hits_call():
            return Decision(cut="before")
    error = _throttled(operation.row, script, call.now)
    if error is not None:
        return Decision(error=error)
    failing = script.first(FailCalls, name)
    failure = None if failing is None else _call_error(operation.row, failing)
    if failing is not None and not failing.apply:
        return Decision(error=failure)
    error = _refused(call, script)
    if error is not None:
        return Decision(error=error)
    token = operation.client_token(call.members)
    earlier = None if token is None else replays.find(name, token)
    applied: tuple[Key, ...] = ()
    if earlier is None:
        reply, applied = _apply(call, script, was_applied)
    elif earlier[0] == call.members:
        reply = earlier[1]
    else:
        message = f"The client token {token} was used with other parameters."
        return Decision(error=ServiceError(code=operation.row.token_error, message=message))
    cut, garbage = None, None
    if failure is None:
        cut = _cut_after(name, script)
        garbage = script.first(Garbage, name) if cut is None else None
    return Decision(
        reply=reply,
        error=failure,
        applied=applied,
        cut=cut,
        garbage=garbage,
        replay=earlier is not None,
    )


def _throttled(row: ServedOperation, script: FaultScript, now: float) -> ServiceError | None:
    fault: Throttle | RateLimit | None = script.first(Throttle, row.operation)
    if fault is None:
        for limit in script.of(RateLimit, row.operation):
            if limit.overflows(now):
                fault = limit.fault
                break
        else:
            return None
    bare = fault.style == "bare"
    status = {"modelled": None, "400": 400, "429": 429, "bare": 429}[fault.style]
    return ServiceError(
        code=None if bare else fault.code or row.throttle_error,
        message="" if bare else "Rate exceeded",
        status=status,
        retry_after=fault.retry_after,
    )


def _call_error(row: ServedOperation, fault: FailCalls) -> ServiceError:
    status = fault.status
    code = fault.code
    if code is None:
        status = status or 500
        code = _USUAL_CODES.get(status, row.validation_error if status < 500 else "InternalFailure")
    return ServiceError(
        code=code, message=fault.message, status=status, retry_after=fault.retry_after
    )


def _refused(call: Call, script: FaultScript) -> ServiceError | None:
    """Apply the operation's rules, then the faults that add to them."""
    operation, items = call.operation, call.items
    row = operation.row
    bad = operation.check(call.members) if operation.check else None
    if bad is not None:
        return _violation(row, bad[0].removeprefix("."), bad[1])
    limits = [lower.fault.limit for lower in script.of(LowerLimit, operation.name)]
    limit = min(row.limit, *limits) if limits else row.limit
    lists = ", ".join(source.member for source in row.items)
    if len(items) > limit:
        return _violation(row, lists, f"Member must have length less than or equal to {limit}")
    if row.unique_items and len({item.key for item in items}) < len(items):
        return _violation(row, lists, "Members must be unique")
    for poison in script.of(PoisonItems, operation.name):
        if any(poison.selects(item.key) for item in items):
            poison.fired += 1
            fault = poison.fault
            return ServiceError(code=fault.code or row.validation_error, message=fault.message)
    return None


def _violation(row: ServedOperation, place: str, rule: str) -> ServiceError:
    return ServiceError(
        code=row.validation_error,
        message=f"1 validation error detected: Value at '{place}' failed to satisfy constraint: "
        f"{rule}",
    )


def _apply(
    call: Call, script: FaultScript, was_applied: Callable[[str, Key], bool] | None
) -> tuple[Mapping[str, object], tuple[Key, ...]]:
    operation, items = call.operation, call.items
    row, name = operation.row, operation.name
    failures: dict[int, ItemFailure] = {}
    faults = script.of(FailItems, name)
    if faults or was_applied:
        for place, item in enumerate(items):
            for injected in faults:
                if injected.hits_item(item.key):
                    failures[place] = _item_failure(row, injected.fault)
                    break
            else:
                if was_applied and was_applied(name, item.key):
                    failures[place] = ItemFailure(code=row.item_code, message=row.item_message)
    applied = tuple(item.key for place, item in enumerate(items) if place not in failures)
    shaping = Shaping(
        forgotten=_places(script, ForgetItems, name, items),
        contradicted=_places(script, ContradictItems, name, items),
        renames=tuple(injected.fault.rename for injected in script.of(RenameItems, name)),
        extra=_extra(row, script),
    )
    return build_reply(call, failures, shaping), applied


def _item_failure(row: ServedOperation, fault: FailItems | ExtraFailures) -> ItemFailure:
    return ItemFailure(
        code=row.item_code if fault.code is None else fault.code,
        message=row.item_message if fault.message is None else fault.message,
    )


def _places(
    script: FaultScript,
    kind: type[ForgetItems | ContradictItems],
    operation: str,
    items: Sequence[Item],
) -> frozenset[int]:
    return frozenset(
        place
        for injected in script.of(kind, operation)
        for place, item in enumerate(items)
        if injected.hits_item(item.key)
    )


def _extra(row: ServedOperation, script: FaultScript) -> tuple[tuple[object, ItemFailure], ...]:
    return tuple(
        (value, _item_failure(row, injected.fault))
        for injected in script.of(ExtraFailures, row.operation)
        if injected.hits_call()
        for value in injected.fault.sent
    )


def _cut_after(operation: str, script: FaultScript) -> Literal["after", "midway"] | None:
    for drop in script.of(Drop, operation):
        when = drop.fault.when
        if when != "before" and drop.hits_call():
            return when
    return None
