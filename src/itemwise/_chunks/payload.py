"""Pure: the request of one call, held against the items that it is to carry.

The items of a request were checked when it was made. Those of a stream are checked here, as they
come: the first that does not fit is found, so that those before it can be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from itemwise._chunks.plan import ClashError, distinct
from itemwise._describe_error import describe_error
from itemwise._description import Description
from itemwise._shape import Request, RequestShape

__all__ = ["Fitting", "fitting", "payload"]

RequestT = TypeVar("RequestT", bound=Request)
ItemT = TypeVar("ItemT")


def payload(
    operation: Description[RequestT, Any, ItemT, Any], request: RequestT, items: Sequence[ItemT]
) -> RequestT:
    """Make the request of one call.

    Args:
        operation: the operation.
        request: where the shared members come from.
        items: what the call is to carry.

    Raises:
        ValueError: the operation makes a request with more items, or fewer.
    """
    made = operation.with_items(request, items)
    # Where silence means success, an item that was left out would have succeeded unsent.
    carried = len(operation.items(made))
    if carried != len(items):
        raise ValueError(
            f"with_items of {operation.name} was given {len(items)} items and made a request with "
            f"{carried}, as its items function counts them; the request was not sent. Describe the "
            "operation so that with_items puts in all items that it is given, and no others"
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting(Generic[ItemT]):
    """Which items of a stream can travel in one call.

    Attributes:
        items: those that fit the request, from the first on, as its model has read them.
        travel: of these, the positions of those that travel: each key once.
        duplicates: for the position of an item that travels and has equals, theirs.
        error: why the next item does not fit; ``None`` where all do. It names the item.
    """

    items: Sequence[ItemT]
    travel: Sequence[int]
    duplicates: Mapping[int, Sequence[int]]
    error: Exception | None


def fitting(
    operation: Description[RequestT, Any, ItemT, Any],
    request: RequestT,
    items: Sequence[ItemT],
    start: int,
) -> Fitting[ItemT]:
    """Find how many items of a stream fit the request, and what is wrong with the next.

    Args:
        operation: the operation.
        request: where the shared members come from.
        items: items that no model has checked yet.
        start: the first one's index in the stream.

    Raises:
        ValueError: the operation makes a request with more items than it is given, or fewer.
    """
    checked: Sequence[ItemT] = ()
    made = request
    travel: Sequence[int] = ()
    duplicates: Mapping[int, Sequence[int]] = {}
    error: Exception | None = None
    # Nearly always all fit. Else halving takes few steps to the first that does not.
    fits, fails, tried = 0, len(items) + 1, len(items)
    while fits + 1 < fails:
        try:
            found = _checked(operation, request, items[:tried], start)
        except Exception as caught:  # noqa: BLE001 - pydantic's, or what strange items do to a function
            fails, error = tried, caught
        else:
            fits, (made, checked, travel, duplicates) = tried, found
        tried = (fits + fails) // 2
    if len(operation.items(made)) != fits:
        # As they travel, each once: a map of items, for one, has no room for equals.
        payload(operation, request, [checked[place] for place in travel])
    if error is not None:
        error = _naming(operation, start + fits, items[fits], error)
    return Fitting(items=checked, travel=travel, duplicates=duplicates, error=error)


def _checked(
    operation: Description[RequestT, Any, ItemT, Any],
    request: RequestT,
    items: Sequence[ItemT],
    start: int,
) -> tuple[RequestT, Sequence[ItemT], Sequence[int], Mapping[int, Sequence[int]]]:
    made = operation.with_items(request, items)
    # A model is checked as a whole: its validators may be about more than one item.
    validated = operation.request.model_validate(_opened(made, request))
    given, read = list(operation.items(made)), list(operation.items(validated))
    # What it makes of an item is what travels, as in a request that has its items from the start.
    # Nearly always that is the item. A faulty operation has another number of them.
    checked = items if given == read or len(given) != len(items) else _as_read(items, given, read)
    return made, checked, *distinct(operation, checked, start)


def _opened(made: RequestShape, before: object) -> dict[str, object]:
    """Give the members of a request for pydantic to check, which trusts models in them.

    So those that were made anew to hold the items are opened as well. What stands in lists is left
    as it is: items that are models were checked as they were made.

    Args:
        made: a request with items, or a structure in it.
        before: what stood in its place without them, which was checked.
    """
    members: dict[str, object] = {}
    for name, value in cast("Iterable[tuple[str, object]]", made):
        old: object = getattr(before, name, None)
        if isinstance(value, RequestShape) and value is not old:
            members[name] = _opened(value, old)
        else:
            members[name] = value
    return members


def _as_read(
    items: Sequence[ItemT], given: Sequence[ItemT], read: Sequence[ItemT]
) -> Sequence[ItemT]:
    """Find what became of each item, where a request holds them in an order of its own."""
    left = list(zip(given, read, strict=True))
    found: list[ItemT] = []
    for item in items:
        places = (place for place, (before, _) in enumerate(left) if before == item)
        place = next(places, None)
        found.append(item if place is None else left.pop(place)[1])
    return found


def _naming(
    operation: Description[Any, Any, Any, Any], index: int, item: object, error: Exception
) -> Exception:
    """Make an error say which item of the stream it is about."""
    if isinstance(error, ValidationError | ClashError):
        # Its own words count from the start of a chunk that the caller knows nothing of.
        error.add_note(f"item {index} of the stream")
        return error
    named = TypeError(
        f"item {index} of the stream is a {type(item).__name__}, which is not what "
        f"{operation.name} takes: {describe_error(error)}"
    )
    named.__cause__ = error
    return named
