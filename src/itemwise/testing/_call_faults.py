"""The faults about whole calls: one small class each."""

from __future__ import annotations

from dataclasses import dataclass

from itemwise.testing._faults import CallFault, DropPoint, Fault, GarbageKind, ThrottleStyle

__all__ = ["Delay", "Drop", "FailCalls", "Garbage", "LowerLimit", "RateLimit", "Throttle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(CallFault):
    """The call waits before anything else happens. Several delays add up.

    Attributes:
        seconds: how long.
    """

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(CallFault):
    """The connection closes without a complete answer.

    Attributes:
        when: ``before`` anything is applied, ``after`` the call was applied, or ``midway`` through
            the body of the answer, after the call was applied.
    """

    when: DropPoint = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(CallFault):
    """Calls are throttled: nothing is applied.

    Attributes:
        style: how the call is answered.
        code: the error's code in place of the operation's own.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    style: ThrottleStyle = "modelled"
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(Fault):
    """Calls beyond a token bucket's rate are throttled. Time is the event loop's.

    Attributes:
        rate: calls per second; with 0 the bucket never fills again.
        burst: most calls at once, and the fill at the start; at least 1.
        style: how a throttled call is answered.
        code: the error's code in place of the operation's own.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    rate: float
    burst: float = 1.0
    style: ThrottleStyle = "modelled"
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailCalls(CallFault):
    """Whole calls fail with an error.

    Attributes:
        code: the error's code; ``None`` takes the usual one of the status.
        status: the HTTP status, from 400 to 599; ``None`` takes the modelled one of the code, or
            else 400. Without a code as well it is a 500.
        message: the error's message.
        apply: whether the call is applied first, so that only its answer is lost.
        retry_after: seconds for a ``Retry-After`` header; ``None`` sends none.
    """

    code: str | None = None
    status: int | None = None
    message: str = "The request could not be completed."
    apply: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerLimit(Fault):
    """The service really takes fewer items per call than it documents.

    Attributes:
        limit: most items in one call, at least 1.
    """

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage(CallFault):
    """The call is applied, and answered with a 200 that makes no sense.

    Attributes:
        kind: ``text`` that is no document, an ``empty`` body, ``null``, a ``list`` where a
            structure belongs, a ``string`` where the list of failures belongs, or a ``huge`` body,
            streamed in chunks.
        size: bytes of the huge body, at least 1.
    """

    kind: GarbageKind = "text"
    size: int = 1_000_000
