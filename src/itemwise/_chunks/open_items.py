"""Pure: items that have no outcome yet, what was said of them, and the outcome that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from itemwise._chunks.plan import Chunk
from itemwise._description import Verdict
from itemwise._errors import CallError, Delivery, TransientError
from itemwise._outcomes import Failed, NotAttempted, NotAttemptedReason, Unknown, Unsuccessful

__all__ = ["OpenItems", "refused"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


class OpenItems(Generic[ItemT, EntryT]):
    """The items of one call that have no outcome yet, and what attempts have said of them.

    Attributes:
        chunk: the items.
        in_flight: whether they are on their way, and the answer has not been read.
        doubt: the fault of the latest attempt that may have been applied.
        refusal: the latest refusal of the whole call.
        verdicts: by index, the latest retryable verdicts.
    """

    __slots__ = ("chunk", "doubt", "in_flight", "refusal", "verdicts")

    def __init__(self, chunk: Chunk[ItemT]) -> None:
        self.chunk = chunk
        self.in_flight = False
        self.doubt: CallError | None = None
        self.refusal: CallError | None = None
        self.verdicts: Mapping[int, Verdict[EntryT]] = {}

    def __len__(self) -> int:
        return len(self.chunk)

    def answered(self, again: Mapping[int, Verdict[EntryT]]) -> None:
        """Keep those that are worth another attempt: an answer has settled the others.

        Args:
            again: by position, the verdicts on them.
        """
        self.refusal = None
        self.verdicts = {self.chunk.indexes[position]: again[position] for position in again}
        self.chunk = self.chunk.at(list(again))

    def refused(self, error: CallError) -> None:
        """Take note that the service has refused the whole call."""
        self.refusal, self.verdicts = error, {}

    def part(self, positions: Sequence[int]) -> OpenItems[ItemT, EntryT]:
        """Make the same of some of them."""
        part: OpenItems[ItemT, EntryT] = OpenItems(self.chunk.at(positions))
        part.doubt, part.refusal, part.verdicts = self.doubt, self.refusal, self.verdicts
        return part

    def failures(self) -> Iterator[Failed[ItemT, EntryT]]:
        """Give the outcomes of items that were each refused: by their entry, or with the call."""
        for index, item in self.chunk.pairs():
            last = self.verdicts.get(index) or self.refusal
            assert last is not None
            yield refused(index, item, last, self.doubt)

    def outcomes(
        self, reason: NotAttemptedReason, operation: str
    ) -> Iterator[Unsuccessful[ItemT, EntryT]]:
        """Give the outcomes that follow where nothing more will be sent.

        `Unknown` if an attempt may have been applied, else `Failed` with what the last attempt
        said, else `NotAttempted`.

        Args:
            reason: why nothing more is sent.
            operation: the operation's wire name, for the error of a call still in flight.
        """
        doubt = _interrupted(operation) if self.in_flight else self.doubt
        for index, item in self.chunk.pairs():
            last = self.verdicts.get(index) or self.refusal
            if doubt is not None:
                yield Unknown(index=index, item=item, error=doubt)
            elif last is not None:
                yield refused(index, item, last, None)
            else:
                yield NotAttempted(index=index, item=item, reason=reason)


def refused(
    index: int, item: ItemT, said: Verdict[EntryT] | CallError, doubt: CallError | None
) -> Failed[ItemT, EntryT]:
    """Make the outcome of an item that the service refused, alone or with its whole call.

    Args:
        index: the item's place in the caller's request.
        item: the item.
        said: the entry's verdict, or the refusal of the whole call.
        doubt: the fault of an earlier attempt that may have been applied: the refusal may then be
            of a repeat, and the outcome tells.
    """
    if isinstance(said, CallError):
        return Failed(
            index=index, item=item, code=said.code, message=said.message, error=doubt or said
        )
    return Failed(
        index=index,
        item=item,
        # Enumerated codes are strings already; plain ones are what users compare and print.
        code=None if said.code is None else str(said.code),
        message=said.message,
        entry=said.entry,
        error=doubt,
    )


def _interrupted(operation: str) -> CallError:
    return TransientError(
        "the run ended while the call was in flight: it may have been applied",
        operation=operation,
        code="Interrupted",
        delivery=Delivery.IN_DOUBT,
    )
