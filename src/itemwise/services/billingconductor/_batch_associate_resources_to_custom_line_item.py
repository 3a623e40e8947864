# Generated from botocore 1.43.117; do not edit: see codegen/overlays/billingconductor.toml.
"""Billing Conductor ``BatchAssociateResourcesToCustomLineItem``: put resources on a line item.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/billingconductor-2021-07-30/BatchAssociateResourcesToCustomLineItem
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
    ResponseShape,
    wire,
)
from itemwise.services.billingconductor._shapes import (
    AssociateResourceError,
    AssociateResourceErrorReason,
    CustomLineItemBillingPeriodRange,
)

__all__ = [
    "AssociateResourceResponseElement",
    "BatchAssociateResourcesToCustomLineItemRequest",
    "BatchAssociateResourcesToCustomLineItemResponse",
    "batch_associate_resources_to_custom_line_item",
]


class BatchAssociateResourcesToCustomLineItemRequest(Request):
    """What ``BatchAssociateResourcesToCustomLineItem`` is asked."""

    target_arn: Annotated[str, wire("TargetArn")]
    """A percentage custom line item ARN to associate the resources to."""

    resource_arns: Annotated[RequestList[str], wire("ResourceArns")]
    """A list containing the ARNs of the resources to be associated."""

    billing_period_range: Annotated[
        CustomLineItemBillingPeriodRange | None, wire("BillingPeriodRange")
    ] = None
    """The billing period range in which the custom line item request will be applied."""


class AssociateResourceResponseElement(ResponseShape):
    """A resource that was put on the line item, or was not."""

    arn: Annotated[str | None, wire("Arn")] = None
    """The ARN, as it was sent."""

    error: Annotated[AssociateResourceError | None, wire("Error")] = None
    """Why it failed; absent where it did not."""


class BatchAssociateResourcesToCustomLineItemResponse(Response):
    """What became of each resource: it is named in one of the two lists."""

    successfully_associated_resources: Annotated[
        ResponseList[AssociateResourceResponseElement], wire("SuccessfullyAssociatedResources")
    ] = ()
    """Those that are on the line item now."""

    failed_associated_resources: Annotated[
        ResponseList[AssociateResourceResponseElement], wire("FailedAssociatedResources")
    ] = ()
    """Those that are not."""


def _with_items(
    request: BatchAssociateResourcesToCustomLineItemRequest, items: Sequence[str]
) -> BatchAssociateResourcesToCustomLineItemRequest:
    return request.model_copy(update={"resource_arns": tuple(items)})


def _verdicts(
    response: BatchAssociateResourcesToCustomLineItemResponse,
) -> Iterable[Verdict[AssociateResourceResponseElement]]:
    for failed in response.failed_associated_resources:
        error = failed.error
        yield Verdict(
            key=None if failed.arn is None else (failed.arn,),
            failed=True,
            entry=failed,
            code=None if error is None else error.reason,
            message=None if error is None else error.message,
        )
    for success in response.successfully_associated_resources:
        yield Verdict(
            key=None if success.arn is None else (success.arn,), failed=False, success=success
        )


batch_associate_resources_to_custom_line_item: Final[
    Operation[
        BatchAssociateResourcesToCustomLineItemRequest,
        BatchAssociateResourcesToCustomLineItemResponse,
        str,
        AssociateResourceResponseElement,
    ]
] = Operation(
    service="billingconductor",
    name="BatchAssociateResourcesToCustomLineItem",
    request=BatchAssociateResourcesToCustomLineItemRequest,
    response=BatchAssociateResourcesToCustomLineItemResponse,
    max_items=30,
    items=attrgetter("resource_arns"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # The model marks the operation as idempotent.
    idempotent=True,
    # It alone names a fault on the service's side.
    retryable_codes=frozenset({AssociateResourceErrorReason.INTERNAL_SERVER_EXCEPTION.value}),
    # "The input doesn't match with the constraints", those of an item included.
    # ResourceNotFoundException is not here: the line item, which the request names for all items,
    # can be what does not exist.
    item_error_codes=frozenset({"ValidationException"}),
    item_fields=("resource_arns",),
)
"""Puts resources on a percentage custom line item, up to 30 in a call. Items are ARNs."""
