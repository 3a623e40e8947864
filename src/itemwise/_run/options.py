"""Options that no run or stream can have are refused by name, before anything is sent.

Apart from `_call.arguments`: who makes single calls needs no pace, and is not to wait until it is
imported.
"""

from __future__ import annotations

import math
from typing import Any

from itemwise._argument_types import check_flag, check_number, check_whole
from itemwise._description import Description
from itemwise._pace import Pace

__all__ = ["check_options"]


def check_options(
    operation: Description[Any, Any, Any, Any],
    *,
    concurrency: object,
    chunk_size: object,
    timeout: object,
    isolate: object,
    pace: object,
) -> None:
    """Refuse nonsensical options of a run.

    Raises:
        TypeError: an option is of another kind, which the message gives.
        ValueError: an option is out of its range, which the message gives.
    """
    if check_whole("concurrency", concurrency) < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    limit = operation.max_items
    if chunk_size is not None and not 1 <= check_whole("chunk_size", chunk_size) <= limit:
        raise ValueError(
            f"chunk_size must be from 1 to {limit}, the limit of {operation.name}, not {chunk_size}"
        )
    if timeout is not None:
        seconds = check_number("timeout", timeout, "seconds", absent=" or None")
        if math.isnan(seconds) or seconds < 0:
            raise ValueError(f"timeout must be a number of seconds from 0, not {timeout}")
    check_flag("isolate", isolate)
    if pace is not None and not isinstance(pace, Pace):
        raise TypeError(f"pace must be a Pace or None, not {pace!r}")
