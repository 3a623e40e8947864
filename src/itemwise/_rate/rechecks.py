"""Pure: how soon to look again at a bucket that was found empty while the rate is sought."""

from __future__ import annotations

__all__ = ["LONGEST_WAIT", "Rechecks"]

_SHORTER, LONGEST_WAIT, _STEP = 0.5, 1.0, 0.0165
"""Seconds between two looks, at most: soon, since another process may leave just a little, and more
patiently with each time."""

_WINDOWS = 8
"""A look comes after so many times the time in which nothing has flowed in."""


class Rechecks:
    """Counts how often a bucket was found empty."""

    def __init__(self) -> None:
        self._empties = 0

    def wait(self, empty: float) -> float:
        """Tell how many seconds to wait, after so many in which nothing has flowed in."""
        self._empties += 1
        longest = max(_SHORTER, min(LONGEST_WAIT, _STEP * self._empties))
        return min(_WINDOWS * empty, longest)
