# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""Kendra ``AssociateEntitiesToExperience``: let entities into an experience.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/kendra-2019-02-03/AssociateEntitiesToExperience
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    length,
    wire,
)
from itemwise.services.kendra._shapes import EntityConfiguration, FailedEntity

__all__ = [
    "AssociateEntitiesToExperienceRequest",
    "AssociateEntitiesToExperienceResponse",
    "associate_entities_to_experience",
]

ExperienceId = Annotated[str, length(1, 36)]

IndexId = Annotated[str, length(36, 36)]


class AssociateEntitiesToExperienceRequest(Request):
    """What ``AssociateEntitiesToExperience`` is asked."""

    id: Annotated[ExperienceId, wire("Id")]
    """The identifier of your Amazon Kendra experience."""

    index_id: Annotated[IndexId, wire("IndexId")]
    """The identifier of the index for your Amazon Kendra experience."""

    entity_list: Annotated[RequestList[EntityConfiguration], wire("EntityList")]
    """Lists users or groups in your IAM Identity Center identity source."""


class AssociateEntitiesToExperienceResponse(Response):
    """What ``AssociateEntitiesToExperience`` answers."""

    failed_entity_list: Annotated[ResponseList[FailedEntity], wire("FailedEntityList")] = ()
    """Lists the users or groups in your IAM Identity Center identity source that failed to properly
    configure with your Amazon Kendra experience."""


def _with_items(
    request: AssociateEntitiesToExperienceRequest, items: Sequence[EntityConfiguration]
) -> AssociateEntitiesToExperienceRequest:
    return request.model_copy(update={"entity_list": tuple(items)})


def _key(_position: int, item: EntityConfiguration) -> Key:
    return (item.entity_id,)


def _verdicts(response: AssociateEntitiesToExperienceResponse) -> Iterable[Verdict[FailedEntity]]:
    for entry in response.failed_entity_list:
        yield Verdict(
            key=None if entry.entity_id is None else (entry.entity_id,),
            failed=True,
            entry=entry,
            message=entry.error_message,
        )


associate_entities_to_experience: Final[
    Operation[
        AssociateEntitiesToExperienceRequest,
        AssociateEntitiesToExperienceResponse,
        EntityConfiguration,
        FailedEntity,
    ]
] = Operation(
    service="kendra",
    name="AssociateEntitiesToExperience",
    request=AssociateEntitiesToExperienceRequest,
    response=AssociateEntitiesToExperienceResponse,
    max_items=20,
    items=attrgetter("entity_list"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # An association stands once: to ask for it again changes nothing.
    idempotent=True,
    # An entry has no code.
    retryable_codes=frozenset(),
    # ResourceAlreadyExistException: "The resource you want to use already exists", and the items
    # are what is added. ValidationException: "The input fails to satisfy the constraints", those of
    # an entity included. ResourceNotFoundException is not here: the experience or the index, which
    # the request names for all items, can be what does not exist.
    item_error_codes=frozenset({"ResourceAlreadyExistException", "ValidationException"}),
    item_fields=("entity_list",),
)
"""Lets users and groups into a search experience, up to 20 in a call. Items are users and
groups."""
