"""What there is to know of one operation, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botocore.model import ListShape, Shape, StringShape, StructureShape

from codegen.infer import Naming
from codegen.overlay import OperationOverlay
from codegen.source import Service

__all__ = ["Description", "Entries", "Reason", "StatusList"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a fact is taken for true.

    Attributes:
        fact: its name.
        value: its value, to read.
        origin: ``model`` or ``overlay``.
        why: how the model shows it, or the overlay's source.
    """

    fact: str
    value: str
    origin: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A list of entries.

    Attributes:
        member: the response's member.
        shape: the shape of an entry.
        naming: how an entry names its item.
    """

    member: str
    shape: Shape
    naming: Naming


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """One list of entries for failures and successes, told apart by a status.

    Attributes:
        name: the entry's member that holds the item.
        label: the entry's member that tells the item's list.
        status: the entry's member that holds the status.
        failed: the status of a failure.
    """

    name: str
    label: str
    status: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that is printed of one operation.

    Attributes:
        service: the service.
        name: the operation's wire name.
        overlay: the overlay's words.
        input: the request's shape.
        output: the response's shape.
        items: the lists of items, each with its label where there are several.
        item: the shape of an item.
        max_items: most items in one call.
        failures: the failures' entries.
        successes: the successes' entries; ``None`` where silence is success.
        status: how failures are told where both stand in one list.
        key_form: how the two names of an item are made alike: empty, or ``unquote``.
        key_defaults: by path in the item, what an absent number of the key stands for.
        code: the path of a failure's code; a final ``[]`` takes the first of a list.
        message: the path of a failure's message.
        client_token: the request's member that is one.
        idempotent: whether a call may be repeated.
        retryable_codes: entry codes worth another attempt.
        item_error_codes: call codes that one bad item can cause.
        reasons: why all this is so.
    """

    service: Service
    name: str
    overlay: OperationOverlay
    input: StructureShape
    output: StructureShape
    items: Mapping[str, str | None]
    item: Shape
    max_items: int
    failures: Entries
    successes: Entries | None
    status: StatusList | None
    key_form: str
    key_defaults: Mapping[str, int]
    code: str | None
    message: str | None
    client_token: str | None
    idempotent: bool
    retryable_codes: Sequence[str]
    item_error_codes: Sequence[str]
    reasons: Sequence[Reason]

    @property
    def key(self) -> tuple[str, ...]:
        """The item's members that make its key; empty where the whole item does."""
        return self.failures.naming.key

    @property
    def code_enum(self) -> StringShape | None:
        """The enum of the failures' codes; ``None`` where they are plain strings, or none."""
        shape = self.failures.shape
        for part in (self.code or "").removesuffix("[]").split("."):
            shape = shape.members[part] if isinstance(shape, StructureShape) and part else shape
        shape = shape.member if isinstance(shape, ListShape) else shape
        return shape if isinstance(shape, StringShape) and shape.enum else None

    def why(self, fact: str) -> Reason | None:
        """Find the reason for a fact."""
        return next((reason for reason in self.reasons if reason.fact == fact), None)
