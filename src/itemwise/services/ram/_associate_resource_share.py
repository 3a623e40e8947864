# Generated from botocore 1.43.117; do not edit: see codegen/overlays/ram.toml.
"""RAM ``AssociateResourceShare``: add principals, resources and sources to a share.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/ram/latest/APIReference/API_AssociateResourceShare.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict, by_value, client_token
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    wire,
)
from itemwise.services.ram._shapes import (
    ResourceShareAssociation,
    ResourceShareAssociationStatus,
    ResourceShareAssociationType,
    SharedEntity,
)

__all__ = [
    "AssociateResourceShareRequest",
    "AssociateResourceShareResponse",
    "associate_resource_share",
]


class AssociateResourceShareRequest(Request):
    """What joins which resource share. The items of a batch are those of the three lists."""

    resource_share_arn: Annotated[str, wire("resourceShareArn")]
    """The ARN of the resource share."""

    principals: Annotated[RequestList[str] | None, wire("principals")] = None
    """Who gets access: ids of accounts, names of service principals, and ARNs of organizations,
    organizational units, IAM roles and IAM users. 100 items in a call, over the three lists."""

    resource_arns: Annotated[RequestList[str] | None, wire("resourceArns")] = None
    """The ARNs of the resources to share."""

    sources: Annotated[RequestList[str] | None, wire("sources")] = None
    """The source constraints to add: accounts, ARNs, ids or paths of organizations."""

    client_token: Annotated[str | None, wire("clientToken")] = None
    """What makes a repetition of the call harmless, best a UUID. A token belongs to one payload:
    with another one the service refuses it. A call without one makes its own, and so does each of
    the calls into which a batch is cut. A batch that is one call has yours, also where equal items
    of it travel once."""


class AssociateResourceShareResponse(Response):
    """Where each entity of the request stands now."""

    resource_share_associations: Annotated[
        ResponseList[ResourceShareAssociation], wire("resourceShareAssociations")
    ] = ()
    """The entities, whether their addition has begun or failed."""

    client_token: Annotated[str | None, wire("clientToken")] = None
    """The token of the call, for a repetition with the same payload."""


_FIELDS: Final = {
    ResourceShareAssociationType.PRINCIPAL: "principals",
    ResourceShareAssociationType.RESOURCE: "resource_arns",
    ResourceShareAssociationType.SOURCE: "sources",
}


def _items(request: AssociateResourceShareRequest) -> Sequence[SharedEntity]:
    return [
        SharedEntity(association_type=association_type, entity=entity)
        for association_type, field in _FIELDS.items()
        for entity in getattr(request, field) or ()
    ]


def _with_items(
    request: AssociateResourceShareRequest, items: Sequence[SharedEntity]
) -> AssociateResourceShareRequest:
    lists: dict[str, list[str]] = {field: [] for field in _FIELDS.values()}
    for item in items:
        lists[_FIELDS[item.association_type]].append(item.entity)
    update: dict[str, object] = {field: tuple(list_) or None for field, list_ in lists.items()}
    pairs = [(list_, getattr(request, field)) for field, list_ in lists.items()]
    # botocore makes no token: its model lacks the trait that asks for one.
    update["client_token"] = client_token(request.client_token, by_value, *pairs)
    return request.model_copy(update=update)


def _key(_position: int, item: SharedEntity) -> Key:
    return (str(item.association_type), item.entity)


# Looked up once: on Python 3.11 naming an enum's member takes a call.
_FAILED: Final = ResourceShareAssociationStatus.FAILED


def _verdicts(
    response: AssociateResourceShareResponse,
) -> Iterable[Verdict[ResourceShareAssociation]]:
    for entry in response.resource_share_associations:
        kind, name = entry.association_type, entry.associated_entity
        key = None if kind is None or name is None else (str(kind), name)
        if entry.status == _FAILED:
            yield Verdict(
                key=key, failed=True, entry=entry, code=entry.status, message=entry.status_message
            )
        else:
            yield Verdict(key=key, failed=False, success=entry)


associate_resource_share: Final[
    Operation[
        AssociateResourceShareRequest,
        AssociateResourceShareResponse,
        SharedEntity,
        ResourceShareAssociation,
    ]
] = Operation(
    service="ram",
    name="AssociateResourceShare",
    request=AssociateResourceShareRequest,
    response=AssociateResourceShareResponse,
    # ResourceShareLimitExceededException: "up to 100 resources per call". For principals, sources
    # and all three together no limit is documented.
    max_items=100,
    items=_items,
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists every item, with its status.
    silence_is_success=False,
    # A client token is pinned by with_items.
    idempotent=True,
    # A status is no code that could tell what may pass.
    retryable_codes=frozenset(),
    # MalformedArnException: an ARN "has a format that isn't valid"; InvalidParameterException: "a
    # parameter you specified isn't valid"; UnknownResourceException: "a specified resource couldn't
    # be found". Each can be of an item, or of the share, which the request names for all items.
    item_error_codes=frozenset(
        {"InvalidParameterException", "MalformedArnException", "UnknownResourceException"}
    ),
    item_fields=tuple(_FIELDS.values()),
)
"""Adds entities to a resource share, up to 100 in a call. Items are `SharedEntity`."""
