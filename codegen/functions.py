"""The functions of an operation whose items stand in one list, and its constant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from botocore.model import StructureShape

from codegen import keys, names
from codegen.classes import Classes
from codegen.description import Description, Entries
from codegen.errors import CodegenError
from codegen.words import comment, docstring

__all__ = ["constant", "entry_type", "functions", "item_type"]

_LINK: Final = re.compile(r"\w+://")
_ENDED: Final = re.compile(r"[.!?][\"')]*$|://\S+$")
"""A stop within quotes ends the sentence too, and one after a link would be taken for its end."""


def item_type(description: Description) -> str:
    """Name the type of an item."""
    if isinstance(description.item, StructureShape):
        return names.class_name(description.item)
    return "str"


def entry_type(description: Description, classes: Classes) -> str:
    """Name the class of a failure's entry."""
    return classes.received_name(description.failures.shape)


def functions(description: Description, classes: Classes) -> Iterator[str]:
    """Print the functions that the operation's constant refers to."""
    if not _is_required(description):
        yield _items(description)
    yield _with_items(description)
    if not _by_value(description):
        yield (
            f"def _key(_position: int, item: {item_type(description)}) -> Key:\n"
            + _reason(description, "key_form")
            + _reason(description, "key_defaults")
            + f"    return {keys.item_key(description)}"
        )
    yield from _verdicts(description, classes)


def _by_value(description: Description) -> bool:
    return len(description.items) == 1 and keys.item_key(description) == "(item,)"


def _key(description: Description) -> str:
    return "by_value" if _by_value(description) else "_key"


def _reason(description: Description, fact: str) -> str:
    reason = description.why(fact)
    return f"{comment(reason.why, 4)}\n" if reason else ""


def _list(description: Description) -> str:
    (name,) = description.items
    return name


def _is_required(description: Description) -> bool:
    return _list(description) in description.input.required_members


def _request(description: Description) -> str:
    return f"{description.name}Request"


def _items(description: Description) -> str:
    return (
        f"def _items(request: {_request(description)}) -> Sequence[{item_type(description)}]:\n"
        f"    return request.{names.field(_list(description))} or ()"
    )


def _with_items(description: Description) -> str:
    name = _list(description)
    shape = description.input.members[name]
    value, why = "tuple(items)", ""
    if not _is_required(description):
        value += " or None"
        if shape.metadata.get("min", 0):
            why = f"{comment('A list that is there must not be empty.', 4)}\n"
    update = f'"{names.field(name)}": {value}'
    if description.client_token:
        token, field = names.field(description.client_token), names.field(name)
        arguments = f"request.{token}, {_key(description)}, (items, request.{field})"
        update += f', "{token}": client_token({arguments})'
    request = _request(description)
    return (
        f"def _with_items(request: {request}, items: Sequence[{item_type(description)}])"
        f" -> {request}:\n{why}    return request.model_copy(update={{{update}}})"
    )


def _verdicts(description: Description, classes: Classes) -> Iterator[str]:
    failures, successes = description.failures, description.successes
    name = "entry" if successes is None else "failed"
    types = [classes.received_name(failures.shape)]
    if successes is not None and isinstance(successes.shape, StructureShape):
        received = classes.received_name(successes.shape)
        if received not in types:
            types.append(received)
    if keys.inline_entry_key(description, failures, name) is None:
        yield keys.entry_key_function(description, types)
    lines = [
        f"def _verdicts(response: {description.name}Response) -> Iterable[Verdict[{types[0]}]]:",
        f"    for {name} in response.{names.field(failures.member)}:",
    ]
    fields = [f"key={_entry_key(description, failures, name)}", "failed=True", f"entry={name}"]
    for field, path in (("code", description.code), ("message", description.message)):
        if path is not None:
            setup, expression = _at(name, path)
            lines += [line for line in setup if line not in lines]
            fields.append(f"{field}={expression}")
    lines.append(f"        yield Verdict({', '.join(fields)})")
    if successes is not None:
        lines += _successes(description, successes)
    yield "\n".join(lines)


