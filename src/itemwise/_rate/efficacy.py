"""Pure: whether throttles have to do with the rate at all."""

from __future__ import annotations

__all__ = ["Efficacy"]

_GAIN = 0.05
"""How fast the share of throttled calls is followed."""

_MANY, _MANY_CALLS = 0.2, 30
"""The share at which holding back does not help, and from how many calls on it counts."""

_TIMES = 12
"""How often the rate may give way in vain."""

_FEW = 8
"""Calls that prove little."""


class Efficacy:
    """Follows whether holding back helps.

    Where calls are throttled as much though the rate was lowered again and again, the rate is not
    the cause. Attempts are then free until most are throttled, and each time that this proves wrong
    it takes longer until the next time.
    """

    def __init__(self) -> None:
        self._share = self._believed_above = 0.0
        self._paced, self._gave_way, self._patience = 0, 0, 1

    @property
    def knows_little(self) -> bool:
        """Whether few calls were held back so far."""
        return self._paced < _FEW

    def accepted(self, *, paced: bool) -> None:
        """Take note of an accepted attempt."""
        self._share -= _GAIN * self._share
        self._paced += paced

    def gave_way(self) -> None:
        """Take note that the rate was lowered, since others seem to draw on the bucket."""
        self._gave_way += 1

    def helped(self) -> None:
        """Take note that the throttles were as the rate made expect."""
        self._gave_way = 0

    def throttled_free(self) -> bool:
        """Take note of a throttle while nothing is held back; tell whether to hold back now."""
        self._share += _GAIN * (1 - self._share)
        if self._share <= self._believed_above:
            return False
        self._believed_above, self._share, self._paced = 0.0, 0.0, 0
        return True

    def throttled_paced(self) -> bool:
        """Take note of a throttle of what was held back; tell whether that is in vain."""
        self._paced += 1
        self._share += _GAIN * (1 - self._share)
        many = self._share >= _MANY and self._paced >= _MANY_CALLS * self._patience
        if not many and self._gave_way < _TIMES * self._patience:
            return False
        self._patience *= 4
        self._gave_way = 0
        self._believed_above = max(0.5, min(0.9, 2 * self._share))
        return True
