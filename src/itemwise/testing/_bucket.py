"""A token bucket: how AWS throttles."""

from __future__ import annotations

__all__ = ["TokenBucket"]


class TokenBucket:
    """Fills at a rate, holds a burst, and gives a token to each call that it lets through.

    It is full at first. It reads no clock: whoever asks tells the time, in seconds.

    Attributes:
        rate: tokens a second. Set here, it holds from the last call on; `change` sets it from a
            time on.
        burst: the tokens that it holds at most.

    Args:
        rate: tokens a second.
        burst: the tokens that it holds at most.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = burst
        self._filled = 0.0

    def take(self, now: float) -> bool:
        """Take a token, and tell whether there was one."""
        self._fill(now)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def change(self, rate: float, now: float) -> None:
        """Fill at another rate from now on."""
        self._fill(now)
        self.rate = rate

    def _fill(self, now: float) -> None:
        self._tokens = min(self.burst, self._tokens + (now - self._filled) * self.rate)
        self._filled = now
