"""What is noticed of one call while it is under way: how far it came, and the bytes of its reply.

A wrapper of the client can make the call again, in this task or in another, with this client or
with another; a handler of the client can make other calls of the same operation meanwhile. botocore
makes a context for each call, by which they are told apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from typing import NamedTuple, Self, TypeAlias, cast

from itemwise._botocore.transport import RedirectedError

__all__ = ["CallWatch", "Came", "Caught", "watch_of"]

Came: TypeAlias = "Exception | Mapping[str, object]"
"""What came of one attempt: an exception, or the parsed reply, of whatever status."""

_CONTAINERS: tuple[type[object], ...] = (dict, list)

_EMPTY = 4
"""Bytes of a reply without members, at most."""


class Caught(NamedTuple):
    """What was caught of a reply before botocore has parsed it.

    Attributes:
        body: its bytes, where they could be had.
        is_document: whether bytes that were not kept can be a message of the service's at all.
    """

    body: bytes | None = None
    is_document: bool = True


class CallWatch:
    """What is noticed of one call while it is under way: a context for it.

    Args:
        operation: the operation's wire name.
        members: the request as botocore is given it.

    Attributes:
        operation: the operation's wire name.
        sent: whether the last attempt was handed over to be sent, or is still being made and
            signed; ``None`` where neither was noticed, as with a client that tests have replaced.
            ``False`` is certain: what may be of another call of the operation counts as sent.
        attempts: what came of each attempt, by whomever it was repeated.
    """

    __slots__ = (
        "_caught",
        "_contexts",
        "_failed",
        "_in_flight",
        "_last",
        "_members",
        "_open",
        "_params",
        "_token",
        "_unparsed",
        "attempts",
        "operation",
        "sent",
    )

    def __init__(self, operation: str, members: Mapping[str, object]) -> None:
        self.operation = operation
        self.sent: bool | None = None
        self.attempts: Sequence[Came] = ()
        self._members: Mapping[str, object] = members
        # How many requests were sent of which nothing came yet.
        self._in_flight = 0
        # Of this call, each time that it was made: its contexts, and its parameters, which a
        # wrapper hands over again.
        self._contexts: list[object] = []
        self._params: list[object] = []
        self._failed = False
        # By task, the contexts of the calls that have begun in it, the innermost last.
        self._open: dict[object, list[object]] = {}
        # What was caught of the replies that are parsed right now, with their headers; and of those
        # that are parsed, with what they became. The last is the last of this call itself.
        self._unparsed: list[tuple[object, Caught]] = []
        self._caught: list[tuple[object, Caught]] = []
        self._last: Caught | None = None

    def __enter__(self) -> Self:
        self._token: Token[CallWatch | None] = _watching.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watching.reset(self._token)
        # Tasks that were started meanwhile still have this watch, as have timers and idle
        # connections: what they do from now on is of no call that is known here.
        self.operation, self._members, self.attempts = "", {}, ()
        for kept in (self._contexts, self._params, self._unparsed, self._caught):
            cast("list[object]", kept).clear()
        self._open.clear()
        self._last = None

    @property
    def redirected(self) -> RedirectedError | None:
        """What stands for the last attempt, if another than the endpoint has answered it."""
        last = self.attempts[-1] if self.attempts else None
        return last if isinstance(last, RedirectedError) else None

    @property
    def has_lost_sight(self) -> bool:
        """Whether a request was sent of which nothing has come."""
        return self._in_flight > 0

    @property
    def is_at_this_call(self) -> bool:
        """Whether what happens now in this task is of this call, and of no other within it."""
        within = self._open.get(asyncio.current_task(), ())
        return len(within) == 1 and _is_one_of(within[0], self._contexts)

    def begins(self, context: object, params: Mapping[str, object]) -> None:
        """Take note of a call that begins."""
        if not self._contexts or self._failed or self._is_made_again(params):
            self._contexts.append(context)
            self._params.append(params)
            self._failed, self.sent = False, False
        self.notes(context)

    def notes(self, context: object) -> bool:
        """Take note of the context of an event; tell whether it is of this call."""
        self._leave(context).append(context)
        return _is_one_of(context, self._contexts)

    def is_made(self, context: object) -> None:
        """Take note of a request that is about to be made and signed."""
        if self.notes(context):
            self.sent = False

    def is_sent(self) -> None:
        """Take note of a request that is handed over to be sent."""
        self.sent = True
        self._in_flight += 1

    def comes_to(self, context: object, came: Came | None) -> bool:
        """Take note of what came of an attempt; tell whether it is one of this call."""
        self._in_flight = max(0, self._in_flight - 1)
        of_this_call = self.notes(context)
        if of_this_call and came is not None:
            self.attempts = (*self.attempts, came)
        return of_this_call

    def is_redirected(self, context: object) -> None:
        """Take note that another than the endpoint has given the last answer."""
        if self.notes(context):
            self.attempts = (*self.attempts[:-1], RedirectedError())

    def ends(self, context: object, *, failed: bool) -> None:
        """Take note of a call that has ended: what follows in this task is of the one around it."""
        self._leave(context)
        if _is_one_of(context, self._contexts):
            self._failed = failed

    def parses(self, headers: object, caught: Caught) -> None:
        """Take note of a reply that is about to be parsed."""
        self._unparsed.append((headers, caught))

    def parsed(self, headers: object, became: object, *, of_this_call: bool) -> None:
        """Take note of what a reply has become."""
        for place, (its, caught) in enumerate(self._unparsed):
            if its is headers:
                del self._unparsed[place]
                self._caught.append((became, caught))
                if of_this_call:
                    self._last = caught
                return

    def caught(self, parsed: Mapping[str, object]) -> Caught:
        """Give what was caught of the reply that has become what the call returned."""
        for became, caught in reversed(self._caught):
            if became is parsed:
                return caught
        # A wrapper of the client has copied it; or it is no reply that was seen to come, as where
        # botocore stubs it, or where a wrapper has asked another client.
        return self._last or Caught(is_document=not _is_hollow(parsed))

    def _is_made_again(self, params: Mapping[str, object]) -> bool:
        if _is_one_of(params, self._params):
            return True
        # Its lists and structures: of plain values nobody can tell whose they are.
        items = [value for value in self._members.values() if isinstance(value, _CONTAINERS)]
        return any(_is_one_of(value, items) for value in params.values())

    def _leave(self, context: object) -> list[object]:
        """Forget a call of this task, and those within it that came to no end; give the others."""
        within = self._open.setdefault(asyncio.current_task(), [])
        for place, one in enumerate(within):
            if one is context:
                del within[place:]
                break
        return within


def _is_one_of(one: object, others: Sequence[object]) -> bool:
    return any(one is other for other in others)


def _is_hollow(parsed: Mapping[str, object]) -> bool:
    """Whether botocore found no member in a reply that is longer than one without any."""
    metadata = cast("Mapping[str, Mapping[str, str]]", parsed.get("ResponseMetadata", {}))
    length = str(metadata.get("HTTPHeaders", {}).get("content-length", ""))
    return parsed.keys() <= {"ResponseMetadata"} and length.isdigit() and int(length) > _EMPTY


_watching: ContextVar[CallWatch | None] = ContextVar("itemwise_call", default=None)


def watch_of(operation: str) -> CallWatch | None:
    """Find the watch of the call that is under way, if it is of the operation of this wire name."""
    watch = _watching.get()
    return watch if watch is not None and watch.operation == operation else None
