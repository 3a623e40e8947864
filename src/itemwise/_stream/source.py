"""Where a stream's items come from: an iterable of either kind, read chunk by chunk."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from itertools import islice
from typing import Generic, TypeVar

from itemwise._outcomes import NotAttempted, NotAttemptedReason

__all__ = ["Source"]

ItemT = TypeVar("ItemT")


class Source(Generic[ItemT]):
    """An iterable, and how far it was read.

    Attributes:
        is_async: whether it is an async iterable.
        read: how many items were read.
        held: items that were read last, and are not yet in a call or settled.
        error: what ended it too early.
        fault: what closing it raised.
    """

    def __init__(self, items: Iterable[ItemT] | AsyncIterable[ItemT]) -> None:
        _check(items)
        self.is_async = isinstance(items, AsyncIterable)
        self.read = 0
        self.held: list[ItemT] = []
        self.error: Exception | None = None
        self.fault: Exception | None = None
        self._ended = False
        self._sync = None if isinstance(items, AsyncIterable) else iter(items)
        self._async = aiter(items) if isinstance(items, AsyncIterable) else None

    async def hold(self, size: int) -> None:
        """Read into `held`, one by one so that none is lost, until it has `size` items."""
        try:
            if self._sync is not None and not self._ended:
                for item in islice(self._sync, max(0, size - len(self.held))):
                    self._keep(item)
            while self._async is not None and not self._ended and len(self.held) < size:
                try:
                    item = await anext(self._async)
                except StopAsyncIteration:
                    self._ended = True
                else:
                    self._keep(item)
        except Exception as error:  # noqa: BLE001 - the caller's own, and it goes to the caller
            self.fail(error)

    async def interrupt(self, cancellation: asyncio.CancelledError) -> None:
        """Pass a cancellation on to an async generator that waits at a ``yield``.

        Raises:
            asyncio.CancelledError: it was not the generator's own, or there is none.
        """
        generator: object = self._async
        if self._ended or not isinstance(generator, AsyncGenerator):
            raise cancellation
        try:
            item: ItemT = await generator.athrow(cancellation)
        except StopAsyncIteration:
            self._ended = True
        except Exception as error:  # noqa: BLE001 - the caller's own, and it goes to the caller
            self.fail(error)
        else:
            self._keep(item)

    def _keep(self, item: ItemT) -> None:
        self.held.append(item)
        self.read += 1

    def end(self) -> None:
        """Read nothing more, whatever the iterable answers to a cancellation."""
        self._ended = True

    def release(self) -> None:
        """Hold nothing any more: the items are in a call, or settled."""
        self.held = []

    def fail(self, error: Exception) -> None:
        """Read nothing more, because of an error that the caller is to see."""
        if self.error is None:
            self.error, self._ended = error, True

    def raise_error(self) -> None:
        """Raise what ended it too early, if anything did."""
        if self.error is not None:
            raise self.error

    async def close(self) -> None:
        """Close a generator that nothing reads from any more.

        What it holds open, such as a cursor, is not left to the garbage collector.
        """
        # What could be sent into them is of no interest, and no type says what it is.
        begun: object = self._sync if self._async is None else self._async
        try:
            if isinstance(begun, AsyncGenerator):
                await begun.aclose()
            elif isinstance(begun, Generator):
                begun.close()
        except Exception as error:  # noqa: BLE001 - the caller's own, and it goes to the caller
            self.fault = error
        except BaseExceptionGroup as group:
            # A task group that is closed at a ``yield`` makes one of the GeneratorExit itself.
            _, rest = group.split(GeneratorExit)
            if rest is not None:
                raise

    def unsettled(self, reason: NotAttemptedReason) -> Iterator[NotAttempted[ItemT]]:
        """Give the outcomes that the held items have if they are not sent."""
        for index, item in enumerate(self.held, self.read - len(self.held)):
            yield NotAttempted(index=index, item=item, reason=reason)


def _check(items: object) -> None:
    kind = type(items).__name__
    if isinstance(items, str | bytes | Mapping):
        hint = "put one item into a list, and pass the keys or the values of a mapping"
    elif isinstance(items, Coroutine):
        hint = "await it, and pass what it returns"
    elif isinstance(items, AsyncIterable) or _has_iterator(items):
        return
    elif callable(items):
        hint = "call it, and pass what it returns"
    else:
        hint = "put a single item into a list"
    raise TypeError(f"items must be an iterable of items, such as a list, not {kind}: {hint}")


def _has_iterator(items: object) -> bool:
    # As `iter` has it: what can only be indexed is read by its indexes.
    return hasattr(items, "__iter__") or hasattr(items, "__getitem__")
