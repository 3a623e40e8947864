"""The trail of a run: a line of JSON for each outcome, and the file that they are written to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import Protocol

from pydantic import BaseModel
from pydantic_core import to_json

from itemwise._outcomes import Outcome
from itemwise.errors import CallError

__all__ = ["TextSink", "lines", "write"]


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
    """
    if not isinstance(target, str | os.PathLike):
        for piece in text:
            target.write(piece)
        return
    path = Path(target)
    if path.exists() and not path.is_file():
        # A device or a pipe: it is to be written to, and no file can take its place.
        with path.open("w", encoding="utf-8") as file:
            file.writelines(text)
    else:
        # A link stays one: what it leads to is replaced.
        _replace(path.resolve(), text)


def _replace(path: Path, text: Iterable[str]) -> None:
    # In the same directory, since a file takes the place of another on its own disk alone. Its mode
    # is 0600 from the start.
    descriptor, name = mkstemp(prefix=".itemwise-", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(text)
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def lines(outcomes: Iterable[Outcome[object, object]]) -> Iterator[str]:
    """Give a line for each outcome, with its end."""
    for outcome in outcomes:
        record: dict[str, object] = {"index": outcome.index, "status": outcome.status.value}
        for name in ("item", "code", "message", "reason", "entry", "error"):
            value = getattr(outcome, name, None)
            if isinstance(value, CallError):
                value = _described(value)
            elif isinstance(value, BaseModel):
                # Of its own: pydantic before 2.14 stumbles over nested models built on first use.
                value = value.model_dump(mode="json", by_alias=True, exclude_none=True)
            if value is not None:
                record[name] = value
        # `fallback` keeps a trail complete whatever type an operation of the user's own has.
        line = to_json(record, by_alias=True, exclude_none=True, bytes_mode="base64", fallback=str)
        yield line.decode() + "\n"


def _described(error: CallError) -> dict[str, object]:
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "status": error.status,
        "request_id": error.request_id,
    }
