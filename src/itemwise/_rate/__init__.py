"""Pure: find the rate that a service accepts, and stay just under it. Time comes from outside."""

from itemwise._rate.finder import RateFinder
from itemwise._rate.fixed import FixedRate
from itemwise._rate.window import Start

__all__ = ["FixedRate", "RateFinder", "Start"]
