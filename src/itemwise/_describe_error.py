"""Pure: an exception that is not ours is described without quoting items or replies."""

from __future__ import annotations

__all__ = ["describe_error"]


def describe_error(error: Exception, *harmless: type[Exception]) -> str:
    """Name an exception, with its words where they cannot hold what an item or a reply does.

    Those of a `TypeError` or an `AttributeError` speak of types alone. Those of others, such as a
    `KeyError`, can be the item itself: they are left to the ``__cause__``.

    Args:
        error: the exception.
        *harmless: further kinds whose words can be shown.
    """
    kind = type(error).__name__
    if isinstance(error, (TypeError, AttributeError, *harmless)):
        return f"{kind}: {error}"
    return f"{kind} (what it says is in the __cause__, for it may quote data)"
