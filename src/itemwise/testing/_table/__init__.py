# Generated from botocore 1.43.117; do not edit: see codegen/overlays/*.toml.
"""The operations that the server knows by itself: the one room that names services."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import ServedOperation
from itemwise.testing._table.connect import ROWS as CONNECT
from itemwise.testing._table.fms import ROWS as FMS
from itemwise.testing._table.greengrassv2 import ROWS as GREENGRASSV2
from itemwise.testing._table.inspector2 import ROWS as INSPECTOR2
from itemwise.testing._table.ram import ROWS as RAM

__all__ = ["SERVED_OPERATIONS"]

SERVED_OPERATIONS: Final[tuple[ServedOperation, ...]] = (
    *CONNECT,
    *FMS,
    *GREENGRASSV2,
    *INSPECTOR2,
    *RAM,
)
"""One row per operation. `LocalAWS` takes further rows, and a later row replaces an earlier one."""
