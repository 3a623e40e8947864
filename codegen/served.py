"""The rows of LocalAWS's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from botocore.model import ListShape, Shape, StructureShape

from codegen.description import Description, Entries, StatusList
from codegen.modules import header
from codegen.overlay import Overlay

__all__ = ["rows", "table"]

_DEFAULTS: Final[Mapping[str, str]] = {
    "validation_error": "ValidationException",
    "throttle_error": "ThrottlingException",
    "item_code": "ResourceNotFoundException",
}
"""Those of `ServedOperation`, as a test sees. They are not read there: to import it imports all the
generated rows, and where these are wrong nothing could be generated anew."""
_VALIDATION: Final = (
    "ValidationException",
    "InvalidInputException",
    "InvalidParameterException",
    "InvalidRequestException",
    "BadRequestException",
    "InvalidParametersException",
    "InvalidParameterCombinationException",
)
_THROTTLING: Final = re.compile(r"throttl|toomanyrequests", re.IGNORECASE)
_ABSENT: Final = re.compile(r"not_?found", re.IGNORECASE)


def rows(overlay: Overlay, descriptions: Sequence[Description]) -> str:
    """Print the module with a service's rows."""
    printed = "".join(f"    {_row(each)},\n" for each in descriptions)
    return (
        f"# {header(overlay.service)}\n"
        f'"""What LocalAWS serves of {overlay.short}."""\n\n'
        "from __future__ import annotations\n\n"
        "from typing import Final\n\n"
        "from itemwise.testing._served import EntryList, ItemList, ServedOperation\n\n"
        '__all__ = ["ROWS"]\n\n'
        f"ROWS: Final[tuple[ServedOperation, ...]] = (\n{printed})\n"
    )


def table(packages: Sequence[str]) -> str:
    """Print the module that collects the rows of all services."""
    imports = "".join(
        f"from itemwise.testing._table.{each} import ROWS as {each.upper()}\n" for each in packages
    )
    collected = "".join(f"    *{each.upper()},\n" for each in packages)
    return (
        f"# {header('*')}\n"
        '"""The operations that the server knows by itself: the only module that names services."""'
        "\n\n"
        "from __future__ import annotations\n\n"
        "from typing import Final\n\n"
        f"from itemwise.testing._served import ServedOperation\n{imports}\n"
        '__all__ = ["SERVED_OPERATIONS"]\n\n'
        f"SERVED_OPERATIONS: Final[tuple[ServedOperation, ...]] = (\n{collected})\n"
        '"""One row per operation. `LocalAWS` takes further rows, and a later row replaces an '
        'earlier one."""\n'
    )


def _row(description: Description) -> str:
    status = description.status
    fields = [
        f'service="{description.service.name}"',
        f'operation="{description.name}"',
        f"items={_tuple(_items(description))}",
        f"limit={description.max_items}",
    ]
    if status is not None:
        accepted = description.overlay.served["accepted"]
        fields += [
            f"failures={_status_entries(description, status, status.failed)}",
            f"successes={_status_entries(description, status, accepted)}",
        ]
    else:
        fields.append(f"failures={_entries(description, description.failures, failed=True)}")
        if description.successes is not None:
            fields.append(f"successes={_entries(description, description.successes, failed=False)}")
    echo = [f'"{name}"' for name in description.output.members if _is_echo(description, name)]
    if echo:
        fields.append(f"echo={_tuple(echo)}")
    for name, value in {**_guessed(description), **description.overlay.served}.items():
        if name != "accepted" and _DEFAULTS.get(name) != value:
            fields.append(f"{name}={value!r}")
    token = ""
    if description.client_token:
        token = f'client_token="{description.client_token}",  # noqa: S106 - no secret\n'
    return f"ServedOperation({', '.join(fields)},\n{token})"


def _items(description: Description) -> Iterator[str]:
    key = f", key={_strings(description.key)}" if description.key else ""
    for member, label in description.items.items():
        told = f', label="{label}"' if label else ""
        yield f'ItemList(member="{member}"{key}{told})'


def _entries(description: Description, entries: Entries, *, failed: bool) -> str:
    naming = entries.naming
    if naming.inside:
        names = [(naming.inside, "")]
    elif not naming.entry:
        names = [("", "")]
    else:
        names = list(zip(naming.entry, naming.key or ("",), strict=True))
    pairs = _tuple([f'("{name}", "{path}")' for name, path in names])
    fields = [f'member="{entries.member}"', f"names={pairs}"]
    if failed and description.code:
        fields.append(f'code="{description.code}"')
    if failed and description.message:
        fields.append(f'message="{description.message}"')
    shared = _shared(description, entries, [name for name, _ in names])
    if shared:
        fields.append(f"shared={_tuple(shared)}")
    return f"EntryList({', '.join(fields)})"


def _status_entries(description: Description, status: StatusList, value: str) -> str:
    entries = description.failures
    assert isinstance(entries.shape, StructureShape)
    members = entries.shape.members
    fixed = [
        f'("{status.status}", "{value}")',
        *(f'("{n}", False)' for n, shape in members.items() if shape.type_name == "boolean"),
    ]
    times = [name for name, shape in members.items() if shape.type_name == "timestamp"]
    fields = [
        f'member="{entries.member}"',
        f'names=(("{status.name}", ""),)',
        f'label="{status.label}"',
        f"fixed={_tuple(fixed)}",
        f"shared={_tuple(_shared(description, entries, [status.name]))}",
        f"timestamps={_strings(times)}",
    ]
    if value == status.failed and description.message:
        fields.insert(3, f'message="{description.message}"')
    return f"EntryList({', '.join(fields)})"


def _shared(description: Description, entries: Entries, taken: Sequence[str]) -> Sequence[str]:
    members: Mapping[str, Shape] = (
        entries.shape.members if isinstance(entries.shape, StructureShape) else {}
    )
    return [
        f'("{name}", "{name}")'
        for name, shape in members.items()
        if name not in taken and _is_same(description.input, name, shape)
    ]


def _is_echo(description: Description, name: str) -> bool:
    return _is_same(description.input, name, description.output.members[name])


def _is_same(sent: StructureShape, name: str, shape: Shape) -> bool:
    # A list that comes back is one of entries: it is made, not repeated.
    return (
        name in sent.members
        and sent.members[name].name == shape.name
        and not isinstance(shape, ListShape)
    )


def _guessed(description: Description) -> Mapping[str, str]:
    """Pick what the model suggests; the overlay's choices go over it."""
    model = description.service.operation(description.name)
    errors = [str(shape.name) for shape in model.error_shapes]
    found: dict[str, str] = {}
    for name in _VALIDATION:
        if name in errors:
            found["validation_error"] = name
            break
    throttling = [name for name in errors if _THROTTLING.search(name)]
    if throttling:
        found["throttle_error"] = throttling[0]
    enum = description.code_enum
    if enum is not None and description.status is None:
        found["item_code"] = next(filter(_ABSENT.search, enum.enum), enum.enum[0])
    return found


def _tuple(parts: Iterable[str]) -> str:
    listed = list(parts)
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def _strings(values: Sequence[str]) -> str:
    return _tuple([f'"{value}"' for value in values])
