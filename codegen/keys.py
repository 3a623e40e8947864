"""The key functions: what identifies an item, from the item and from an entry that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from botocore.model import Shape, StringShape, StructureShape

from codegen import names
from codegen.description import Description, Entries
from codegen.errors import CodegenError

__all__ = ["entry_key_function", "inline_entry_key", "item_key"]


class _Part(NamedTuple):
    """One part of a key.

    Attributes:
        expression: the Python expression that gives it.
        absent: the expression that is ``None`` where the part is absent; empty where none can be.
    """

    expression: str
    absent: str


def item_key(description: Description) -> str:
    """Print the expression that makes an item's key."""
    if description.key:
        assert isinstance(description.item, StructureShape)
        found = _parts(description, description.item, description.key, lambda n: f"item.{n}")
        parts = [part.expression for part in found]
    else:
        parts = [_formed(description, "item")]
    return _tuple(parts)


def inline_entry_key(description: Description, entries: Entries, entry: str) -> str | None:
    """Print the expression for an entry's key; ``None`` where that needs a function of its own."""
    members = list(entries.naming.entry)
    if not members:
        return _tuple([_formed(description, entry)])
    if len(members) > 1 or entries.naming.inside:
        return None
    assert isinstance(entries.shape, StructureShape)
    if isinstance(entries.shape.members[members[0]], StructureShape):
        return None
    name = f"{entry}.{names.field(members[0])}"
    return f"None if {name} is None else {_tuple([_formed(description, name)])}"


def entry_key_function(description: Description, types: Sequence[str]) -> str:
    """Print the function that makes an entry's key.

    Args:
        description: the operation.
        types: the classes of the entries.
    """
    entries = description.failures
    shape, source, lines = entries.shape, "entry", list[str]()
    assert isinstance(shape, StructureShape)
    if entries.naming.inside:
        inner = shape.members[entries.naming.inside]
        assert isinstance(inner, StructureShape)
        shape, source = inner, "named"
        lines += [
            f"    named = entry.{names.field(entries.naming.inside)}",
            "    if named is None:",
            "        return None",
        ]
    members = entries.naming.entry
    for member in members:
        lines.append(f"    {names.field(member)} = {source}.{names.field(member)}")
    parts = list(_parts(description, shape, members, lambda name: name))
    absent = dict.fromkeys(part.absent for part in parts if part.absent)
    tested = dict.fromkeys(test for name in absent for test in (*_outer(name), name))
    lines += [
        f"    if {' or '.join(f'{test} is None' for test in tested)}:",
        "        return None",
        f"    return {_tuple([part.expression for part in parts])}",
    ]
    return "\n".join([f"def _entry_key(entry: {' | '.join(types)}) -> Key | None:", *lines])


def _outer(path: str) -> Iterator[str]:
    head, dot, _ = path.rpartition(".")
    if dot:
        yield head


def _parts(
    description: Description,
    shape: StructureShape,
    members: Sequence[str],
    place: Callable[[str], str],
) -> Iterator[_Part]:
    for wire in members:
        member, name = shape.members[wire], place(names.field(wire))
        if not isinstance(member, StructureShape):
            yield _plain(description, member, name, wire)
        elif member.is_tagged_union:
            if len(member.members) != 1:
                raise CodegenError(f"{wire} is a union of several members, which is not supported")
            for inner, of_union in member.members.items():
                yield _Part(f'"{inner}"', "")
                path = f"{name}.{names.field(inner)}"
                yield _plain(description, of_union, path, f"{wire}.{inner}")
        else:
            for inner, of_structure in member.members.items():
                path = f"{name}.{names.field(inner)}"
                yield _plain(description, of_structure, path, f"{wire}.{inner}")


def _plain(description: Description, shape: Shape, name: str, path: str) -> _Part:
    if path in description.key_defaults:
        # The structure around it is tested for another of its members.
        return _Part(f"{name} or {description.key_defaults[path]}", "")
    if isinstance(shape, StringShape) and shape.enum:
        return _Part(f"str({name})", name)
    if shape.type_name not in {"string", "integer", "long"}:
        raise CodegenError(f"a {shape.type_name} in a key is not supported")
    return _Part(_formed(description, name), name)


def _formed(description: Description, name: str) -> str:
    return f"unquote({name})" if description.key_form == "unquote" else name


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
