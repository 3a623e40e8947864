"""Facts that the model itself gives, each with the reason why it does.

Every function returns a fact and its reason, or raises: what the model does not say for sure is the
overlay's to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.model import ListShape, Shape, StringShape, StructureShape

from codegen.errors import CodegenError
from codegen.family import speaks_of_failures

__all__ = [
    "Naming",
    "client_token",
    "code",
    "entry_shape",
    "failures",
    "item_list",
    "item_shape",
    "max_items",
    "message",
    "naming",
    "successes",
]

_MESSAGE: Final = re.compile(r"message$", re.IGNORECASE)
_CODE: Final = re.compile(r"code$|^reason$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How entries name items.

    Attributes:
        key: the item's members that make its key; empty where the whole item does.
        entry: the entry's members that hold the same, in the same order; empty where the whole
            entry does.
        inside: the entry's member that holds the whole item, whose members `entry` then are.
    """

    key: tuple[str, ...]
    entry: tuple[str, ...]
    inside: str | None = None


def item_list(operation_input: StructureShape) -> tuple[str, str]:
    """Find the list of items: the only list in the request."""
    lists = [name for name, shape in operation_input.members.items() if _is_list(shape)]
    if len(lists) != 1:
        raise CodegenError(f"the request has several lists ({', '.join(lists)})")
    return lists[0], "it is the only list in the request"


def max_items(operation_input: StructureShape, lists: Iterable[str]) -> tuple[int, str]:
    """Find the limit: the smallest of the lists' maxima."""
    limits = {
        name: int(operation_input.members[name].metadata["max"])
        for name in lists
        if "max" in operation_input.members[name].metadata
    }
    if not limits:
        raise CodegenError("no list of items has a maximum in the model")
    smallest = min(limits, key=lambda name: limits[name])
    return limits[smallest], f"the model's maximum of {smallest}"


def failures(output: StructureShape) -> tuple[str, str]:
    """Find the list of failures, by its name."""
    found = [n for n, shape in output.members.items() if _is_list(shape) and speaks_of_failures(n)]
    if len(found) != 1:
        raise CodegenError("no single list of the response is named for failures")
    return found[0], "it is the only list of the response whose name speaks of failures"


def successes(output: StructureShape, failed: str) -> tuple[str | None, str]:
    """Find the list of successes: the one other list of the response, if there is one."""
    found = [name for name, shape in output.members.items() if _is_list(shape) and name != failed]
    if len(found) > 1:
        raise CodegenError(f"the response has several further lists ({', '.join(found)})")
    if not found:
        return None, "the response has no other list"
    return found[0], "it is the only other list of the response"


def naming(item: Shape, entry: Shape, list_name: str) -> tuple[Naming, str]:
    """Find out how an entry names its item."""
    if not isinstance(entry, StructureShape):
        if entry.name != item.name or isinstance(item, StructureShape):
            raise CodegenError("an entry is no structure, and not of the items' shape")
        return Naming(key=(), entry=()), f"an entry is the item itself, a {item.name}"
    if isinstance(item, StructureShape):
        return _structure_naming(item, entry)
    same = [name for name, member in entry.members.items() if member.name == item.name]
    if len(same) == 1:
        why = f"it is the entry's only member of the items' shape, {item.name}"
        return Naming(key=(), entry=(same[0],)), why
    alike = [name for name in same if _singular(name) == _singular(list_name)]
    if len(alike) != 1:
        raise CodegenError("no single member of an entry has the items' shape or their list's name")
    why = f"it has the items' shape and is named like their list, {list_name}"
    return Naming(key=(), entry=(alike[0],)), why


def _structure_naming(item: StructureShape, entry: StructureShape) -> tuple[Naming, str]:
    whole = [name for name, member in entry.members.items() if member.name == item.name]
    if len(whole) == 1:
        names = tuple(item.required_members)
        why = f"{whole[0]} of an entry is the whole item; its required members make the key"
        return Naming(key=names, entry=names, inside=whole[0]), why
    shared = tuple(
        name
        for name, member in item.members.items()
        if name in entry.members and entry.members[name].name == member.name
    )
    missing = [name for name in item.required_members if name not in shared]
    if missing:
        raise CodegenError(f"an entry lacks {', '.join(missing)} of the item")
    return (
        Naming(key=shared, entry=shared),
        "item and entry have these members in common, and they are all that an item must have",
    )


def code(entry: StructureShape, taken: Sequence[str]) -> tuple[str | None, str]:
    """Find the member of a failure's entry that holds its code."""
    found = [
        path
        for path, shape in _strings(entry, taken)
        if _CODE.search(path.rpartition(".")[2]) and isinstance(shape, StringShape)
    ]
    if len(found) != 1:
        raise CodegenError("no single member of an entry is named like a code")
    return found[0], "it is the only member of an entry that is named like a code"


def message(entry: StructureShape, taken: Sequence[str]) -> tuple[str | None, str]:
    """Find the member of a failure's entry that holds its message."""
    found = [path for path, _ in _strings(entry, taken) if _MESSAGE.search(path)]
    if len(found) > 1:
        raise CodegenError("several members of an entry are named like a message")
    if not found:
        return None, "no member of an entry is named like a message"
    return found[0], "it is the only member of an entry that is named like a message"


def client_token(operation_input: StructureShape) -> tuple[str | None, str]:
    """Find the request's member that is a client token."""
    for name, member in operation_input.members.items():
        if member.metadata.get("idempotencyToken"):
            return name, "the model gives it the trait idempotencyToken"
    return None, "no member has the trait idempotencyToken"


def item_shape(operation_input: StructureShape, name: str) -> Shape:
    """Give the shape of a list's items."""
    shape = operation_input.members.get(name)
    if not isinstance(shape, ListShape):
        raise CodegenError(f"{name} is no list of the request")
    return shape.member


def entry_shape(output: StructureShape, name: str) -> Shape:
    """Give the shape of a list's entries."""
    shape = output.members.get(name)
    if not isinstance(shape, ListShape):
        raise CodegenError(f"{name} is no list of the response")
    return shape.member


def _strings(entry: StructureShape, taken: Sequence[str]) -> Iterable[tuple[str, Shape]]:
    members: Mapping[str, Shape] = entry.members
    for name, member in members.items():
        if name in taken:
            continue
        if isinstance(member, StructureShape):
            for inner, shape in member.members.items():
                yield f"{name}.{inner}", shape
        else:
            yield name, member


def _is_list(shape: Shape) -> bool:
    return isinstance(shape, ListShape)


def _singular(name: str) -> str:
    return re.sub(r"(?:List|s)$", "", name).lower()
