# Generated from botocore 1.43.117; do not edit: see codegen/overlays/fms.toml.
"""FMS ``BatchDisassociateResource``: take resources out of a Firewall Manager resource set.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/fms/2018-01-01/APIReference/API_BatchDisassociateResource.html
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
    "BatchDisassociateResourceRequest",
    "BatchDisassociateResourceResponse",
    "batch_disassociate_resource",
]

Identifier = Annotated[str, length(1, 2048)]


class BatchDisassociateResourceRequest(Request):
    """Which resources leave which resource set."""

    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]
    """The id of the resource set that the resources leave, 1 to 2048 characters: letters, numbers,
    spaces and any of ``_.:/=+-@``."""

    items: Annotated[RequestList[Identifier], wire("Items")]
    """The ARNs of the resources, 1 to 2048 characters each, of the same kinds as the id's."""


class BatchDisassociateResourceResponse(Response):
    """Which resources stayed: one that is not named here has left the set."""

    resource_set_identifier: Annotated[str | None, wire("ResourceSetIdentifier")] = None
    """The id of the resource set, as it was sent."""

    failed_items: Annotated[ResponseList[FailedItem], wire("FailedItems")] = ()
    """The resources that stayed in the set."""


def _with_items(
    request: BatchDisassociateResourceRequest, items: Sequence[str]
) -> BatchDisassociateResourceRequest:
    return request.model_copy(update={"items": tuple(items)})


def _verdicts(response: BatchDisassociateResourceResponse) -> Iterable[Verdict[FailedItem]]:
    for entry in response.failed_items:
        yield Verdict(
            key=None if entry.uri is None else (entry.uri,),
            failed=True,
            entry=entry,
            code=entry.reason,
        )


batch_disassociate_resource: Final[
    Operation[BatchDisassociateResourceRequest, BatchDisassociateResourceResponse, str, FailedItem]
] = Operation(
    service="fms",
    name="BatchDisassociateResource",
    request=BatchDisassociateResourceRequest,
    response=BatchDisassociateResourceResponse,
    # Neither the model nor the API page gives a limit.
    max_items=100,
    items=attrgetter("items"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A resource that has left stays out.
    idempotent=True,
    # All six reasons speak of the ARN itself, and are final.
    retryable_codes=frozenset(),
    # InvalidInputException: "The parameters of the request were invalid", a malformed URI included.
    # ResourceNotFoundException is not here: what the request names for all items, the resource set,
    # "was not found".
    item_error_codes=frozenset({"InvalidInputException"}),
    item_fields=("items",),
)
"""Takes resources out of a resource set, up to 100 in a call. Items are ARNs."""
