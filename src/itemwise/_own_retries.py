"""How often a client tries by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["own_attempts"]

_BOTOCORE_ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}
"""Attempts by botocore's own default, by retry mode: botocore/retries and botocore/args.py."""


def own_attempts(client: AioBaseClient) -> int:
    """Tell how many attempts a client makes of one call: 1 where it does not retry."""
    # Config makes its attributes at run time, so that the stubs have none of them.
    retries: Mapping[str, object] = getattr(client.meta.config, "retries", None) or {}
    own = retries.get("total_max_attempts")
    if not isinstance(own, int):
        own = _BOTOCORE_ATTEMPTS.get(str(retries.get("mode", "legacy")), 3)
    return own
