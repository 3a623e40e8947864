"""What calls came and what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from itemwise.testing._served import Key
from itemwise.testing._served_names import check_served

__all__ = ["Ledger", "ServedCall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCall:
    """One call that reached an operation.

    Attributes:
        service: the service's name in botocore.
        operation: the operation's wire name.
        items: the keys of all its items, in order; empty where the request was unreadable.
        status: the HTTP status of the answer; ``None`` where the connection was dropped.
        code: the error's code; ``None`` for a success, a drop, or an answer without code.
        request_id: the id in the answer.
        client_token: the request's client token, where the operation has one.
        applied: the keys that this call applied, in order.
        started: when the request was read, in seconds of the event loop's clock.
        ended: when the answer was decided, in seconds of the event loop's clock.
        replay: whether the answer was that of an earlier call with the same client token.
    """

    service: str
    operation: str
    items: tuple[Key, ...]
    status: int | None
    code: str | None
    request_id: str
    client_token: str | None
    applied: tuple[Key, ...]
    started: float
    ended: float
    replay: bool


class Ledger:
    """What was applied, how often, and by which calls.

    A call is in the ledger before its answer leaves. What takes an operation refuses a name that
    is not served, whose count would be 0 for ever.

    Args:
        keep_calls: whether each call is kept, or only their number.
        keep_applied: whether each applied key is kept, or only their number.
        served: the wire names that can be asked for; ``None`` refuses none.
    """

    def __init__(
        self,
        *,
        keep_calls: bool = True,
        keep_applied: bool = True,
        served: Collection[str] | None = None,
    ) -> None:
        self._keep_calls = keep_calls
        self._keep_applied = keep_applied
        self._served = served
        self._calls: list[ServedCall] = []
        self._applied: dict[str, Counter[Key]] = {}
        self._call_counts: Counter[str] = Counter()
        self._applied_counts: Counter[str] = Counter()
        self._replay_counts: Counter[str] = Counter()

    def __repr__(self) -> str:
        by_operation = ", ".join(f"{name} {count}" for name, count in self._call_counts.items())
        calls = f"{self.call_count()} calls" + (f" ({by_operation})" if by_operation else "")
        return f"<Ledger: {calls}, {self.applied_count()} items applied>"

    @property
    def calls(self) -> list[ServedCall]:
        """All calls, in the order in which they were decided.

        Raises:
            RuntimeError: the server was made with ``keep_calls=False``.
        """
        if not self._keep_calls:
            raise RuntimeError("calls are not kept: the server was made with keep_calls=False")
        return list(self._calls)

    def applied(self, operation: str | None = None) -> Counter[Key]:
        """Return how often each key was applied.

        Args:
            operation: the wire name of one operation; ``None`` adds up all.

        Raises:
            RuntimeError: the server was made with ``keep_applied=False``.
            ValueError: the operation is not served.
        """
        self._check(operation)
        if not self._keep_applied:
            raise RuntimeError("keys are not kept: the server was made with keep_applied=False")
        if operation is not None:
            return Counter(self._applied.get(operation))
        total: Counter[Key] = Counter()
        for counts in self._applied.values():
            total.update(counts)
        return total

    def call_count(self, operation: str | None = None) -> int:
        """Return how many calls came, with all that failed.

        Args:
            operation: the wire name of one operation; ``None`` adds up all.

        Raises:
            ValueError: the operation is not served.
        """
        return self._count(self._call_counts, operation)

    def applied_count(self, operation: str | None = None) -> int:
        """Return how many items were applied; one that was applied twice counts twice.

        Args:
            operation: the wire name of one operation; ``None`` adds up all.

        Raises:
            ValueError: the operation is not served.
        """
        return self._count(self._applied_counts, operation)

    def replay_count(self, operation: str | None = None) -> int:
        """Return how many calls got the answer of an earlier one, by their client token.

        Args:
            operation: the wire name of one operation; ``None`` adds up all.

        Raises:
            ValueError: the operation is not served.
        """
        return self._count(self._replay_counts, operation)

    def was_applied(self, operation: str, key: Key) -> bool:
        """Return whether the operation has applied the key before.

        Raises:
            ValueError: the operation is not served.
        """
        self._check(operation)
        counts = self._applied.get(operation)
        return counts is not None and key in counts

    def record(self, call: ServedCall) -> None:
        """Add a call."""
        operation = call.operation
        self._call_counts[operation] += 1
        if self._keep_calls:
            self._calls.append(call)
        if call.replay:
            self._replay_counts[operation] += 1
        if call.applied:
            self._applied_counts[operation] += len(call.applied)
            if self._keep_applied:
                self._applied.setdefault(operation, Counter()).update(call.applied)

    def reset(self) -> None:
        """Forget everything: items that were applied count as new again.

        Client tokens are the services' business, and still stand for their first answers.
        """
        self._calls.clear()
        self._applied.clear()
        self._call_counts.clear()
        self._applied_counts.clear()
        self._replay_counts.clear()

    def _count(self, counts: Counter[str], operation: str | None) -> int:
        self._check(operation)
        return counts.total() if operation is None else counts[operation]

    def _check(self, operation: str | None) -> None:
        if operation is not None and self._served is not None:
            check_served(operation, self._served)
