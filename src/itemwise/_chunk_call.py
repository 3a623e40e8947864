"""One chunk's way through the service: its attempts, and what they have said of its items."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Generic, TypeVar

from itemwise._call import attempt, doubt_of, may_repeat
from itemwise._exchange import Exchange
from itemwise._observe import tell
from itemwise._operation import Verdict
from itemwise._outcomes import NotAttemptedReason, Unsuccessful
from itemwise._payload import payload
from itemwise._plan import Chunk
from itemwise._reply import Reply
from itemwise._retry import Again, repeat
from itemwise._said import Said, refused, unsettled
from itemwise._settle import Settlement, settle
from itemwise._shape import Request, Response
from itemwise._turn import Turn
from itemwise.errors import (
    CallError,
    Delivery,
    RejectedError,
    ThrottledError,
    TransientError,
)
from itemwise.results import CallRecord

__all__ = ["ChunkCall"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")

_SINGLED_OUT = 5
"""Throttles in a row of one call, at least, until it is given up while others get through. A rate
that is held throttles one in fifty."""


class ChunkCall(Generic[RequestT, ResponseT, ItemT, EntryT]):
    """One chunk's exchange with the service.

    Attributes:
        chunk: the items that have no outcome yet.
        rejection: the refusal of the whole call that a single bad item can have caused; the items
            are then still without an outcome.
        answered: whether the service took the call, whatever it said of the items.
    """

    __slots__ = (
        "_attempts",
        "_doubt",
        "_exchange",
        "_fault",
        "_in_flight",
        "_refusal",
        "_refused",
        "_refused_at",
        "_request",
        "_request_id",
        "_slowed",
        "_throttles",
        "_verdicts",
        "answered",
        "chunk",
        "rejection",
    )

    def __init__(
        self,
        exchange: Exchange[RequestT, ResponseT, ItemT, EntryT],
        chunk: Chunk[ItemT],
        earlier: Said[EntryT] | None = None,
    ) -> None:
        self.chunk = chunk
        self.rejection: RejectedError | None = None
        self.answered = False
        self._exchange = exchange
        self._request: RequestT | None = None
        self._request_id: str | None = None
        self._attempts = 0
        self._throttles = 0
        # Since the last answer: how many throttles, and when the first of them came.
        self._refused = 0
        self._refused_at: float | None = None
        # Whether the last answer, to these items, asked to slow down.
        self._slowed = False
        self._in_flight = False
        self._fault: CallError | None = None
        self._doubt = earlier.doubt if earlier else None
        self._refusal = earlier.refusal if earlier else None
        self._verdicts: Mapping[int, Verdict[EntryT]] = {}
        exchange.active[self] = None

    def said(self) -> Said[EntryT]:
        """Tell what is known of the items that have no outcome yet."""
        doubt = self._doubt
        if self._in_flight:
            doubt = TransientError(
                "the run ended while the call was in flight: it may have been applied",
                operation=self._exchange.operation.name,
                code="Interrupted",
                delivery=Delivery.IN_DOUBT,
            )
        return Said(doubt=doubt, refusal=self._refusal, verdicts=self._verdicts)

    async def run(self) -> None:
        """Send the chunk until each item has its outcome, the policy is spent or the run ends."""
        exchange = self._exchange
        clock = asyncio.get_running_loop().time
        items, started = len(self.chunk), clock()
        try:
            ended = await repeat(exchange.policy, self._attempt)
        finally:
            if self._attempts:
                record = CallRecord(
                    items=items,
                    attempts=self._attempts,
                    throttled=self._throttles,
                    request_id=self._request_id,
                    code=self._fault.code if self._fault else None,
                    seconds=clock() - started,
                )
                exchange.records.append(record)
                tell(exchange.operation, record)
        if ended is not _LEFT_TO_THE_RUN:
            self._conclude()

    def split(self, *cuts: int) -> list[ChunkCall[RequestT, ResponseT, ItemT, EntryT]]:
        """Make calls of this one's parts, in its place, cut before the given positions."""
        bounds = (0, *cuts, len(self.chunk))
        return self.apart(*(range(start, stop) for start, stop in pairwise(bounds)))

    def apart(self, *groups: Sequence[int]) -> list[ChunkCall[RequestT, ResponseT, ItemT, EntryT]]:
        """Make calls of groups of positions, in this one's place: each position is in one group."""
        parts = [ChunkCall(self._exchange, self.chunk.at(group), self.said()) for group in groups]
        del self._exchange.active[self]
        return parts

    def refuse(self) -> None:
        """Settle the items of a rejected call as failed."""
        if self._refusal is not None:
            self._settle_all(
                refused(index, item, self._refusal, self._doubt)
                for index, item in self.chunk.pairs()
            )

    async def _attempt(self) -> Again | object:
        exchange = self._exchange
        turn = await Turn.wait(exchange, self._may_start)
        if turn is None:
            return _LEFT_TO_THE_RUN
        with turn:
            if self._request is None:
                # Once for each payload: an attempt with the same items repeats the client token.
                self._request = payload(exchange.operation, exchange.request, self.chunk.items)
            exchange.begun += not self._attempts
            exchange.attempts += 1
            self._attempts += 1
            answer = await self._send(self._request, turn)
        if exchange.halted and isinstance(answer, Again):
            return _LEFT_TO_THE_RUN
        return answer

    def _may_start(self) -> bool:
        # A fault stops what has not begun; a deadline or a cancellation stops everything.
        exchange = self._exchange
        return not exchange.halted and (exchange.error is None or self._attempts > 0)

    async def _send(self, request: RequestT, turn: Turn) -> Again | None:
        exchange = self._exchange
        task = asyncio.current_task()
        assert task is not None
        exchange.in_flight.add(task)
        # Cleared by an answer or a fault alone: a cancellation here leaves the items in doubt.
        self._in_flight = True
        try:
            reply = await attempt(exchange.client, exchange.operation, request)
            # A client that repeats calls by itself may show the refusal of its own repeat.
            self._doubt = reply.doubt or self._doubt
            settlement = settle(exchange.operation, self.chunk, reply.response, self._doubt)
        except CallError as error:
            again = self._faulted(error)
            _forget_frames(error)
            # Only now that a doubt is noted: a fault of our own must not make it forgotten.
            self._in_flight = False
            turn.failed(error)
            return again
        finally:
            exchange.in_flight.discard(task)
        again = self._answered(settlement, reply)
        self._in_flight = False
        turn.answered(settlement, throttled_before=self._slowed)
        self._slowed = settlement.throttled
        return again

    def _answered(
        self, settlement: Settlement[ItemT, EntryT], reply: Reply[ResponseT]
    ) -> Again | None:
        exchange = self._exchange
        if settlement.unmatched:
            exchange.unmatched.extend(settlement.unmatched)
        exchange.deliver_answer(settlement, reply)
        exchange.answered += 1
        self.answered = True
        self._request_id = reply.request_id
        self._fault = self._refusal = None
        self._refused_at, self._refused = None, 0
        if settlement.settled:
            exchange.pace.settled_at = asyncio.get_running_loop().time()
        again = settlement.again
        if not again:
            self._close()
            return None
        positions = list(again)
        self._verdicts = {self.chunk.indexes[p]: again[p] for p in positions}
        self.chunk = self.chunk.at(positions)
        # A shrunk payload: its request is made anew, and with it its client token.
        self._request = None
        return Again() if self._is_harmless_again() else None

    def _faulted(self, error: CallError) -> Again | None:
        exchange = self._exchange
        self._fault = error
        self._request_id = error.request_id or self._request_id
        self._doubt = doubt_of(error) or self._doubt
        if error.delivery is Delivery.REFUSED:
            self._refusal, self._verdicts = error, {}
        if isinstance(error, ThrottledError):
            self._throttles += 1
            exchange.throttles += 1
            stalled = exchange.stalled()
            if stalled or self._is_singled_out() or not self._is_harmless_again():
                return None
            # Time bounds these, not attempts, and the pace sets the wait: a service that is slow is
            # no reason to give items up.
            return Again(counted=False, backoff=False, retry_after=error.retry_after)
        if may_repeat(error, exchange.operation):
            return Again(retry_after=error.retry_after)
        return None

    def _is_singled_out(self) -> bool:
        """Take note of a throttle, and tell whether this call alone gets nowhere, for too long."""
        policy, now = self._exchange.policy, asyncio.get_running_loop().time()
        self._refused_at = self._refused_at or now
        self._refused += 1
        if policy is None or self._refused < max(policy.max_attempts, _SINGLED_OUT):
            return False
        return now - self._refused_at >= policy.stall_timeout

    def _is_harmless_again(self) -> bool:
        # Only a client that repeats calls by itself brings a doubt that is not the call's own end.
        return self._doubt is None or self._exchange.operation.idempotent

    def _conclude(self) -> None:
        """Settle what the last attempt left, now that there will be no other."""
        if not len(self.chunk):
            return
        exchange, error, pairs = self._exchange, self._fault, self.chunk.pairs()
        if error is None:
            # Answered: what is left are entries that stayed retryable to the end.
            self._settle_all(refused(i, item, self._verdicts[i], self._doubt) for i, item in pairs)
            return
        if isinstance(error, RejectedError) and error.delivery is Delivery.REFUSED:
            by_an_item = error.code in exchange.operation.item_error_codes
            if by_an_item and exchange.isolate and self._is_harmless_again():
                self.rejection = error
                return
            self.refuse()
            if not by_an_item:
                exchange.stop(error)
            return
        self._settle_all(unsettled(self.chunk, self.said(), NotAttemptedReason.UNREACHABLE))
        if error.delivery is Delivery.NEVER_LEFT:
            exchange.stop(error)
        elif (
            isinstance(error, ThrottledError)
            and exchange.policy is not None
            and self._is_harmless_again()
        ):
            # Stalled: what waits for its turn would only be throttled again.
            exchange.stop(error)
            exchange.halt()

    def _settle_all(self, outcomes: Iterable[Unsuccessful[ItemT, EntryT]]) -> None:
        self._exchange.deliver(outcomes)
        self._close()

    def _close(self) -> None:
        self.chunk = _NOTHING
        self._verdicts = {}
        self._exchange.active.pop(self, None)


def _forget_frames(error: BaseException) -> None:
    """Let go of the frames that an error has come through: they hold requests and replies.

    Results keep errors for as long as they are kept themselves.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__


_NOTHING: Final[Chunk[Any]] = Chunk(indexes=(), items=())

_LEFT_TO_THE_RUN = object()
"""The run ended first: it settles the items itself."""
