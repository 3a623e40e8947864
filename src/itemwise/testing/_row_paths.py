"""The paths that a row names inside items and entries, held against botocore's model.

A path that leads nowhere would make keys without parts and entries without names, and a test that
passes for nothing. The rows of the table are generated from the models, and need no look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from itemwise.testing._bound import BoundOperation
from itemwise.testing._served import EntryList

__all__ = ["check_paths"]


def check_paths(operation: BoundOperation) -> None:
    """Refuse a row with a path that leads nowhere.

    Raises:
        ValueError: there is one; the message says what stands there instead.
    """
    for what, shapes, path, to_lists in _paths(operation):
        found = [_follow(shape, path, to_lists=to_lists) for shape in shapes]
        missing = [stop for stop in found if stop is not None]
        # Where an operation has several lists of items, one of them will do.
        if len(missing) == len(found):
            row = operation.row
            raise ValueError(
                f"{row.service} {row.operation}: {what} has no {path}{_instead(missing[0])}"
            )


class _Path(NamedTuple):
    """A path, in what it leads, and what that is called.

    Attributes:
        what: the name, for the message.
        shapes: what it can lead in.
        path: the path.
        to_lists: whether it can lead to a list that holds one value: an entry's can be made to, an
            item's has no one value to give.
    """

    what: str
    shapes: Sequence[Shape]
    path: str
    to_lists: bool = False


def _paths(operation: BoundOperation) -> Iterator[_Path]:
    row, model = operation.row, operation.model
    inputs, outputs = _members(model.input_shape), _members(model.output_shape)
    items = [_element(inputs[source.member]) for source in row.items]
    for source, item in zip(row.items, items, strict=True):
        what = f"an item of {source.member}"
        yield from (_Path(what, [item], path) for path in source.key)
    for entries in (row.failures, *([row.successes] if row.successes else [])):
        entry = _element(outputs[entries.member])
        what = f"an entry of {entries.member}"
        yield from (_Path(what, [entry], path, True) for path in _entry_paths(entries) if path)
        yield from (_Path("an item", items, source) for _, source in entries.names if source)
        if model.input_shape is not None:
            request = [model.input_shape]
            yield from (_Path("the request", request, member) for _, member in entries.shared)


def _entry_paths(entries: EntryList) -> Iterator[str]:
    for pairs in (entries.names, entries.fixed, entries.shared):
        yield from (path for path, _ in pairs)
    yield from entries.timestamps
    for path in (entries.index, entries.label, entries.code, entries.message):
        if path is not None:
            yield path


def _follow(shape: Shape, path: str, *, to_lists: bool) -> Shape | None:
    """Follow a path; give the shape at which it stops too early, if it does."""
    for part in path.split("."):
        name = part.removesuffix("[]") if to_lists else part
        in_list = name != part
        if isinstance(shape, MapShape):
            shape = shape.value
            continue
        member = _members(shape).get(name)
        if member is None or (in_list and not isinstance(member, ListShape)):
            return shape
        shape = _element(member) if in_list else member
    return None


def _members(shape: Shape | None) -> Mapping[str, Shape]:
    return shape.members if isinstance(shape, StructureShape) else {}


def _element(shape: Shape) -> Shape:
    return shape.member if isinstance(shape, ListShape) else shape


def _instead(shape: Shape) -> str:
    members = _members(shape)
    return f", but {', '.join(sorted(members))}" if members else f": it is a {shape.type_name}"
