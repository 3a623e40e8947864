"""Pure: what is known of items that have no outcome yet, and the outcomes that this makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from itemwise._operation import Verdict
from itemwise._outcomes import Failed, NotAttempted, NotAttemptedReason, Unknown, Unsuccessful
from itemwise._plan import Chunk
from itemwise.errors import CallError

__all__ = ["Said", "refused", "unsettled"]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[EntryT]):
    """What is known of items that have no outcome yet.

    Attributes:
        doubt: the fault of the latest attempt that may have been applied.
        refusal: the latest refusal of a whole call.
        verdicts: by index, the latest retryable verdicts.
    """

    doubt: CallError | None
    refusal: CallError | None
    verdicts: Mapping[int, Verdict[EntryT]]


def unsettled(
    chunk: Chunk[ItemT], said: Said[EntryT], reason: NotAttemptedReason
) -> Iterable[Unsuccessful[ItemT, EntryT]]:
    """Give items their outcome where nothing more will be sent.

    `Unknown` if an attempt may have been applied, else `Failed` with what the last attempt said,
    else `NotAttempted`.

    Args:
        chunk: items without an outcome.
        said: what attempts at them have brought.
        reason: why nothing more is sent.
    """
    for index, item in chunk.pairs():
        last = said.verdicts.get(index) or said.refusal
        if said.doubt is not None:
            yield Unknown(index=index, item=item, error=said.doubt)
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
