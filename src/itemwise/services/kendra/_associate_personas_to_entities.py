# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""Kendra ``AssociatePersonasToEntities``: give entities a persona.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/kendra-2019-02-03/AssociatePersonasToEntities
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    OPEN_ENUM,
    Request,
    RequestList,
    RequestShape,
    Response,
    ResponseList,
    length,
    wire,
)
from itemwise.services.kendra._shapes import FailedEntity

__all__ = [
    "AssociatePersonasToEntitiesRequest",
    "AssociatePersonasToEntitiesResponse",
    "EntityPersonaConfiguration",
    "Persona",
    "associate_personas_to_entities",
]

ExperienceId = Annotated[str, length(1, 36)]

IndexId = Annotated[str, length(36, 36)]

EntityId = Annotated[str, length(1, 47)]


class Persona(StrEnum):
    """What role an entity has."""

    OWNER = "OWNER"
    VIEWER = "VIEWER"


class EntityPersonaConfiguration(RequestShape):
    """One item: a user or group, and its role."""

    entity_id: Annotated[EntityId, wire("EntityId")]
    """The identifier of a user or group in your IAM Identity Center identity source."""

    persona: Annotated[Persona | str, OPEN_ENUM, wire("Persona")]
    """The persona that defines the specific permissions of the user or group in your IAM Identity
    Center identity source."""


class AssociatePersonasToEntitiesRequest(Request):
    """What ``AssociatePersonasToEntities`` is asked."""

    id: Annotated[ExperienceId, wire("Id")]
    """The identifier of your Amazon Kendra experience."""

    index_id: Annotated[IndexId, wire("IndexId")]
    """The identifier of the index for your Amazon Kendra experience."""

    personas: Annotated[RequestList[EntityPersonaConfiguration], wire("Personas")]
    """The personas that define the specific permissions of users or groups in your IAM Identity
    Center identity source."""


class AssociatePersonasToEntitiesResponse(Response):
    """What ``AssociatePersonasToEntities`` answers."""

    failed_entity_list: Annotated[ResponseList[FailedEntity], wire("FailedEntityList")] = ()
    """Lists the users or groups in your IAM Identity Center identity source that failed to properly
    configure with your Amazon Kendra experience."""


def _with_items(
    request: AssociatePersonasToEntitiesRequest, items: Sequence[EntityPersonaConfiguration]
) -> AssociatePersonasToEntitiesRequest:
    return request.model_copy(update={"personas": tuple(items)})


def _key(_position: int, item: EntityPersonaConfiguration) -> Key:
    return (item.entity_id,)


def _verdicts(response: AssociatePersonasToEntitiesResponse) -> Iterable[Verdict[FailedEntity]]:
    for entry in response.failed_entity_list:
        yield Verdict(
            key=None if entry.entity_id is None else (entry.entity_id,),
            failed=True,
            entry=entry,
            message=entry.error_message,
        )


associate_personas_to_entities: Final[
    Operation[
        AssociatePersonasToEntitiesRequest,
        AssociatePersonasToEntitiesResponse,
        EntityPersonaConfiguration,
        FailedEntity,
    ]
] = Operation(
    service="kendra",
    name="AssociatePersonasToEntities",
    request=AssociatePersonasToEntitiesRequest,
    response=AssociatePersonasToEntitiesResponse,
    max_items=25,
    items=attrgetter("personas"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # An entity has one persona: to give it the same one again changes nothing.
    idempotent=True,
    # An entry has no code.
    retryable_codes=frozenset(),
    # ResourceAlreadyExistException: "The resource you want to use already exists", and the items
    # are what is added. ValidationException: "The input fails to satisfy the constraints", those of
    # an entity included. ResourceNotFoundException is not here: the experience or the index, which
    # the request names for all items, can be what does not exist.
    item_error_codes=frozenset({"ResourceAlreadyExistException", "ValidationException"}),
    item_fields=("personas",),
)
"""Gives users and groups their role in a search experience, up to 25 in a call. Items are personas
of users and groups."""
