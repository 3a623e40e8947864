"""What one caller does: a batch or a stream of one operation, its options and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import Any, Literal

from itemwise import Pace, RetryPolicy
from itemwise.testing import Key
from tests.property.chaos.operations import BY_NAME
from tests.wire.cases import AnyOperation, Case

__all__ = ["CallerError", "SourceKind", "Workload", "short_repr"]

SourceKind = Literal["list", "generator", "async"]


class CallerError(Exception):
    """An error in code of the caller's own: a source, or a function of an operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A batch or a stream of one operation.

    Attributes:
        operation: the operation's wire name.
        numbers: the items, as the case table makes them; repeats are equal items.
        idempotent: whether the operation may be repeated after a lost answer.
        caller_errors: at which of its calls the operation's own code raises.
        isolate: the option of the run.
        concurrency: the option of the run.
        chunk_size: the option of the run.
        attempts: most attempts; ``None`` for no policy at all.
        rate: a fixed pace.
        timeout: the option of the run.
        start: rounds of the loop before it begins.
        cancel: after how many requests of the client, and rounds of the loop, it is cancelled.
        again: rounds after which it is cancelled once more.
        source: ``None`` for `BatchRun`, else the kind of source of a stream.
        source_breaks_at: the item before which the source raises.
        take: outcomes after which the caller leaves the stream.
        leave: how: with `aclose`, or by dropping it.
    """

    operation: str
    numbers: tuple[int, ...] = ()
    idempotent: bool = True
    caller_errors: frozenset[int] = frozenset()
    isolate: bool = True
    concurrency: int = 8
    chunk_size: int | None = None
    attempts: int | None = 3
    rate: float | None = None
    timeout: float | None = None
    start: int = 0
    cancel: tuple[int, int] | None = None
    again: int | None = None
    source: SourceKind | None = None
    source_breaks_at: int | None = None
    take: int | None = None
    leave: Literal["close", "drop"] = "close"

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def case(self) -> Case:
        return BY_NAME[self.operation]

    @property
    def described(self) -> AnyOperation:
        """The operation, with what the workload changes of it."""
        operation = self.case.operation
        with_items = operation.with_items
        calls = count()

        def raise_at_times(request: Any, items: Sequence[Any]) -> Any:
            if next(calls) in self.caller_errors:
                raise CallerError
            return with_items(request, items)

        if self.caller_errors:
            operation = replace(operation, with_items=raise_at_times)
        return operation if self.idempotent else replace(operation, idempotent=False)

    @property
    def keys(self) -> set[Key]:
        """The ledger's keys of its items."""
        return set(self.case.keys(*self.numbers))

    def options(self, pace: Pace | None) -> dict[str, Any]:
        """Give the arguments of `BatchRun` and `stream_batch`; ``None`` is a pace of its own."""
        size = self.chunk_size
        return {
            "concurrency": self.concurrency,
            "chunk_size": None if size is None else min(size, self.case.limit),
            "retry": self._retry,
            "timeout": self.timeout,
            "isolate": self.isolate,
            "pace": pace or Pace(rate=self.rate),
        }

    @property
    def ends_early(self) -> bool:
        return self.timeout is not None or self.cancel is not None

    @property
    def _retry(self) -> RetryPolicy | None:
        if self.attempts is None:
            return None
        return RetryPolicy(
            max_attempts=self.attempts,
            base_delay=0.0005,
            max_delay=0.002,
            stall_timeout=0.2,
            grace=0.05,
        )


def short_repr(value: Any) -> str:
    """Show the fields that are not at their defaults, fit to be pasted into a test."""
    shown = (
        f"{part.name}={getattr(value, part.name)!r}"
        for part in fields(value)
        if getattr(value, part.name) != part.default
    )
    return f"{type(value).__name__}({', '.join(shown)})"
