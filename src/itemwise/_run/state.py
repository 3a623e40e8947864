"""What the calls of one run share, and how they tell of what they have settled.

Nothing runs side by side here: `workers` drives many calls at once, and they share one `RunState`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, MutableSequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiobotocore.client import AioBaseClient

from itemwise._call.reply import Reply
from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.settle import Settlement
from itemwise._errors import CallError
from itemwise._log import warning
from itemwise._operation import Operation
from itemwise._outcomes import NotAttemptedReason, Status, UnmatchedEntry, Unsuccessful
from itemwise._policy import DEFAULT_RETRY, RetryPolicy
from itemwise._run.stall import Stall
from itemwise._shape import Request, Response
from itemwise._turn_queue import TurnQueue
from itemwise.results import CallRecord, Progress

__all__ = ["RunState"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


@dataclass(slots=True, kw_only=True)
class RunState(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """What the calls of one run share.

    Attributes:
        client: the client of the run.
        operation: the operation of the run.
        request: where the shared members come from.
        policy: how attempts are repeated.
        isolate: whether a rejected chunk is halved to find its culprits.
        queue: where attempts wait for their turn.
        deliver_answer: takes what a reply has settled, and the reply.
        deliver: takes final outcomes that no reply to the items themselves has settled.
        max_chunk: most items in a call, as learned so far.
        halted: whether nothing may start any more, because of a deadline or a cancellation.
        in_grace: whether calls in flight are given their grace right now.
        error: the fault that stopped the run; calls that have begun still finish.
        in_flight: tasks that await an answer right now.
        active: for each call that is not done with, its items that have no outcome yet.
        records: one for each call that has ended.
        unmatched: entries that name no item sent.
        begun: calls begun.
        attempts: attempts begun.
        throttles: attempts that were throttled.
        answered: calls that the service answered at least once without refusing them.
        stall: whether throttled calls are to be given up.
        loop: the event loop that the run belongs to.
    """

    client: AioBaseClient
    operation: Operation[RequestT, ResponseT, ItemT, EntryT]
    request: RequestT
    policy: RetryPolicy | None
    isolate: bool
    queue: TurnQueue
    max_chunk: int
    deliver_answer: Callable[[Settlement[ItemT, EntryT], Reply[ResponseT]], None]
    deliver: Callable[[Iterable[Unsuccessful[ItemT, EntryT]]], None]
    halted: bool = False
    in_grace: bool = False
    error: CallError | None = None
    in_flight: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    active: dict[OpenItems[ItemT, EntryT], None] = field(
        default_factory=dict[OpenItems[ItemT, EntryT], None]
    )
    records: MutableSequence[CallRecord] = field(default_factory=list[CallRecord])
    unmatched: MutableSequence[UnmatchedEntry] = field(default_factory=list[UnmatchedEntry])
    begun: int = 0
    attempts: int = 0
    throttles: int = 0
    answered: int = 0
    stall: Stall = field(init=False)
    loop: asyncio.AbstractEventLoop = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.loop = asyncio.get_running_loop()
        except RuntimeError:
            words = "a run belongs to a running event loop: make it inside a coroutine"
            raise RuntimeError(words) from None
        self.stall = Stall(self.policy or DEFAULT_RETRY, self.queue)

    def may_begin(self) -> bool:
        """Tell whether another call may begin."""
        return self.error is None and not self.halted

    def stop(self, error: CallError) -> None:
        """Begin no further call: every other one would share this fault."""
        if self.error is None:
            self.error = error
            self.queue.release(self)

    def halt(self) -> None:
        """Start nothing any more, not even again."""
        self.halted = True
        self.queue.release(self)

    def unsettled(self, reason: NotAttemptedReason) -> Iterable[Unsuccessful[ItemT, EntryT]]:
        """Give the outcomes that the items of active calls have if nothing more is sent."""
        for items in self.active:
            yield from items.outcomes(reason, self.operation.name)

    def progress(self, total: int, counts: Mapping[str, int]) -> Progress:
        """Give the counts for a progress bar.

        Args:
            total: how many items there are.
            counts: how many of them have ended in each status.
        """
        return Progress(
            total=total,
            settled=sum(counts.values()),
            succeeded=counts[Status.SUCCEEDED],
            failed=counts[Status.FAILED],
            unknown=counts[Status.UNKNOWN],
            not_attempted=counts[Status.NOT_ATTEMPTED],
            calls=self.begun,
            retries=self.attempts - self.begun,
            throttled=self.throttles,
        )

    def warn_of_unknown(self, count: int, code: str | None) -> None:
        """Log once, at the end, that items have no trustworthy answer, if any have none.

        Args:
            count: how many.
            code: why the first of them.
        """
        if count:
            warning(
                "%s: %d items may or may not have been applied; the first because: %s",
                self.operation.name,
                count,
                code,
            )
