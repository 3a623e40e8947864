# Generated from botocore 1.43.117; do not edit: see codegen/overlays/rekognition.toml.
"""What LocalAWS serves of Rekognition."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="rekognition",
        operation="AssociateFaces",
        items=(ItemList(member="FaceIds"),),
        limit=100,
        failures=EntryList(
            member="UnsuccessfulFaceAssociations",
            names=(("FaceId", ""),),
            code="Reasons[]",
            shared=(("UserId", "UserId"),),
        ),
        successes=EntryList(member="AssociatedFaces", names=(("FaceId", ""),)),
        validation_error="InvalidParameterException",
        item_code="FACE_NOT_FOUND",
        item_message="The face was not found.",
        client_token="ClientRequestToken",  # noqa: S106 - no secret
    ),
    ServedOperation(
        service="rekognition",
        operation="DisassociateFaces",
        items=(ItemList(member="FaceIds"),),
        limit=100,
        failures=EntryList(
            member="UnsuccessfulFaceDisassociations",
            names=(("FaceId", ""),),
            code="Reasons[]",
            shared=(("UserId", "UserId"),),
        ),
        successes=EntryList(member="DisassociatedFaces", names=(("FaceId", ""),)),
        validation_error="InvalidParameterException",
        item_code="FACE_NOT_FOUND",
        item_message="The face was not found.",
        client_token="ClientRequestToken",  # noqa: S106 - no secret
    ),
)
