"""What a client token stands for: the answer of the first call that had it."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Replays"]


class Replays:
    """The answers that client tokens stand for."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], tuple[Mapping[str, object], Mapping[str, object]]] = {}

    def find(
        self, operation: str, token: str
    ) -> tuple[Mapping[str, object], Mapping[str, object]] | None:
        """Return the request's and the answer's members of the call that had the token."""
        return self._answers.get((operation, token))

    def keep(
        self,
        operation: str,
        token: str,
        members: Mapping[str, object],
        reply: Mapping[str, object],
    ) -> None:
        """Remember a call that was applied."""
        self._answers[operation, token] = (members, reply)
