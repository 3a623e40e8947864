"""The shared pace: how fast attempts of one client and operation may start."""

from __future__ import annotations

__all__ = ["Pace"]


class Pace:
    """Free until the first throttle."""

    async def turn(self) -> None:
        """Wait until the next attempt may start."""

    def accepted(self) -> None:
        """Take note of an attempt that was not throttled."""

    def throttled(self) -> None:
        """Take note of a throttled attempt, or of throttled items in an answered one."""
