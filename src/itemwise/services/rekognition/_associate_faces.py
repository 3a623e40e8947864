# Generated from botocore 1.43.117; do not edit: see codegen/overlays/rekognition.toml.
"""Rekognition ``AssociateFaces``: give a user faces.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/rekognition-2016-06-27/AssociateFaces
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value, client_token
from itemwise._shape import (
    OPEN_ENUM,
    Request,
    RequestList,
    Response,
    ResponseList,
    ResponseShape,
    length,
    wire,
)
from itemwise.services.rekognition._shapes import UserStatus

__all__ = [
    "AssociateFacesRequest",
    "AssociateFacesResponse",
    "AssociatedFace",
    "UnsuccessfulFaceAssociation",
    "UnsuccessfulFaceAssociationReason",
    "associate_faces",
]

CollectionId = Annotated[str, length(1, 255)]

UserId = Annotated[str, length(1, 128)]

ClientRequestToken = Annotated[str, length(1, 64)]


class UnsuccessfulFaceAssociationReason(StrEnum):
    """Why a face was not associated. All are final."""

    FACE_NOT_FOUND = "FACE_NOT_FOUND"
    ASSOCIATED_TO_A_DIFFERENT_USER = "ASSOCIATED_TO_A_DIFFERENT_USER"
    LOW_MATCH_CONFIDENCE = "LOW_MATCH_CONFIDENCE"


class AssociateFacesRequest(Request):
    """Which faces a user of a collection gets."""

    collection_id: Annotated[CollectionId, wire("CollectionId")]
    """The ID of an existing collection containing the UserID."""

    user_id: Annotated[UserId, wire("UserId")]
    """The ID for the existing UserID."""

    face_ids: Annotated[RequestList[str], wire("FaceIds")]
    """An array of FaceIDs to associate with the UserID."""

    user_match_threshold: Annotated[float | None, wire("UserMatchThreshold")] = None
    """An optional value specifying the minimum confidence in the UserID match to return."""

    client_request_token: Annotated[ClientRequestToken | None, wire("ClientRequestToken")] = None
    """Idempotent token used to identify the request to ``AssociateFaces``. If you use the same
    token with multiple ``AssociateFaces`` requests, the same response is returned."""


class AssociatedFace(ResponseShape):
    """A face that the user has now."""

    face_id: Annotated[str | None, wire("FaceId")] = None
    """Unique identifier assigned to the face."""


class UnsuccessfulFaceAssociation(ResponseShape):
    """A face that the user did not get, and why."""

    face_id: Annotated[str | None, wire("FaceId")] = None
    """A unique identifier assigned to the face."""

    user_id: Annotated[str | None, wire("UserId")] = None
    """A provided ID for the UserID."""

    confidence: Annotated[float | None, wire("Confidence")] = None
    """Match confidence with the UserID, provides information regarding if a face association was
    unsuccessful because it didn't meet UserMatchThreshold."""

    reasons: Annotated[ResponseList[UnsuccessfulFaceAssociationReason | str], wire("Reasons")] = ()
    """The reason why the association was unsuccessful."""


class AssociateFacesResponse(Response):
    """What became of each face. One that the user had before is named in neither list."""

    associated_faces: Annotated[ResponseList[AssociatedFace], wire("AssociatedFaces")] = ()
    """An array of AssociatedFace objects containing FaceIDs that have been successfully associated
    with the UserID."""

    unsuccessful_face_associations: Annotated[
        ResponseList[UnsuccessfulFaceAssociation], wire("UnsuccessfulFaceAssociations")
    ] = ()
    """An array of UnsuccessfulAssociation objects containing FaceIDs that are not successfully
    associated along with the reasons."""

    user_status: Annotated[UserStatus | str | None, OPEN_ENUM, wire("UserStatus")] = None
    """The status of an update made to a UserID."""


def _with_items(request: AssociateFacesRequest, items: Sequence[str]) -> AssociateFacesRequest:
    return request.model_copy(
        update={
            "face_ids": tuple(items),
            "client_request_token": client_token(
                request.client_request_token, by_value, (items, request.face_ids)
            ),
        }
    )


def _verdicts(response: AssociateFacesResponse) -> Iterable[Verdict[UnsuccessfulFaceAssociation]]:
    for failed in response.unsuccessful_face_associations:
        yield Verdict(
            key=None if failed.face_id is None else (failed.face_id,),
            failed=True,
            entry=failed,
            code=failed.reasons[0] if failed.reasons else None,
        )
    for success in response.associated_faces:
        yield Verdict(
            key=None if success.face_id is None else (success.face_id,),
            failed=False,
            success=success,
        )


associate_faces: Final[
    Operation[AssociateFacesRequest, AssociateFacesResponse, str, UnsuccessfulFaceAssociation]
] = Operation(
    service="rekognition",
    name="AssociateFaces",
    request=AssociateFacesRequest,
    response=AssociateFacesResponse,
    max_items=100,
    items=attrgetter("face_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # A client token is pinned by with_items.
    idempotent=True,
    # All reasons speak of the face itself, and are final.
    retryable_codes=frozenset(),
    # "Input parameter violated a constraint", that of a face id included. ResourceNotFoundException
    # is not here: the collection or the user, which the request names for all items, can be what is
    # not found.
    item_error_codes=frozenset({"InvalidParameterException"}),
    item_fields=("face_ids",),
)
"""Gives a user of a collection faces, up to 100 in a call. Items are ids of faces. One that the
user had before is named nowhere in the reply and ends as `Unknown`."""
