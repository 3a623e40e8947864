"""The overlay of a service: what its model lacks, each fact with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, cast

from codegen.errors import CodegenError

__all__ = ["OVERLAYS", "Fact", "OperationOverlay", "Overlay", "Value", "overlays", "read_overlay"]

OVERLAYS: Final = Path(__file__).parent / "overlays"

Value: TypeAlias = str | int | bool | Sequence[str] | Mapping[str, str | int]
"""What a fact can be."""

_FACTS: Final = frozenset(
    {
        "client_token",
        "code",
        "entry_key",
        "failures",
        "idempotent",
        "item_error_codes",
        "items",
        "key",
        "key_defaults",
        "key_form",
        "max_items",
        "message",
        "retryable_codes",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact, and where it comes from.

    Attributes:
        value: the fact.
        source: the address of the page that says so, or the reasoning.
    """

    value: Value
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOverlay:
    """What the overlay says of one operation.

    Attributes:
        summary: what it does, for the module's first line.
        about: what it does, for the constant's docstring.
        items_are: what its items are.
        facts: by name.
        served: by name, fields of the LocalAWS row that are not to be inferred.
    """

    summary: str
    about: str
    items_are: str
    facts: Mapping[str, Fact]
    served: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """The overlay of one service.

    Attributes:
        service: the service's name in botocore.
        title: its name in full, for the package's docstring.
        short: its short name, for headings.
        page: the address of its API pages, with ``{operation}`` in it; ``None`` for AWS's redirect.
        item: name and docstring of the class of items that stand in several lists.
        operations: by wire name.
        left_out: by wire name, why an operation of the family is not described.
        docs: our own words, by the name of a class, or of a class and its member.
    """

    service: str
    title: str
    short: str
    page: str | None
    item: Mapping[str, str]
    operations: Mapping[str, OperationOverlay]
    left_out: Mapping[str, str]
    docs: Mapping[str, str]


def overlays(folder: Path = OVERLAYS) -> Sequence[Overlay]:
    """Read all overlays, sorted by service."""
    return [read_overlay(path) for path in sorted(folder.glob("*.toml"))]


def read_overlay(path: Path) -> Overlay:
    """Read one overlay.

    Raises:
        CodegenError: something is missing in it, or unknown, or a fact has no source.
    """
    table = _Table(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    overlay = Overlay(
        service=path.stem,
        title=table.text("title"),
        short=table.text("short"),
        page=table.text("page", "") or None,
        item=table.texts("item"),
        operations={name: _operation(entry) for name, entry in table.tables("operations").items()},
        left_out=table.texts("left_out"),
        docs=table.texts("docs"),
    )
    table.done()
    return overlay


def _operation(table: _Table) -> OperationOverlay:
    operation = OperationOverlay(
        summary=table.text("summary"),
        about=table.text("about"),
        items_are=table.text("items_are"),
        facts={name: _fact(name, entry) for name, entry in table.tables("facts").items()},
        served=table.texts("served"),
    )
    table.done()
    return operation


def _fact(name: str, table: _Table) -> Fact:
    if name not in _FACTS:
        raise CodegenError(f"{table.place}: there is no such fact")
    fact = Fact(value=table.value("value"), source=table.text("source"))
    table.done()
    return fact


class _Table:
    """A table of TOML that knows its place, and what of it was asked for."""

    def __init__(self, content: Mapping[str, object], place: str) -> None:
        self._content = dict(content)
        self.place = place

    def value(self, name: str) -> Value:
        if name not in self._content:
            raise CodegenError(f"{self.place}: {name} is missing")
        return cast("Value", self._content.pop(name))

    def text(self, name: str, default: str | None = None) -> str:
        if default is not None and name not in self._content:
            return default
        value = self.value(name)
        if not isinstance(value, str) or not value.strip():
            raise CodegenError(f"{self.place}: {name} must be a text, and is {value!r}")
        return value.strip()

    def texts(self, name: str) -> Mapping[str, str]:
        table = _Table(self._part(name), f"{self.place}, {name}")
        return {key: table.text(key) for key in tuple(table._content)}

    def tables(self, name: str) -> Mapping[str, _Table]:
        return {
            key: _Table(cast("Mapping[str, object]", entry), f"{self.place}, {name}.{key}")
            for key, entry in self._part(name).items()
        }

    def done(self) -> None:
        if self._content:
            raise CodegenError(f"{self.place}: unknown {', '.join(sorted(self._content))}")

    def _part(self, name: str) -> Mapping[str, object]:
        return cast("Mapping[str, object]", self._content.pop(name, {}))
