# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""Kendra ``DisassociatePersonasFromEntities``: take their personas off entities.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/kendra-2019-02-03/DisassociatePersonasFromEntities
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    length,
    wire,
)
from itemwise.services.kendra._shapes import FailedEntity

__all__ = [
    "DisassociatePersonasFromEntitiesRequest",
    "DisassociatePersonasFromEntitiesResponse",
    "disassociate_personas_from_entities",
]

ExperienceId = Annotated[str, length(1, 36)]

IndexId = Annotated[str, length(36, 36)]

EntityId = Annotated[str, length(1, 47)]


class DisassociatePersonasFromEntitiesRequest(Request):
    """What ``DisassociatePersonasFromEntities`` is asked."""

    id: Annotated[ExperienceId, wire("Id")]
    """The identifier of your Amazon Kendra experience."""

    index_id: Annotated[IndexId, wire("IndexId")]
    """The identifier of the index for your Amazon Kendra experience."""

    entity_ids: Annotated[RequestList[EntityId], wire("EntityIds")]
    """The identifiers of users or groups in your IAM Identity Center identity source."""


class DisassociatePersonasFromEntitiesResponse(Response):
    """What ``DisassociatePersonasFromEntities`` answers."""

    failed_entity_list: Annotated[ResponseList[FailedEntity], wire("FailedEntityList")] = ()
    """Lists the users or groups in your IAM Identity Center identity source that failed to properly
    remove access to your Amazon Kendra experience."""


def _with_items(
    request: DisassociatePersonasFromEntitiesRequest, items: Sequence[str]
) -> DisassociatePersonasFromEntitiesRequest:
    return request.model_copy(update={"entity_ids": tuple(items)})


def _verdicts(
    response: DisassociatePersonasFromEntitiesResponse,
) -> Iterable[Verdict[FailedEntity]]:
    for entry in response.failed_entity_list:
        yield Verdict(
            key=None if entry.entity_id is None else (entry.entity_id,),
            failed=True,
            entry=entry,
            message=entry.error_message,
        )


disassociate_personas_from_entities: Final[
    Operation[
        DisassociatePersonasFromEntitiesRequest,
        DisassociatePersonasFromEntitiesResponse,
        str,
        FailedEntity,
    ]
] = Operation(
    service="kendra",
    name="DisassociatePersonasFromEntities",
    request=DisassociatePersonasFromEntitiesRequest,
    response=DisassociatePersonasFromEntitiesResponse,
    max_items=25,
    items=attrgetter("entity_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # An entry has no code.
    retryable_codes=frozenset(),
    # "The input fails to satisfy the constraints", those of an entity included.
    # ResourceNotFoundException is not here: the experience or the index, which the request names
    # for all items, can be what does not exist.
    item_error_codes=frozenset({"ValidationException"}),
    item_fields=("entity_ids",),
)
"""Takes their role in a search experience off users and groups, up to 25 in a call. Items are ids
of users and groups."""
