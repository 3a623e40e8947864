"""Values of botocore's shapes: read from a decoded body, and written back.

Each shape is compiled once into a function; a call then costs no look at the model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import TypeAlias, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from itemwise.testing._wire import MalformedRequestError

__all__ = ["BodyForm", "parse_time", "write_time"]

Reader: TypeAlias = Callable[[object], object]
"""Makes a member's value from what stands in a decoded body; raises `MalformedRequestError`."""

Writer: TypeAlias = Callable[[object], object]
"""Makes what stands in a decoded body from a member's value."""

_INTEGERS = frozenset({"integer", "long"})
_FLOATS = frozenset({"float", "double"})
_FLOAT_NAMES = frozenset({"NaN", "Infinity", "-Infinity"})


def parse_time(value: object) -> datetime:
    """Read a timestamp of any of the formats of AWS, or one that is decoded already."""
    if isinstance(value, datetime):
        return value
    try:
        # It takes numbers as well, whatever its stubs say.
        return parse_timestamp(cast("str", value))
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedRequestError(f"not a timestamp: {value!r}") from error


def write_time(value: datetime, form: str) -> str | float:
    """Write a timestamp.

    Args:
        value: an aware datetime.
        form: ``unixtimestamp``, ``iso8601`` or ``rfc822``.
    """
    if form == "unixtimestamp":
        return round(value.timestamp(), 3)
    if form == "rfc822":
        return format_datetime(value, usegmt=True)
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


class BodyForm(ABC):
    """How bodies are encoded: the part in which JSON and CBOR differ.

    Compiled shapes are kept by name, so each service needs a form of its own.
    """

    def __init__(self) -> None:
        self._readers: dict[tuple[str, str | None], Reader] = {}
        self._writers: dict[tuple[str, str | None], Writer] = {}

    @abstractmethod
    def decode(self, body: bytes) -> object:
        """Decode a body; raises `MalformedRequestError`."""

    @abstractmethod
    def encode(self, value: object) -> bytes:
        """Encode what a writer made."""

    @abstractmethod
    def read_blob(self, value: object) -> bytes:
        """Read binary data."""

    @abstractmethod
    def write_blob(self, value: bytes) -> object:
        """Write binary data."""

    @abstractmethod
    def write_timestamp(self, value: datetime, form: str) -> object:
        """Write a timestamp, in the modelled form where the body's encoding has no own."""

    def reader(self, shape: Shape) -> Reader:
        """Compile a shape for reading."""
        # The timestamp's format belongs to the member that refers to the shape.
        form = cast("str | None", shape.serialization.get("timestampFormat"))
        found = self._readers.get((shape.name, form))
        if found is None:
            found = self._readers[shape.name, form] = self._make_reader(shape)
        return found

    def writer(self, shape: Shape) -> Writer:
        """Compile a shape for writing."""
        form = cast("str | None", shape.serialization.get("timestampFormat"))
        found = self._writers.get((shape.name, form))
        if found is None:
            found = self._writers[shape.name, form] = self._make_writer(shape)
        return found

    def _make_reader(self, shape: Shape) -> Reader:
        kind = shape.type_name
        if isinstance(shape, StructureShape):
            return _identity if shape.is_document_type else self._structure_reader(shape)
        if isinstance(shape, ListShape):
            return self._list_reader(shape)
        if isinstance(shape, MapShape):
            return self._map_reader(shape)
        if kind == "blob":
            return self.read_blob
        if kind == "timestamp":
            return parse_time
        if kind in _INTEGERS:
            return _read_integer
        if kind in _FLOATS:
            return _read_float
        return _read_boolean if kind == "boolean" else _read_string

    def _structure_reader(self, shape: StructureShape) -> Reader:
        members: dict[str, tuple[str, Reader]] | None = None

        def read(value: object) -> object:
            nonlocal members
            if members is None:
                # At the first use, since a shape may contain itself.
                members = {
                    member.serialization.get("name", name): (name, self.reader(member))
                    for name, member in shape.members.items()
                    if "location" not in member.serialization
                }
            result: dict[str, object] = {}
            for wire_name, field in _structure(value).items():
                known = members.get(wire_name)
                if known is not None and field is not None:
                    result[known[0]] = known[1](field)
            return result

        return read

    def _list_reader(self, shape: ListShape) -> Reader:
        read_member = self.reader(shape.member)

        def read(value: object) -> object:
            return [read_member(member) for member in _list(value)]

        return read

    def _map_reader(self, shape: MapShape) -> Reader:
        read_value = self.reader(shape.value)

        def read(value: object) -> object:
            return {key: read_value(field) for key, field in _structure(value).items()}

        return read

    def _make_writer(self, shape: Shape) -> Writer:
        kind = shape.type_name
        if isinstance(shape, StructureShape) and not shape.is_document_type:
            return self._structure_writer(shape)
        if isinstance(shape, ListShape):
            write_member = self.writer(shape.member)
            return lambda value: [write_member(member) for member in cast("list[object]", value)]
        if isinstance(shape, MapShape):
            write_value = self.writer(shape.value)
            return lambda value: {
                key: write_value(field)
                for key, field in cast("Mapping[str, object]", value).items()
            }
        if kind == "blob":
            return lambda value: self.write_blob(cast("bytes", value))
        if kind == "timestamp":
            form = shape.serialization.get("timestampFormat", "unixtimestamp")
            return lambda value: self.write_timestamp(cast("datetime", value), form)
        return _identity

    def _structure_writer(self, shape: StructureShape) -> Writer:
        members: dict[str, tuple[str, Writer]] | None = None

        def write(value: object) -> object:
            nonlocal members
            if members is None:
                members = {
                    name: (member.serialization.get("name", name), self.writer(member))
                    for name, member in shape.members.items()
                    if "location" not in member.serialization
                }
            result: dict[str, object] = {}
            for name, field in cast("Mapping[str, object]", value).items():
                known = members.get(name)
                if known is not None:
                    result[known[0]] = known[1](field)
            return result

        return write


def _identity(value: object) -> object:
    return value


def _structure(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedRequestError(f"a structure was expected, not {value!r:.100}")
    return cast("dict[str, object]", value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise MalformedRequestError(f"a list was expected, not {value!r:.100}")
    return cast("list[object]", value)


def _read_string(value: object) -> object:
    if not isinstance(value, str):
        raise MalformedRequestError(f"a string was expected, not {value!r:.100}")
    return value


def _read_boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise MalformedRequestError(f"a boolean was expected, not {value!r:.100}")
    return value


def _read_integer(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedRequestError(f"an integer was expected, not {value!r:.100}")
    return value


def _read_float(value: object) -> object:
    if isinstance(value, str) and value in _FLOAT_NAMES:
        return float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise MalformedRequestError(f"a number was expected, not {value!r:.100}")
    return float(value)
