"""The answer of a call, made from what became of its items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from itemwise.testing._bound import BoundOperation, Item
from itemwise.testing._keys import value_at
from itemwise.testing._served import EntryList

__all__ = ["Call", "ItemFailure", "Shaping", "build_reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFailure:
    """Why an item failed.

    Attributes:
        code: the entry's code.
        message: the entry's message.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """How an answer departs from the truth.

    Attributes:
        forgotten: the places of items without any entry.
        contradicted: the places of items that are called both a success and a failure.
        renames: functions that change names in failure entries, applied in order.
        extra: failures of items that were not sent.
    """

    forgotten: frozenset[int] = frozenset()
    contradicted: frozenset[int] = frozenset()
    renames: tuple[Callable[[str], str], ...] = ()
    extra: tuple[tuple[object, ItemFailure], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One readable call.

    Attributes:
        operation: the operation.
        members: the request's members.
        items: the request's items.
        now: the event loop's time, in seconds.
        time: the time of day.
    """

    operation: BoundOperation
    members: Mapping[str, object]
    items: Sequence[Item]
    now: float
    time: datetime


def build_reply(
    call: Call, failures: Mapping[int, ItemFailure], shaping: Shaping
) -> dict[str, object]:
    """Make the members of an answer.

    Args:
        call: the call.
        failures: why items failed, by their places.
        shaping: how the answer departs from the truth.
    """
    operation, items = call.operation, call.items
    row = operation.row
    usual = ItemFailure(code=row.item_code, message=row.item_message)
    failed: list[object] = []
    succeeded: list[object] = failed if operation.one_list else []
    # Without a list of successes only failures need a look, and mostly there are none.
    places = range(len(items)) if row.successes else sorted(failures)
    for place in places:
        if place in shaping.forgotten:
            continue
        item = items[place]
        failure = failures.get(place)
        both = row.successes is not None and place in shaping.contradicted
        if failure is not None or both:
            failed.append(_failure(call, item, place, failure or usual, shaping))
        if row.successes and (failure is None or both):
            succeeded.append(_success(call, row.successes, item, place))
    label = row.items[0].label if row.items else None
    for place, (value, failure) in enumerate(shaping.extra, len(items)):
        failed.append(_failure(call, Item((), value, label), place, failure, shaping))
    reply = {name: call.members[name] for name in row.echo if name in call.members}
    reply[row.failures.member] = failed
    if row.successes:
        reply[row.successes.member] = succeeded
    return reply


def _success(call: Call, entries: EntryList, item: Item, place: int) -> object:
    for path, source in entries.names:
        if not path:
            return value_at(item.value, source)
    return _entry(call, entries, item.value, place, item.label)


def _failure(
    call: Call, item: Item, place: int, failure: ItemFailure, shaping: Shaping
) -> dict[str, object]:
    entries = call.operation.row.failures
    value = item.value
    for rename in shaping.renames:
        value = _renamed(value, rename)
    entry = _entry(call, entries, value, place, item.label)
    if entries.code is not None:
        _put(entry, entries.code, failure.code)
    if entries.message is not None:
        _put(entry, entries.message, failure.message)
    return entry


def _entry(
    call: Call, entries: EntryList, value: object, place: int, label: str | None
) -> dict[str, object]:
    entry: dict[str, object] = {}
    for path, source in entries.names:
        name = value_at(value, source)
        # An empty structure stands for an item without a name.
        if name not in (None, {}):
            _put(entry, path, name)
    if entries.index is not None:
        _put(entry, entries.index, place)
    if entries.label is not None and label is not None:
        _put(entry, entries.label, label)
    for path, fixed in entries.fixed:
        _put(entry, path, fixed)
    for path, member in entries.shared:
        if member in call.members:
            _put(entry, path, call.members[member])
    for path in entries.timestamps:
        _put(entry, path, call.time)
    return entry


def _put(entry: dict[str, object], path: str, value: object) -> None:
    *outer, last = path.split(".")
    for name in outer:
        entry = cast("dict[str, object]", entry.setdefault(name, {}))
    if last.endswith("[]"):
        entry[last.removesuffix("[]")] = [value]
    else:
        entry[last] = value


def _renamed(value: object, rename: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {name: _renamed(field, rename) for name, field in fields.items()}
    if isinstance(value, list):
        return [_renamed(member, rename) for member in cast("list[object]", value)]
    return value
