# Generated from botocore 1.43.117; do not edit: see codegen/overlays/rekognition.toml.
"""Rekognition ``DisassociateFaces``: take faces off a user.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/rekognition-2016-06-27/DisassociateFaces
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
    "DisassociateFacesRequest",
    "DisassociateFacesResponse",
    "DisassociatedFace",
    "UnsuccessfulFaceDisassociation",
    "UnsuccessfulFaceDisassociationReason",
    "disassociate_faces",
]

CollectionId = Annotated[str, length(1, 255)]

UserId = Annotated[str, length(1, 128)]

ClientRequestToken = Annotated[str, length(1, 64)]


class UnsuccessfulFaceDisassociationReason(StrEnum):
    """Why a face was not taken off. All are final."""

    FACE_NOT_FOUND = "FACE_NOT_FOUND"
    ASSOCIATED_TO_A_DIFFERENT_USER = "ASSOCIATED_TO_A_DIFFERENT_USER"


class DisassociateFacesRequest(Request):
    """Which faces a user of a collection loses."""

    collection_id: Annotated[CollectionId, wire("CollectionId")]
    """The ID of an existing collection containing the UserID."""

    user_id: Annotated[UserId, wire("UserId")]
    """ID for the existing UserID."""

    face_ids: Annotated[RequestList[str], wire("FaceIds")]
    """An array of face IDs to disassociate from the UserID."""

    client_request_token: Annotated[ClientRequestToken | None, wire("ClientRequestToken")] = None
    """Idempotent token used to identify the request to ``DisassociateFaces``. If you use the same
    token with multiple ``DisassociateFaces`` requests, the same response is returned."""


class DisassociatedFace(ResponseShape):
    """A face that the user has lost."""

    face_id: Annotated[str | None, wire("FaceId")] = None
    """Unique identifier assigned to the face."""


class UnsuccessfulFaceDisassociation(ResponseShape):
    """A face that was not taken off the user, and why."""

    face_id: Annotated[str | None, wire("FaceId")] = None
    """A unique identifier assigned to the face."""

    user_id: Annotated[str | None, wire("UserId")] = None
    """A provided ID for the UserID."""

    reasons: Annotated[
        ResponseList[UnsuccessfulFaceDisassociationReason | str], wire("Reasons")
    ] = ()
    """The reason why the deletion was unsuccessful."""


class DisassociateFacesResponse(Response):
    """What became of each face. One that the user did not have is named in neither list."""

    disassociated_faces: Annotated[ResponseList[DisassociatedFace], wire("DisassociatedFaces")] = ()
    """An array of DissociatedFace objects containing FaceIds that are successfully disassociated
    with the UserID is returned."""

    unsuccessful_face_disassociations: Annotated[
        ResponseList[UnsuccessfulFaceDisassociation], wire("UnsuccessfulFaceDisassociations")
    ] = ()
    """An array of UnsuccessfulDisassociation objects containing FaceIds that are not successfully
    associated, along with the reasons for the failure to associate."""

    user_status: Annotated[UserStatus | str | None, OPEN_ENUM, wire("UserStatus")] = None
    """The status of an update made to a User."""


def _with_items(
    request: DisassociateFacesRequest, items: Sequence[str]
) -> DisassociateFacesRequest:
    return request.model_copy(
        update={
            "face_ids": tuple(items),
            "client_request_token": client_token(
                request.client_request_token, by_value, (items, request.face_ids)
            ),
        }
    )


def _verdicts(
    response: DisassociateFacesResponse,
) -> Iterable[Verdict[UnsuccessfulFaceDisassociation]]:
    for failed in response.unsuccessful_face_disassociations:
        yield Verdict(
            key=None if failed.face_id is None else (failed.face_id,),
            failed=True,
            entry=failed,
            code=failed.reasons[0] if failed.reasons else None,
        )
    for success in response.disassociated_faces:
        yield Verdict(
            key=None if success.face_id is None else (success.face_id,),
            failed=False,
            success=success,
        )


disassociate_faces: Final[
    Operation[
        DisassociateFacesRequest, DisassociateFacesResponse, str, UnsuccessfulFaceDisassociation
    ]
] = Operation(
    service="rekognition",
    name="DisassociateFaces",
    request=DisassociateFacesRequest,
    response=DisassociateFacesResponse,
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
"""Takes faces off a user of a collection, up to 100 in a call. Items are ids of faces. One that the
user did not have is named nowhere in the reply and ends as `Unknown`."""
