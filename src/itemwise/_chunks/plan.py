"""Pure: which items of a batch travel, and in which chunks."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Generic, TypeVar

from itemwise._description import Description, Key, by_value

__all__ = ["Chunk", "ClashError", "Plan", "distinct"]

ItemT = TypeVar("ItemT")


class ClashError(ValueError):
    """Two items have one key and are not equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk(Generic[ItemT]):
    """The items that travel in one call.

    Attributes:
        indexes: each item's place in the caller's request.
        items: the items; an item's place here is its position.
    """

    indexes: Sequence[int]
    items: Sequence[ItemT]

    def __len__(self) -> int:
        return len(self.items)

    def pairs(self) -> Iterable[tuple[int, ItemT]]:
        """Give each item with its index."""
        return zip(self.indexes, self.items, strict=True)

    def at(self, positions: Sequence[int]) -> Chunk[ItemT]:
        """Make a chunk of the items at some positions."""
        return Chunk(
            indexes=[self.indexes[p] for p in positions], items=[self.items[p] for p in positions]
        )


class Plan(Generic[ItemT]):
    """The distinct items of a batch, handed out chunk by chunk.

    Attributes:
        duplicates: for the index of an item that travels, the indexes of its equals, which do not.
    """

    __slots__ = ("_indexes", "_items", "_next", "duplicates")

    def __init__(
        self, operation: Description[Any, Any, ItemT, Any], items: Sequence[ItemT]
    ) -> None:
        self._items = items
        self._indexes, self.duplicates = distinct(operation, items)
        self._next = 0

    def remaining(self) -> int:
        """Count the items that are still to be handed out."""
        return len(self._indexes) - self._next

    def take(self, size: int) -> Chunk[ItemT] | None:
        """Hand out the next chunk of at most `size` items; ``None`` where there are no more."""
        indexes = self._indexes[self._next : self._next + size]
        if not indexes:
            return None
        self._next += len(indexes)
        if isinstance(indexes, range):
            return Chunk(indexes=indexes, items=self._items[indexes.start : indexes.stop])
        return Chunk(indexes=indexes, items=[self._items[index] for index in indexes])


def distinct(
    operation: Description[Any, Any, ItemT, Any], items: Sequence[ItemT], start: int = 0
) -> tuple[Sequence[int], dict[int, list[int]]]:
    """Find the items that travel: each key once.

    Where the key depends on the position, as it does for services that answer by position, no two
    items are equal.

    Args:
        operation: the operation.
        items: the items.
        start: the first one's index as the caller counts, for the error.

    Returns:
        The positions of the first item of each key, and for each of these that has equals theirs.

    Raises:
        ClashError: two items with one key that are not equal: the service could not tell them
            apart, and one of them would be lost.
        TypeError: the first key is no tuple.
    """
    every = range(len(items))
    if not items:
        return every, {}
    one = operation.key(0, items[0])
    _check_key(operation, one)
    if one != operation.key(1, items[0]):
        return every, {}
    # Nearly always no two are equal. Hashes show it, and keep no key for the collector to visit.
    hashes = map(hash, map(operation.key, repeat(0), items))
    if len(set(items if operation.key is by_value else hashes)) == len(items):
        return every, {}
    first: dict[Key, int] = {}
    duplicates: dict[int, list[int]] = {}
    for index, item in enumerate(items):
        known = first.setdefault(operation.key(0, item), index)
        if known == index:
            continue
        if items[known] != item:
            raise ClashError(
                f"items {start + known} and {start + index} of {operation.name} have one key and "
                "differ: the service cannot tell them apart. Give each its own key, or send one "
                "of them"
            )
        duplicates.setdefault(known, []).append(index)
    return array("L", first.values()), duplicates


def _check_key(operation: Description[Any, Any, Any, Any], key: object) -> None:
    if not isinstance(key, tuple):
        raise TypeError(
            f"the key of an item of {operation.name} must be a tuple, such as (item.id,), "
            f"not {type(key).__name__}"
        )
