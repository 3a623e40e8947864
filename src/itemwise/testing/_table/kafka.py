# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kafka.toml.
"""What LocalAWS serves of MSK."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="kafka",
        operation="BatchAssociateScramSecret",
        items=(ItemList(member="SecretArnList"),),
        limit=10,
        failures=EntryList(
            member="UnprocessedScramSecrets",
            names=(("SecretArn", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        echo=("ClusterArn",),
        validation_error="BadRequestException",
        throttle_error="TooManyRequestsException",
        item_message="The secret was not found.",
    ),
    ServedOperation(
        service="kafka",
        operation="BatchDisassociateScramSecret",
        items=(ItemList(member="SecretArnList"),),
        limit=10,
        failures=EntryList(
            member="UnprocessedScramSecrets",
            names=(("SecretArn", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        echo=("ClusterArn",),
        validation_error="BadRequestException",
        throttle_error="TooManyRequestsException",
        item_message="The secret is not associated.",
    ),
)
