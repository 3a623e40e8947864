"""Pure: the request of one call, held against the items that it is to carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from itemwise._operation import Operation
from itemwise._shape import Request

__all__ = ["payload"]

RequestT = TypeVar("RequestT", bound=Request)
ItemT = TypeVar("ItemT")


def payload(
    operation: Operation[RequestT, Any, ItemT, Any], request: RequestT, items: Sequence[ItemT]
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
    _check_count(operation, made, len(items))
    return made


def _check_count(operation: Operation[RequestT, Any, Any, Any], made: RequestT, count: int) -> None:
    # Where silence means success, an item that was left out would have succeeded unsent.
    carried = len(operation.items(made))
    if carried != count:
        raise ValueError(
            f"with_items of {operation.name} was given {count} items and made a request with "
            f"{carried}, as its items function counts them; the request was not sent. Describe the "
            "operation so that with_items puts in all items that it is given, and no others"
        )
