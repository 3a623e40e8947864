"""The retries of a client itself: how many, a warning where they multiply, and how to have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from botocore import handlers

from itemwise._log import warning

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["NO_RETRIES", "forget_retries", "warn_of_own_retries"]

NO_RETRIES: Final = {"total_max_attempts": 1, "mode": "legacy"}
"""In the legacy mode alone all handlers of retries can be unregistered by their names."""

_warned: WeakSet[AioBaseClient] = WeakSet()

_BOTOCORE_ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}
"""Attempts by botocore's own default, by retry mode: botocore/retries and botocore/args.py."""


def forget_retries(client: AioBaseClient) -> None:
    """Take out what a client has for retries, where its configuration is `NO_RETRIES`."""
    events = client.meta.events
    # botocore's handler would look at each reply, only to find that it has no attempt left.
    service = client.meta.service_model.service_id.hyphenize()
    events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
    # Two headers would call each attempt the first: what follows is another call to botocore. The
    # function that sets them is botocore's own affair, and may one day have another name.
    if count_attempts := getattr(handlers, "add_retry_headers", None):
        events.unregister("request-created", count_attempts)


def _own_attempts(client: AioBaseClient) -> int:
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
    own = _own_attempts(client)
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
