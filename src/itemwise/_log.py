"""The log, of which a handler that raises does not change what becomes of items."""

from __future__ import annotations

import logging
from contextlib import suppress

__all__ = ["info", "warning"]

_logger = logging.getLogger("itemwise")


def info(message: str, *details: object) -> None:
    """Log what is worth to know."""
    with suppress(Exception):
        _logger.info(message, *details, stacklevel=2)


def warning(message: str, *details: object) -> None:
    """Log what is worth a look."""
    with suppress(Exception):
        _logger.warning(message, *details, stacklevel=2)
