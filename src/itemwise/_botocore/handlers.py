"""Handlers of one operation's events on a client, called before all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.hooks import BaseEventHooks

__all__ = ["register_once"]

_registered: WeakKeyDictionary[BaseEventHooks, set[tuple[str, str]]] = WeakKeyDictionary()
"""For which operations clients have handlers, and of which purpose: by their events, which a proxy
of a client shows as well."""


def register_once(
    client: AioBaseClient, operation: str, purpose: str, handlers: Mapping[str, Callable[..., None]]
) -> bool:
    """Register handlers of an operation's events, unless that was done; tell whether it was not.

    Args:
        client: the client that makes the calls.
        operation: the operation's wire name.
        purpose: what tells these handlers from others of ours.
        handlers: by the first part of the event's name.
    """
    registered = _registered.setdefault(client.meta.events, set())
    if (operation, purpose) in registered:
        return False
    registered.add((operation, purpose))
    service = client.meta.service_model.service_id.hyphenize()
    for event, handler in handlers.items():
        # The most specific name is served first. botocore passes over an id that it has seen, at
        # whichever event: each operation needs its own.
        name = f"{event}.{service}.{operation}"
        client.meta.events.register_first(name, handler, unique_id=f"itemwise-{name}")
    return True
