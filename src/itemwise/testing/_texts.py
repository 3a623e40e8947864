"""Values outside bodies: in paths, queries and headers, where all is text."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime

from botocore.model import ListShape, MapShape, Shape

from itemwise.testing._shapes import parse_time, write_time
from itemwise.testing._wire import MalformedRequestError

__all__ = ["read_header", "read_prefixed", "read_query", "read_text", "write_text"]


def read_text(shape: Shape, text: str | None, time_form: str) -> object:
    """Read a value from a path, a query or a header.

    Args:
        shape: the value's shape.
        text: the value, decoded; ``None`` where it is not given.
        time_form: the form of timestamps, unless the shape tells another.

    Raises:
        MalformedRequestError: the text is no such value.
    """
    if text is None:
        return None
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError as error:
        raise MalformedRequestError(f"a number was expected, not {text!r}") from error
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "timestamp":
        number = shape.serialization.get("timestampFormat", time_form) == "unixtimestamp"
        return parse_time(float(text) if number else text)
    return text


def read_query(shape: Shape, wire_name: str, query: Mapping[str, list[str]]) -> object:
    """Read a member from a query."""
    if isinstance(shape, MapShape):
        several = isinstance(shape.value, ListShape)
        return {key: values if several else values[0] for key, values in query.items()}
    values = query.get(wire_name)
    if values is None:
        return None
    if isinstance(shape, ListShape):
        return [read_text(shape.member, value, "iso8601") for value in values]
    return read_text(shape, values[0], "iso8601")


def read_header(shape: Shape, text: str | None) -> object:
    """Read a member from its header."""
    if text is None:
        return None
    if isinstance(shape, ListShape):
        return [read_text(shape.member, part.strip(), "rfc822") for part in text.split(",")]
    if shape.serialization.get("jsonvalue"):
        try:
            return json.loads(base64.b64decode(text, validate=True))
        except (ValueError, binascii.Error) as error:
            raise MalformedRequestError(f"not base64 of JSON: {text!r:.100}") from error
    return read_text(shape, text, "rfc822")


def read_prefixed(prefix: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Read a member that stands for all headers with a prefix."""
    prefix = prefix.lower()
    return {
        name[len(prefix) :]: value
        for name, value in headers.items()
        if name.lower().startswith(prefix)
    }


def write_text(shape: Shape, value: object) -> str:
    """Write a value for a header."""
    if isinstance(value, datetime):
        return str(write_time(value, shape.serialization.get("timestampFormat", "rfc822")))
    return str(value).lower() if isinstance(value, bool) else str(value)
