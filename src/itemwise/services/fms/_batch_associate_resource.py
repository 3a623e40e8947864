# Generated from botocore 1.43.117; do not edit: see codegen/overlays/fms.toml.
"""FMS ``BatchAssociateResource``: put resources into a Firewall Manager resource set.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/fms/2018-01-01/APIReference/API_BatchAssociateResource.html
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
from itemwise.services.fms._shapes import FailedItem

__all__ = [
    "BatchAssociateResourceRequest",
    "BatchAssociateResourceResponse",
    "batch_associate_resource",
]

Identifier = Annotated[str, length(1, 2048)]


class BatchAssociateResourceRequest(Request):
    """Which resources join which resource set."""

    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]
    """The id of the resource set that the resources join, 1 to 2048 characters: letters, numbers,
    spaces and any of ``_.:/=+-@``."""

    items: Annotated[RequestList[Identifier], wire("Items")]
    """The ARNs of the resources, 1 to 2048 characters each, of the same kinds as the id's."""


class BatchAssociateResourceResponse(Response):
    """Which resources stayed out: one that is not named here has joined the set."""

    resource_set_identifier: Annotated[str | None, wire("ResourceSetIdentifier")] = None
    """The id of the resource set, as it was sent."""

    failed_items: Annotated[ResponseList[FailedItem], wire("FailedItems")] = ()
    """The resources that stayed out of the set."""


def _with_items(
    request: BatchAssociateResourceRequest, items: Sequence[str]
) -> BatchAssociateResourceRequest:
    return request.model_copy(update={"items": tuple(items)})


def _verdicts(response: BatchAssociateResourceResponse) -> Iterable[Verdict[FailedItem]]:
    for entry in response.failed_items:
        yield Verdict(
            key=None if entry.uri is None else (entry.uri,),
            failed=True,
            entry=entry,
            code=entry.reason,
        )


batch_associate_resource: Final[
    Operation[BatchAssociateResourceRequest, BatchAssociateResourceResponse, str, FailedItem]
] = Operation(
    service="fms",
    name="BatchAssociateResource",
    request=BatchAssociateResourceRequest,
    response=BatchAssociateResourceResponse,
    # Neither the model nor the API page gives a limit.
    max_items=100,
    items=attrgetter("items"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A set holds a resource once: to put it in again changes nothing.
    idempotent=True,
    # All six reasons speak of the ARN itself, and are final.
    retryable_codes=frozenset(),
    # InvalidInputException: "The parameters of the request were invalid", a malformed URI included.
    # ResourceNotFoundException is not here: what the request names for all items, the resource set,
    # "was not found".
    item_error_codes=frozenset({"InvalidInputException"}),
    item_fields=("items",),
)
"""Puts resources into a resource set, up to 100 in a call. Items are ARNs."""
