"""How often a client tries by itself, and a warning where that multiplies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakSet

from itemwise._log import warning

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["own_attempts", "warn_of_own_retries"]

_warned: WeakSet[AioBaseClient] = WeakSet()

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


def warn_of_own_retries(client: AioBaseClient, attempts: int) -> None:
    """Log once for a client that still retries by itself, and say how attempts multiply.

    Args:
        client: an aiobotocore client.
        attempts: the most attempts that itemwise makes.
    """
    if client in _warned:
        return
    _warned.add(client)
    own = own_attempts(client)
    if own > 1:
        warning(
            "the client of %s retries by itself (%d attempts), and itemwise up to %d: one call "
            "can become %d requests. Use itemwise.open_client, or the configuration "
            'retries={"total_max_attempts": 1}',
            client.meta.service_model.service_name,
            own,
            attempts,
            own * attempts,
        )
