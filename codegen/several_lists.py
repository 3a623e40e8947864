"""The functions of an operation whose items stand in several lists, told apart by a label.

Its entries stand in one list, in which a status tells failures from what was accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from botocore.model import Shape, StringShape, StructureShape

from codegen import names
from codegen.classes import Declaration
from codegen.description import Description, StatusList
from codegen.errors import CodegenError
from codegen.words import summary

__all__ = ["functions", "item_class"]


def item_class(description: Description, item: Mapping[str, str]) -> Declaration:
    """Print the class of an item: a string, and which list it stands in.

    Args:
        description: the operation.
        item: its name, its docstring, and the words of its members.
    """
    missing = {"name", "about", "label", "text"} - set(item)
    if missing:
        raise CodegenError(f"the overlay's item lacks {', '.join(sorted(missing))}")
    label = names.class_name(_labels(description))
    text = "\n".join(
        [
            "@dataclass(frozen=True, slots=True, kw_only=True)",
            f"class {item['name']}:",
            f'    """{item["about"]}',
            "",
            "    Attributes:",
            f"        {_label(description)}: {item['label']}",
            f"        entity: {item['text']}",
            '    """',
            "",
            f"    {_label(description)}: {label}",
            "    entity: str",
            "",
            "    def __str__(self) -> str:",
            "        return self.entity",
        ]
    )
    summary(item["about"], item["name"], 4)
    return Declaration(name=item["name"], kind="sent", text=text)


def _status(description: Description) -> StatusList:
    assert description.status is not None
    return description.status


def _member(description: Description, wire: str) -> Shape:
    shape = description.failures.shape
    assert isinstance(shape, StructureShape)
    return shape.members[wire]


def _labels(description: Description) -> StringShape:
    shape = _member(description, _status(description).label)
    assert isinstance(shape, StringShape)
    unknown = [label for label in description.items.values() if label not in shape.enum]
    if unknown:
        raise CodegenError(f"items: {', '.join(map(str, unknown))} is no {shape.name}")
    return shape


def _label(description: Description) -> str:
    return names.field(_status(description).label)


def functions(description: Description, item: str) -> Iterator[str]:
    """Print the functions that the operation's constant refers to."""
    request, label = f"{description.name}Request", _label(description)
    enum = names.class_name(_labels(description))
    yield "\n".join(
        [
            "_FIELDS: Final = {",
            *(
                f'    {enum}.{names.constant(value or "")}: "{names.field(member)}",'
                for member, value in description.items.items()
            ),
            "}",
        ]
    )
    yield f"""
def _items(request: {request}) -> Sequence[{item}]:
    return [
        {item}({label}={label}, entity=entity)
        for {label}, field in _FIELDS.items()
        for entity in getattr(request, field) or ()
    ]
"""
    yield _with_items(description, item, request, label)
    yield f"""
def _key(_position: int, item: {item}) -> Key:
    return (str(item.{label}), item.entity)
"""
    yield _verdicts(description, label)


def _with_items(description: Description, item: str, request: str, label: str) -> str:
    token = description.client_token
    if token is None:
        raise CodegenError("several lists without a client token are not supported")
    reason = description.why("client_token")
    assert reason is not None
    given = names.field(token)
    return f"""
def _with_items(request: {request}, items: Sequence[{item}]) -> {request}:
    lists: dict[str, list[str]] = {{field: [] for field in _FIELDS.values()}}
    for item in items:
        lists[_FIELDS[item.{label}]].append(item.entity)
    update: dict[str, object] = {{field: tuple(list_) or None for field, list_ in lists.items()}}
    pairs = [(list_, getattr(request, field)) for field, list_ in lists.items()]
    # {reason.why}
    update["{given}"] = client_token(request.{given}, by_value, *pairs)
    return request.model_copy(update=update)
"""


def _verdicts(description: Description, label: str) -> str:
    status = _status(description)
    entry = names.class_name(description.failures.shape)
    name, state = names.field(status.name), names.field(status.status)
    shape = _member(description, status.status)
    if not isinstance(shape, StringShape) or status.failed not in shape.enum:
        raise CodegenError(f"failures: {status.failed} is no {shape.name}")
    failed = f"{names.class_name(shape)}.{names.constant(status.failed)}"
    message = f", message=entry.{names.field(description.message)}" if description.message else ""
    return f"""
# Looked up once: on Python 3.11 naming an enum's member takes a call.
_FAILED: Final = {failed}


def _verdicts(response: {description.name}Response) -> Iterable[Verdict[{entry}]]:
    for entry in response.{names.field(description.failures.member)}:
        kind, name = entry.{label}, entry.{name}
        key = None if kind is None or name is None else (str(kind), name)
        if entry.{state} == _FAILED:
            yield Verdict(key=key, failed=True, entry=entry, code=entry.{state}{message})
        else:
            yield Verdict(key=key, failed=False, success=entry)
"""
