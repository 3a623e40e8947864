"""The errors of calls, and of clients that no call can be made with."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "CallError",
    "ConfigurationError",
    "Delivery",
    "ItemwiseError",
    "RejectedError",
    "ResponseError",
    "ThrottledError",
    "TransientError",
]


class ItemwiseError(Exception):
    """Base of everything that itemwise raises by itself."""


class ConfigurationError(ItemwiseError):
    """The client cannot be made, or cannot serve the operation.

    No region, an unknown profile, half a pair of credentials, or a botocore that does not know the
    operation. The message says what to change; botocore's exception is the ``__cause__``.
    """


class Delivery(StrEnum):
    """How far one attempt came."""

    NEVER_LEFT = "never left"
    """Provably not sent: no credentials, connection refused, unknown host."""
    REFUSED = "refused"
    """The service answered that it did nothing."""
    IN_DOUBT = "in doubt"
    """It may have been applied: no answer, an unreadable one, or a fault of the server."""


class CallError(ItemwiseError):
    """One call did not bring a usable answer.

    The botocore (or pydantic) exception that says more is the ``__cause__``, where there is one.

    Attributes:
        operation: the operation's wire name, such as ``BatchDisassociateResource``.
        code: the service's error code, or the name of the client-side exception.
        message: the service's own words, or what to do about a client-side fault.
        status: the HTTP status, or ``None`` where no answer came.
        request_id: the service's id of the request, or ``None`` where no answer came.
        retry_after: seconds that the service asked to wait, or ``None``.
        delivery: whether the request left, and whether it may have been applied.
        earlier: the error of an earlier attempt at the same call that may have been applied, by
            itemwise or by a client that retries by itself, or ``None``. What the service refuses
            here may then be the repeat.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        code: str,
        delivery: Delivery,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        earlier: CallError | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.code = code
        self.delivery = delivery
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.earlier = earlier

    def __str__(self) -> str:
        details = [f"HTTP {self.status}"] if self.status is not None else []
        if self.request_id:
            details.append(f"request {self.request_id}")
        suffix = f" ({', '.join(details)})" if details else ""
        if self.earlier is not None:
            suffix += f"; an earlier attempt may have been applied: {self.earlier.code}"
        return f"{self.operation}: {self.code}: {self.message}{suffix}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default protocol, and errors cross processes.
        return (_restore, (type(self), self.message), self.__dict__.copy())


def _restore(kind: type[CallError], message: str) -> CallError:
    error = kind.__new__(kind)
    error.args = (message,)
    return error


class ThrottledError(CallError):
    """The service asked to slow down; it applied nothing."""


class TransientError(CallError):
    """A fault that may pass by itself: sent again while the policy allows."""


class RejectedError(CallError):
    """The service refused the request, and would refuse it again."""


class ResponseError(CallError):
    """An answer came and cannot be trusted: unreadable, ill-typed, or about other items."""