def _successes(description: Description, successes: Entries) -> Sequence[str]:
    structured = isinstance(successes.shape, StructureShape)
    fields = [f"key={_entry_key(description, successes, 'success')}", "failed=False"]
    if structured:
        fields.append("success=success")
    return [
        f"    for success in response.{names.field(successes.member)}:",
        f"        yield Verdict({', '.join(fields)})",
    ]


def _entry_key(description: Description, entries: Entries, name: str) -> str:
    return keys.inline_entry_key(description, entries, name) or f"_entry_key({name})"


def _at(name: str, path: str) -> tuple[Sequence[str], str]:
    """Print what must come first, and the expression for a string at a path of an entry."""
    outer, _, last = path.rpartition(".")
    if not outer:
        field = f"{name}.{names.field(last.removesuffix('[]'))}"
        return (), f"{field}[0] if {field} else None" if last.endswith("[]") else field
    local = names.field(outer)
    setup = [f"        {local} = {name}.{names.field(outer)}"]
    return setup, f"None if {local} is None else {local}.{names.field(last)}"


def constant(description: Description, item: str, entry: str, *, items: str, fields: str) -> str:
    """Print the operation's constant.

    Args:
        description: the operation.
        item: the type of an item.
        entry: the type of a failure's entry.
        items: the expression for the operation's ``items``.
        fields: the expression for its ``item_fields``.
    """
    request, response = _request(description), f"{description.name}Response"
    typed = f"Final[Operation[{request}, {response}, {item}, {entry}]]"
    about = (
        f"{description.overlay.about}, up to {description.max_items} in a call. "
        f"Items are {description.overlay.items_are}."
    )
    lines = [
        f"{names.operation(description.name)}: {typed} = Operation(",
        f'    service="{description.service.name}",',
        f'    name="{description.name}",',
        f"    request={request},",
        f"    response={response},",
        *_fact(description, "max_items", str(description.max_items)),
        f"    items={items},",
        "    with_items=_with_items,",
        f"    key={_key(description)},",
        "    verdicts=_verdicts,",
        *_silence(description),
        *_fact(description, "idempotent", str(description.idempotent)),
        *_codes(description, "retryable_codes", _retryable(description)),
        *_codes(
            description,
            "item_error_codes",
            [f'"{code}"' for code in sorted(description.item_error_codes)],
        ),
        f"    item_fields={fields},",
        ")",
        docstring(about),
    ]
    return "\n".join(lines)


def _fact(description: Description, fact: str, value: str) -> Sequence[str]:
    reason = description.why(fact)
    assert reason is not None
    # A limit that the model has needs no word.
    quiet = fact == "max_items" and reason.origin == "model"
    return [*([] if quiet else [comment(_sentence(reason.why), 4)]), f"    {fact}={value},"]


def _sentence(text: str) -> str:
    first = text[0] if _LINK.match(text) else text[0].upper()
    return first + text[1:] + ("" if _ENDED.search(text) else ".")


def _silence(description: Description) -> Sequence[str]:
    if description.status is not None:
        said = "The reply lists every item, with its status."
    elif description.successes is None:
        said = "The reply lists failures alone."
    else:
        said = "The reply lists failures and successes."
    return [comment(said, 4), f"    silence_is_success={description.successes is None},"]


def _retryable(description: Description) -> Sequence[str]:
    """Print the codes, as members of their enum where they have one."""
    codes, enum = sorted(description.retryable_codes), description.code_enum
    if enum is None:
        return [f'"{code}"' for code in codes]
    if unknown := set(codes) - set(enum.enum):
        raise CodegenError(f"retryable_codes: {', '.join(sorted(unknown))} is no {enum.name}")
    return [f"{names.class_name(enum)}.{names.constant(code)}.value" for code in codes]


def _codes(description: Description, fact: str, codes: Sequence[str]) -> Sequence[str]:
    reason = description.why(fact)
    assert reason is not None
    if not codes:
        return [comment(reason.why, 4), f"    {fact}=frozenset(),"]
    return [comment(reason.why, 4), f"    {fact}=frozenset({{{', '.join(codes)}}}),"]
