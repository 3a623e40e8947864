"""All that the engine knows of one AWS operation, as a value: what an `Operation` is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar
from uuid import uuid4

from itemwise._argument_types import check_flag, check_whole
from itemwise._shape import Request, Response, ResponseShape

__all__ = ["Description", "Key", "Verdict", "by_value", "client_token"]

Key: TypeAlias = tuple[Hashable, ...]
"""What identifies an item to the service: plain values such as strings, never models."""


def by_value(_position: int, item: str) -> Key:
    """Give the key of an item that is a string, and is all that the service says of it.

    The engine knows this function, and compares such items without a call for each.
    """
    return (item,)


RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


def client_token(
    given: str | None,
    key: Callable[[int, ItemT], Key],
    *lists: tuple[Sequence[ItemT], Sequence[ItemT] | None],
) -> str | None:
    """Give the client token of a call, for `Operation.with_items`.

    A token belongs to one payload: the caller's to all items of the request, as they stand there or
    each once, as a run sends equal ones. Any other payload has a new one.

    Args:
        given: the request's own token.
        key: the operation's key, which does not depend on the position.
        lists: for each list of items, those of the call and those of the request.

    Returns:
        The token; ``None`` for a call without items.
    """
    if not any(items for items, _ in lists):
        return None
    whole = given is not None and all(_are_all(key, items, of or ()) for items, of in lists)
    return given if whole else str(uuid4())


def _are_all(key: Callable[[int, ItemT], Key], items: Sequence[ItemT], of: Sequence[ItemT]) -> bool:
    if len(items) == len(of):
        return list(items) == list(of)
    # One by one: most chunks of a long request differ from it at their first item.
    return all(one == other for one, other in zip_longest(items, _each_once(key, of)))


def _each_once(key: Callable[[int, ItemT], Key], items: Sequence[ItemT]) -> Iterator[ItemT]:
    seen: set[Key] = set()
    for item in items:
        known = key(0, item)
        if known not in seen:
            seen.add(known)
            yield item


class Verdict(NamedTuple, Generic[EntryT]):
    """What one entry of a response says about one key.

    A tuple, since every entry of every reply gets one, and a tuple takes half as long to make as a
    frozen dataclass.

    Attributes:
        key: the item's key as the entry gives it, or ``None`` where it names no item at all.
        failed: whether the entry stands for a failure.
        entry: a failure's entry, as the service sent it.
        code: a failure's code; ``None`` where the service gives none.
        message: a failure's message; ``None`` where the service gives none.
        success: a success's entry, as the service sent it.
    """

    key: Key | None
    failed: bool
    entry: EntryT | None = None
    code: str | None = None
    message: str | None = None
    success: ResponseShape | None = None


_KINDS: Final[Sequence[tuple[str, tuple[type, type], str]]] = (
    ("retryable_codes", (frozenset, set), "a set of strings"),
    ("item_error_codes", (frozenset, set), "a set of strings"),
    ("item_fields", (tuple, list), "a tuple of strings"),
)
"""What is looked at when an operation is made, and is made the first kind, which has a hash. Any
other would be misread only later, where items fail: of a string, the engine would find the letters.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """One AWS operation that takes a list and answers item by item.

    What a call and its settling need is below the call itself, and knows this alone. What users
    make, and what is handed back to them, is an `Operation`: there each field is explained.
    """

    service: str
    name: str
    request: type[RequestT]
    response: type[ResponseT]
    max_items: int
    # An attrgetter equals nothing but itself: a result that was pickled is to stay equal.
    items: Callable[[RequestT], Sequence[ItemT]] = field(compare=False)
    with_items: Callable[[RequestT, Sequence[ItemT]], RequestT]
    key: Callable[[int, ItemT], Key]
    verdicts: Callable[[ResponseT], Iterable[Verdict[EntryT]]]
    silence_is_success: bool
    idempotent: bool
    retryable_codes: frozenset[str] = frozenset()
    item_error_codes: frozenset[str] = frozenset()
    item_fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, kinds, words in _KINDS:
            value: object = getattr(self, name)
            if not isinstance(value, kinds):
                raise TypeError(f"{name} of {self.name} must be {words}, not {value!r}")
            object.__setattr__(self, name, kinds[0](value))
        for name in ("items", "with_items", "key", "verdicts"):
            if not callable(function := getattr(self, name)):
                raise TypeError(f"{name} of {self.name} must be a function, not {function!r}")
        for name in ("silence_is_success", "idempotent"):
            check_flag(f"{name} of {self.name}", getattr(self, name))
        for name in ("service", "name"):
            text: object = getattr(self, name)
            if not isinstance(text, str) or not text:
                raise TypeError(
                    f"{name} of an operation must be its name in botocore, not {text!r}"
                )
        for name, base in (("request", Request), ("response", Response)):
            model: object = getattr(self, name)
            if not (isinstance(model, type) and issubclass(model, base)):
                raise TypeError(
                    f"{name} of {self.name} must be a subclass of itemwise.{base.__name__}, "
                    f"not {model!r}"
                )
        if check_whole(f"max_items of {self.name}", self.max_items) < 1:
            raise ValueError(f"max_items of {self.name} must be at least 1, not {self.max_items}")
