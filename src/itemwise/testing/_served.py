"""What the server knows of one operation, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

from itemwise.testing._values import FLAG, TEXT, TUPLE_OR_EMPTY, Rule, check, whole

__all__ = ["EntryList", "ItemList", "Key", "ServedOperation"]

Key: TypeAlias = tuple[str, ...]
"""What identifies an item: plain strings, such as ``("arn:...",)`` or ``("PRINCIPAL", "123")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """One list of items in a request.

    Attributes:
        member: the request's member that holds the list.
        key: paths inside an item (``a`` or ``a.b``) whose values make its key, in order. Without
            any the whole item is the key. A structure counts with the names of its set members.
        label: what stands in front of every key of this list, where an operation takes several
            lists and tells them apart in its entries.
    """

    member: str
    key: tuple[str, ...] = ()
    label: str | None = None

    def __post_init__(self) -> None:
        check(self, {"member": TEXT, "key": TUPLE_OR_EMPTY, "label": TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryList:
    """One list of entries in a response, and how an entry is made for an item.

    Every name of an entry's member may be a path (``error.code``). One that ends with ``[]``
    (``reasons[]``) stands for a list that holds the value alone.

    Attributes:
        member: the response's member that holds the list.
        names: pairs of an entry's member and the path inside the item that it repeats. An empty
            path is the item itself. In a list of successes an empty member is the entry itself,
            where entries are plain strings and no structures.
        index: the entry's member for the item's place in the call, counted from 0.
        label: the entry's member for the label of the item's list.
        code: the entry's member for the failure's code.
        message: the entry's member for the failure's message.
        fixed: pairs of an entry's member and the value that it always holds.
        shared: pairs of an entry's member and the request's member that it repeats.
        timestamps: the entry's members that hold the time of the call.
    """

    member: str
    names: tuple[tuple[str, str], ...] = ()
    index: str | None = None
    label: str | None = None
    code: str | None = None
    message: str | None = None
    fixed: tuple[tuple[str, str | int | bool], ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    timestamps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(
            self,
            {
                "member": TEXT,
                "names": TUPLE_OR_EMPTY,
                "index": TEXT,
                "label": TEXT,
                "code": TEXT,
                "message": TEXT,
                "fixed": TUPLE_OR_EMPTY,
                "shared": TUPLE_OR_EMPTY,
                "timestamps": TUPLE_OR_EMPTY,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedOperation:
    """One operation that `LocalAWS` serves. All else is read from botocore's model.

    Attributes:
        service: the service's name in botocore, such as ``fms``.
        operation: the operation's wire name, such as ``BatchDisassociateResource``.
        items: the request's lists of items. An item's index counts through them in this order.
        limit: most items in one call.
        failures: the entries of failed items.
        successes: the entries of successful items; ``None`` where silence is success. Where both
            name the same member, that one list holds an entry for every item, in their order.
        echo: members that the response repeats from the request.
        validation_error: the error of a request that breaks the operation's rules.
        throttle_error: the error of a throttled call.
        item_code: a failed item's code, unless a fault gives another. It should mean that the item
            is not there: items that are refused for being repeated get it as well.
        item_message: a failed item's message, unless a fault gives another.
        unique_items: whether a call that holds the same item twice is refused.
        client_token: the request's member that makes a repeated call harmless.
        token_error: the error of a client token that comes again with another payload.
    """

    service: str
    operation: str
    items: tuple[ItemList, ...]
    limit: int
    failures: EntryList
    successes: EntryList | None = None
    echo: tuple[str, ...] = ()
    validation_error: str = "ValidationException"
    throttle_error: str = "ThrottlingException"
    item_code: str = "ResourceNotFoundException"
    item_message: str = "The item was not found."
    unique_items: bool = True
    client_token: str | None = None
    token_error: str = "IdempotentParameterMismatchException"  # noqa: S105 - no secret

    def __post_init__(self) -> None:
        lists = Rule("an EntryList", lambda value: isinstance(value, EntryList))
        items = Rule("a tuple of ItemLists that is not empty", _are_lists, bool)
        check(
            self,
            {
                "service": TEXT,
                "operation": TEXT,
                "items": items,
                "limit": whole(1),
                "failures": lists,
                "successes": lists,
                "echo": TUPLE_OR_EMPTY,
                "validation_error": TEXT,
                "throttle_error": TEXT,
                "item_code": TEXT,
                "item_message": TEXT,
                "unique_items": FLAG,
                "client_token": TEXT,
                "token_error": TEXT,
            },
        )


def _are_lists(value: object) -> bool:
    if not isinstance(value, tuple):
        return False
    return all(isinstance(part, ItemList) for part in cast("tuple[object, ...]", value))
