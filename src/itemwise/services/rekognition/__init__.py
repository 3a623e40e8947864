# Generated from botocore 1.43.117; do not edit: see codegen/overlays/rekognition.toml.
"""Amazon Rekognition."""

from itemwise.services.rekognition._associate_faces import (
    AssociatedFace,
    AssociateFacesRequest,
    AssociateFacesResponse,
    UnsuccessfulFaceAssociation,
    UnsuccessfulFaceAssociationReason,
    associate_faces,
)
from itemwise.services.rekognition._disassociate_faces import (
    DisassociatedFace,
    DisassociateFacesRequest,
    DisassociateFacesResponse,
    UnsuccessfulFaceDisassociation,
    UnsuccessfulFaceDisassociationReason,
    disassociate_faces,
)
from itemwise.services.rekognition._shapes import UserStatus

__all__ = [
    "AssociateFacesRequest",
    "AssociateFacesResponse",
    "AssociatedFace",
    "DisassociateFacesRequest",
    "DisassociateFacesResponse",
    "DisassociatedFace",
    "UnsuccessfulFaceAssociation",
    "UnsuccessfulFaceAssociationReason",
    "UnsuccessfulFaceDisassociation",
    "UnsuccessfulFaceDisassociationReason",
    "UserStatus",
    "associate_faces",
    "disassociate_faces",
]
