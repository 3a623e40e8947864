"""The trail of a run: a line of JSON for each outcome, and the file that they are written to."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from itemwise._description import Description
from itemwise._errors import CallError
from itemwise._outcomes import Outcome

__all__ = ["TextSink", "json_line", "write"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


_STANDARD_STREAMS = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/[^/]+/fd/\d+")


class TextSink(Protocol):
    """Anything that text can be written to, such as an open file."""

    def write(self, text: str, /) -> object:
        """Take the next piece of text."""
        ...


def write(target: str | os.PathLike[str] | TextSink, text: Iterable[str]) -> None:
    """Write all of a text, or leave a file that is there as it is.

    Args:
        target: a path, or an open text file.
        text: the text, in pieces.

    Raises:
        TypeError: the target is neither, such as a file that is open for bytes.
    """
    if not isinstance(target, str | os.PathLike):
        _check_sink(target)
        for piece in text:
            target.write(piece)
        return
    path = Path(target)
    if _STANDARD_STREAMS.fullmatch(str(path)) or (path.exists() and not path.is_file()):
        # A device or a pipe: it is to be written to, and no file can take its place. Nor that of a
        # file that standard output leads to, at whose end others write.
        with path.open("a", encoding="utf-8") as file:
            file.writelines(text)
    else:
        # A link stays one: what it leads to is replaced.
        _replace(path.resolve(), text)


def _check_sink(target: object) -> None:
    is_binary = isinstance(target, io.RawIOBase | io.BufferedIOBase)
    if is_binary or not callable(getattr(target, "write", None)):
        what = "one that is open for bytes" if is_binary else type(target).__name__
        raise TypeError(f"outcomes are written to a path or an open text file, not to {what}")


def _replace(path: Path, text: Iterable[str]) -> None:
    # In the same directory, since a file takes the place of another on its own disk alone. Its mode
    # is 0600 from the start.
    try:
        descriptor, name = mkstemp(prefix=".itemwise-", dir=path.parent)
    except OSError as error:
        # The caller knows nothing of the other file.
        error.filename = str(path)
        raise
    written = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(text)
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def json_line(
    operation: Description[Any, Any, ItemT, EntryT], outcome: Outcome[ItemT, EntryT]
) -> str:
    """Give an outcome as the line of JSON that `BatchResult.to_jsonl` writes, without its end.

    For the outcomes of a stream, which no result holds.

    Args:
        operation: what was called.
        outcome: what became of an item.
    """
    record: dict[str, object] = {
        "operation": operation.name,
        "index": outcome.index,
        "status": outcome.status.value,
    }
    for name in ("item", "code", "message", "reason", "entry", "error"):
        value: object = getattr(outcome, name, None)
        if isinstance(value, CallError):
            value = _described(value)
        elif isinstance(value, BaseModel):
            value = _members(value)
        if value is not None:
            record[name] = value
    # `fallback` keeps a trail complete whatever type an operation of the user's own has.
    try:
        line = to_json(record, by_alias=True, exclude_none=True, bytes_mode="base64", fallback=str)
    except PydanticSerializationError:
        # Half of a character, such as a text has that was cut by its length in UTF-16.
        plain = to_jsonable_python(
            record, by_alias=True, exclude_none=True, bytes_mode="base64", fallback=str
        )
        return json.dumps(plain, separators=(",", ":"))
    return line.decode()


def _members(model: BaseModel) -> dict[str, object]:
    # Of its own: pydantic before 2.14 stumbles over nested models built on first use.
    try:
        return model.model_dump(mode="json", by_alias=True, exclude_none=True, fallback=str)
    except ValueError:
        # A model of the user's own can hold bytes that it takes for text.
        return model.model_dump(mode="python", by_alias=True, exclude_none=True)


def _described(error: CallError) -> dict[str, object]:
    said = _facts(error)
    if error.earlier is not None:
        # Without one of its own: an attempt in doubt says it all.
        said["earlier"] = _facts(error.earlier)
    return said


def _facts(error: CallError) -> dict[str, object]:
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "status": error.status,
        "request_id": error.request_id,
        "delivery": error.delivery.value,
    }
