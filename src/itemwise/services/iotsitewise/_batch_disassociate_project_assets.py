# Generated from botocore 1.43.117; do not edit: see codegen/overlays/iotsitewise.toml.
"""SiteWise ``BatchDisassociateProjectAssets``: take assets out of a project.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/iotsitewise-2019-12-02/BatchDisassociateProjectAssets
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value, client_token
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    length,
    wire,
)
from itemwise.services.iotsitewise._shapes import (
    AssetErrorCode,
    AssetErrorDetails,
)

__all__ = [
    "BatchDisassociateProjectAssetsRequest",
    "BatchDisassociateProjectAssetsResponse",
    "batch_disassociate_project_assets",
]

ID = Annotated[str, length(36, 36)]

ClientToken = Annotated[str, length(36, 64)]


class BatchDisassociateProjectAssetsRequest(Request):
    """Which assets leave which project."""

    project_id: Annotated[ID, wire("projectId")]
    """The ID of the project from which to disassociate the assets."""

    asset_ids: Annotated[RequestList[ID], wire("assetIds")]
    """The IDs of the assets to be disassociated from the project."""

    client_token: Annotated[ClientToken | None, wire("clientToken")] = None
    """A unique case-sensitive identifier that you can provide to ensure the idempotency of the
    request."""


class BatchDisassociateProjectAssetsResponse(Response):
    """Which assets stayed: one that is not named here has left the project."""

    errors: Annotated[ResponseList[AssetErrorDetails], wire("errors")] = ()
    """A list of associated error information, if any."""


def _with_items(
    request: BatchDisassociateProjectAssetsRequest, items: Sequence[str]
) -> BatchDisassociateProjectAssetsRequest:
    return request.model_copy(
        update={
            "asset_ids": tuple(items),
            "client_token": client_token(
                request.client_token, by_value, (items, request.asset_ids)
            ),
        }
    )


def _verdicts(
    response: BatchDisassociateProjectAssetsResponse,
) -> Iterable[Verdict[AssetErrorDetails]]:
    for entry in response.errors:
        yield Verdict(
            key=None if entry.asset_id is None else (entry.asset_id,),
            failed=True,
            entry=entry,
            code=entry.code,
            message=entry.message,
        )


batch_disassociate_project_assets: Final[
    Operation[
        BatchDisassociateProjectAssetsRequest,
        BatchDisassociateProjectAssetsResponse,
        str,
        AssetErrorDetails,
    ]
] = Operation(
    service="iotsitewise",
    name="BatchDisassociateProjectAssets",
    request=BatchDisassociateProjectAssetsRequest,
    response=BatchDisassociateProjectAssetsResponse,
    max_items=100,
    items=attrgetter("asset_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A client token is pinned by with_items.
    idempotent=True,
    # It names a fault on the service's side, and is the only code there is.
    retryable_codes=frozenset({AssetErrorCode.INTERNAL_FAILURE.value}),
    # An entry's code can only be INTERNAL_FAILURE, so an asset that is malformed or does not exist
    # can only have the whole call rejected, as can the project, which the request names for all
    # items.
    item_error_codes=frozenset({"InvalidRequestException", "ResourceNotFoundException"}),
    item_fields=("asset_ids",),
)
"""Takes assets out of a project, up to 100 in a call. Items are ids of assets."""
