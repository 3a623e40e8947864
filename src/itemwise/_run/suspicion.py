"""Pure: whether rejections say the same, and how many in a row did."""

from __future__ import annotations

import re

from itemwise._errors import CallError

__all__ = ["Suspicion"]


class Suspicion:
    """Counts rejections in a row that say the same, with no answer in between.

    Attributes:
        episode: a number that changes when the counts start anew.
        alike: how many rejections there were.
        lone: how many of these were of a single item.
    """

    __slots__ = ("_answered", "_said", "alike", "episode", "lone")

    def __init__(self) -> None:
        self.episode = self.alike = self.lone = 0
        self._answered: int = 0
        self._said: tuple[str, frozenset[str]] | None = None

    def note(self, error: CallError, answered: int, *, lone: bool) -> None:
        """Take note of a rejection.

        Args:
            error: the rejection.
            answered: how many calls of the run were answered so far.
            lone: whether it was of a single item.
        """
        said = (error.code, _words(error.message))
        if said != self._said or answered != self._answered:
            self._said, self._answered, self.alike, self.lone = said, answered, 0, 0
            self.episode += 1
        self.alike += 1
        self.lone += lone


def _words(message: str) -> frozenset[str]:
    # Ids and numbers are what differs from one rejection to the next though they say the same. A
    # set, since some services list the values of the call, of which each part has fewer.
    return frozenset(word for word in re.findall(r"[\w-]+", message) if not _DIGIT.search(word))


_DIGIT = re.compile(r"\d")
