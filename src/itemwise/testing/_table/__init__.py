# Generated from botocore 1.43.117; do not edit: see codegen/overlays/*.toml.
"""The operations that the server knows by itself: the only module that names services."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import ServedOperation
from itemwise.testing._table.appstream import ROWS as APPSTREAM
from itemwise.testing._table.auditmanager import ROWS as AUDITMANAGER
from itemwise.testing._table.billingconductor import ROWS as BILLINGCONDUCTOR
from itemwise.testing._table.chime_sdk_voice import ROWS as CHIME_SDK_VOICE
from itemwise.testing._table.codecommit import ROWS as CODECOMMIT
from itemwise.testing._table.connect import ROWS as CONNECT
from itemwise.testing._table.fms import ROWS as FMS
from itemwise.testing._table.greengrassv2 import ROWS as GREENGRASSV2
from itemwise.testing._table.guardduty import ROWS as GUARDDUTY
from itemwise.testing._table.inspector2 import ROWS as INSPECTOR2
from itemwise.testing._table.iotsitewise import ROWS as IOTSITEWISE
from itemwise.testing._table.kafka import ROWS as KAFKA
from itemwise.testing._table.kendra import ROWS as KENDRA
from itemwise.testing._table.ram import ROWS as RAM
from itemwise.testing._table.rekognition import ROWS as REKOGNITION
from itemwise.testing._table.securityagent import ROWS as SECURITYAGENT
from itemwise.testing._table.servicecatalog import ROWS as SERVICECATALOG

__all__ = ["SERVED_OPERATIONS"]

SERVED_OPERATIONS: Final[tuple[ServedOperation, ...]] = (
    *APPSTREAM,
    *AUDITMANAGER,
    *BILLINGCONDUCTOR,
    *CHIME_SDK_VOICE,
    *CODECOMMIT,
    *CONNECT,
    *FMS,
    *GREENGRASSV2,
    *GUARDDUTY,
    *INSPECTOR2,
    *IOTSITEWISE,
    *KAFKA,
    *KENDRA,
    *RAM,
    *REKOGNITION,
    *SECURITYAGENT,
    *SERVICECATALOG,
)
"""One row per operation. `LocalAWS` takes further rows, and a later row replaces an earlier one."""
