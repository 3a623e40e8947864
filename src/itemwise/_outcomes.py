"""The outcomes of items: four kinds, frozen and slotted, told apart by their status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, Literal, TypeAlias, TypeVar

from itemwise._errors import CallError
from itemwise._shape import ResponseShape

__all__ = [
    "Failed",
    "NotAttempted",
    "NotAttemptedReason",
    "Outcome",
    "Status",
    "Succeeded",
    "Unknown",
    "UnmatchedEntry",
    "Unsuccessful",
]

ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")
ItemT_co = TypeVar("ItemT_co", covariant=True)
EntryT_co = TypeVar("EntryT_co", covariant=True)


class Status(StrEnum):
    """The four ways in which an item can end."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"


class NotAttemptedReason(StrEnum):
    """Why an item was never sent."""

    PENDING = "pending"
    """The run has not come to it yet: seen only while a run is under way."""
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    STOPPED = "stopped"
    """A fault that every other call would share stopped the run: see `BatchResult.error` and
    `BatchStream.error`. Or an exception did, which was raised: of an item of a stream that does not
    fit the request, of a stream's source, or of the operation's own functions."""
    UNREACHABLE = "unreachable"
    """The request could not leave: no credentials, connection refused, unknown host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded(Generic[ItemT_co]):
    """The service said so, or said nothing of the item where silence means success.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        entry: the service's entry on it, where it sent one.
    """

    # Typed as the enum's member: as a plain string or as a union, checkers would narrow wrongly.
    status: ClassVar[Literal[Status.SUCCEEDED]] = Status.SUCCEEDED
    index: int
    item: ItemT_co
    entry: ResponseShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Generic[ItemT_co, EntryT_co]):
    """The service refused the item for good, alone or with its whole call.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        code: the service's code for the failure; ``None`` where it gives none.
        message: the service's words; ``None`` where it gives none.
        entry: the service's entry on the item; ``None`` where the whole call was refused.
        error: the whole call's refusal; or, where an earlier attempt at the item was left in doubt,
            that attempt's fault: the refusal may then be of a repeat.
    """

    status: ClassVar[Literal[Status.FAILED]] = Status.FAILED
    index: int
    item: ItemT_co
    code: str | None
    message: str | None
    entry: EntryT_co | None = None
    error: CallError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Generic[ItemT_co]):
    """The item may have been applied: no trustworthy answer came back.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        error: why there is no answer.
    """

    status: ClassVar[Literal[Status.UNKNOWN]] = Status.UNKNOWN
    index: int
    item: ItemT_co
    error: CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAttempted(Generic[ItemT_co]):
    """The item was never sent.

    Attributes:
        index: the item's place in the caller's request.
        item: the item.
        reason: why not.
    """

    status: ClassVar[Literal[Status.NOT_ATTEMPTED]] = Status.NOT_ATTEMPTED
    index: int
    item: ItemT_co
    reason: NotAttemptedReason


Outcome: TypeAlias = Succeeded[ItemT] | Failed[ItemT, EntryT] | Unknown[ItemT] | NotAttempted[ItemT]
"""The final word on one item; told apart by ``match``, by ``isinstance``, or by ``.status``,
compared with a `Status`."""

Unsuccessful: TypeAlias = Failed[ItemT, EntryT] | Unknown[ItemT] | NotAttempted[ItemT]
"""Any outcome but `Succeeded`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedEntry:
    """An entry of a reply that names no item of its call.

    Attributes:
        entry: the entry, as the service sent it.
        failed: whether it stands for a failure.
        request_id: the id of the request that it answered.
    """

    entry: object
    failed: bool
    request_id: str | None
