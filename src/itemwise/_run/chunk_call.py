"""One chunk's way through the service: its attempts, and what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from itemwise._call.call import attempt
from itemwise._call.reply import Reply
from itemwise._call.retry import Again, repeat
from itemwise._chunks.open_items import OpenItems
from itemwise._chunks.payload import payload
from itemwise._chunks.settle import Settlement, settle
from itemwise._doubt import doubt_of, may_repeat
from itemwise._errors import CallError, Delivery, RejectedError, ThrottledError
from itemwise._observe import tell
from itemwise._outcomes import NotAttemptedReason, Unsuccessful
from itemwise._policy import DEFAULT_RETRY
from itemwise._run.frames import forget_frames, this_task
from itemwise._run.stall import Streak
from itemwise._run.state import RunState
from itemwise._run.turn import Turn
from itemwise._shape import Request, Response
from itemwise.results import CallRecord

__all__ = ["ChunkCall"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


class ChunkCall(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """One chunk's call, with all its attempts.

    Attributes:
        items: those that have no outcome yet, and what was said of them.
        rejection: the refusal of the whole call that a single bad item can have caused; the items
            are then still without an outcome.
        answered: whether the service took the call, whatever it said of the items.
    """

    __slots__ = (
        "_attempts",
        "_fault",
        "_request",
        "_request_id",
        "_slowed",
        "_state",
        "_streak",
        "_throttles",
        "answered",
        "items",
        "rejection",
    )

    def __init__(
        self,
        state: RunState[RequestT, ResponseT, ItemT, EntryT],
        items: OpenItems[ItemT, EntryT],
    ) -> None:
        self.items = items
        self.rejection: RejectedError | None = None
        self.answered = False
        self._state = state
        self._request: RequestT | None = None
        self._request_id: str | None = None
        self._attempts = 0
        self._throttles = 0
        self._streak = Streak(state.policy or DEFAULT_RETRY)
        # Whether the last answer, to these items, asked to slow down.
        self._slowed = False
        self._fault: CallError | None = None
        state.active[items] = None

    async def run(self) -> None:
        """Send the chunk until each item has its outcome, the policy is spent or the run ends."""
        state = self._state
        clock = state.loop.time
        count, started = len(self.items), clock()
        try:
            ended = await repeat(state.policy, self._attempt)
        finally:
            if self._attempts:
                record = CallRecord(
                    items=count,
                    attempts=self._attempts,
                    throttled=self._throttles,
                    request_id=self._request_id,
                    code=self._fault.code if self._fault else None,
                    seconds=clock() - started,
                )
                state.records.append(record)
                tell(state.operation, record)
        if ended is not _LEFT_TO_THE_RUN:
            self._conclude()

    def split(self, *cuts: int) -> list[ChunkCall[RequestT, ResponseT, ItemT, EntryT]]:
        """Make calls of this one's parts, in its place, cut before the given positions."""
        bounds = (0, *cuts, len(self.items))
        return self.apart(*(range(start, stop) for start, stop in pairwise(bounds)))

    def apart(self, *groups: Sequence[int]) -> list[ChunkCall[RequestT, ResponseT, ItemT, EntryT]]:
        """Make calls of groups of positions, in this one's place: each position is in one group."""
        del self._state.active[self.items]
        return [ChunkCall(self._state, self.items.part(group)) for group in groups]

    def refuse(self) -> None:
        """Settle the items as failed, each by the last word on it."""
        self._settle(self.items.failures())

    async def _attempt(self) -> Again | object:
        state = self._state
        turn = await Turn.wait(state, self._may_start)
        if turn is None:
            return _LEFT_TO_THE_RUN
        with turn:
            if self._request is None:
                # Once for each payload: an attempt with the same items repeats the client token.
                items = self.items.chunk.items
                self._request = payload(state.operation, state.request, items)
            state.begun += not self._attempts
            state.attempts += 1
            self._attempts += 1
            answer = await self._send(self._request, turn)
        if state.halted and isinstance(answer, Again):
            return _LEFT_TO_THE_RUN
        return answer

    def _may_start(self) -> bool:
        # A fault stops what has not begun; a deadline or a cancellation stops everything.
        state = self._state
        return not state.halted and (state.error is None or self._attempts > 0)

    async def _send(self, request: RequestT, turn: Turn) -> Again | None:
        state, items = self._state, self.items
        state.in_flight.add(this_task())
        # Cleared by an answer or a fault alone: a cancellation here leaves the items in doubt.
        items.in_flight = True
        try:
            reply = await attempt(state.client, state.operation, request)
            # A client that repeats calls by itself may show the refusal of its own repeat.
            items.doubt = reply.doubt or items.doubt
            settlement = settle(state.operation, items.chunk, reply.response, items.doubt)
        except CallError as error:
            again = self._faulted(error)
            forget_frames(error)
            # Only now that a doubt is noted: a fault of our own must not make it forgotten.
            items.in_flight = False
            turn.failed(error)
            return again
        except asyncio.CancelledError as cancelled:
            forget_frames(cancelled)
            raise
        finally:
            state.in_flight.discard(this_task())
        again = self._answered(settlement, reply)
        items.in_flight = False
        turn.answered(settlement, throttled_before=self._slowed)
        self._slowed = settlement.throttled
        return again

    def _answered(
        self, settlement: Settlement[ItemT, EntryT], reply: Reply[ResponseT]
    ) -> Again | None:
        state = self._state
        if settlement.unmatched:
            state.unmatched.extend(settlement.unmatched)
        state.deliver_answer(settlement, reply)
        state.answered += 1
        self.answered = True
        self._request_id = reply.request_id
        self._fault = None
        self._streak.end()
        self.items.answered(settlement.again)
        if not len(self.items):
            self._close()
            return None
        # A shrunk payload: its request is made anew, and with it its client token.
        self._request = None
        return Again() if self._is_harmless_again() else None

    def _faulted(self, error: CallError) -> Again | None:
        state = self._state
        self._fault = error
        self._request_id = error.request_id or self._request_id
        self.items.doubt = doubt_of(error) or self.items.doubt
        if error.delivery is Delivery.REFUSED:
            self.items.refused(error)
        if isinstance(error, ThrottledError):
            self._throttles += 1
            state.throttles += 1
            now = state.loop.time()
            stalled, singled_out = state.stall.throttled(now), self._streak.throttled(now)
            if stalled or singled_out or not self._is_harmless_again():
                return None
            # Time bounds these, not attempts, and the pace sets the wait: a service that is slow is
            # no reason to give items up.
            return Again(counted=False, backoff=False, retry_after=error.retry_after)
        if may_repeat(error, state.operation):
            return Again(retry_after=error.retry_after)
        return None

    def _is_harmless_again(self) -> bool:
        # Only a client that repeats calls by itself brings a doubt that is not the call's own end.
        return self.items.doubt is None or self._state.operation.idempotent

    def _conclude(self) -> None:
        """Settle what the last attempt left, now that there will be no other."""
        if not len(self.items):
            return
        state, error = self._state, self._fault
        if error is None:
            # Answered: what is left are entries that stayed retryable to the end.
            self.refuse()
            return
        if isinstance(error, RejectedError) and error.delivery is Delivery.REFUSED:
            by_an_item = error.code in state.operation.item_error_codes
            if by_an_item and state.isolate and self._is_harmless_again():
                self.rejection = error
                return
            self.refuse()
            if not by_an_item:
                state.stop(error)
            return
        operation = state.operation.name
        self._settle(self.items.outcomes(NotAttemptedReason.UNREACHABLE, operation))
        if error.delivery is Delivery.NEVER_LEFT:
            state.stop(error)
        elif (
            isinstance(error, ThrottledError)
            and state.policy is not None
            and self._is_harmless_again()
        ):
            # Stalled: what waits for its turn would only be throttled again.
            state.stop(error)
            state.halt()

    def _settle(self, outcomes: Iterable[Unsuccessful[ItemT, EntryT]]) -> None:
        self._state.deliver(outcomes)
        self._close()

    def _close(self) -> None:
        self._state.active.pop(self.items, None)


_LEFT_TO_THE_RUN = object()
"""The run ended first: it settles the items itself."""
