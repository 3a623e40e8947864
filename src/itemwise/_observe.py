"""A hook that is called as each call ends; unset unless somebody asks, as `otel` does."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from itemwise._log import warning

if TYPE_CHECKING:
    from itemwise._operation import Operation
    from itemwise.results import CallRecord

__all__ = ["CallObserver", "on_call", "tell"]

CallObserver: TypeAlias = "Callable[[Operation[Any, Any, Any, Any], CallRecord], None]"

on_call: Final[ContextVar[CallObserver | None]] = ContextVar("itemwise_on_call", default=None)
"""Called for each call of the runs that begin while it is set, right when it has ended."""


def tell(operation: Operation[Any, Any, Any, Any], record: CallRecord) -> None:
    """Tell whoever has asked that a call has ended."""
    observer = on_call.get()
    if observer is None:
        return
    try:
        observer(operation, record)
    except Exception as error:  # noqa: BLE001 - the accounting of the call still has to be done
        # Its kind alone: its message may hold what must not be logged.
        warning("%s: whoever is told of calls has raised %s", operation.name, type(error).__name__)
