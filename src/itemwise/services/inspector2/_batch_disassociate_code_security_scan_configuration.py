# Generated from botocore 1.43.117; do not edit: see codegen/overlays/inspector2.toml.
"""Inspector ``BatchDisassociateCodeSecurityScanConfiguration``: stop scans of code projects.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchDisassociateCodeSecurityScanConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    Request,
    RequestList,
    RequestShape,
    Response,
    ResponseList,
    wire,
)
from itemwise.services.inspector2._shapes import (
    AssociationResultStatusCode,
    CodeSecurityResource,
    FailedAssociationResult,
    SuccessfulAssociationResult,
)

__all__ = [
    "BatchDisassociateCodeSecurityScanConfigurationRequest",
    "BatchDisassociateCodeSecurityScanConfigurationResponse",
    "DisassociateConfigurationRequest",
    "batch_disassociate_code_security_scan_configuration",
]


class DisassociateConfigurationRequest(RequestShape):
    """One item: a scan configuration and what it is to let go of."""

    scan_configuration_arn: Annotated[str, wire("scanConfigurationArn")]
    """The scan configuration, an ARN such as
    ``arn:aws:inspector2:<region>:<account>:owner/<owner>/codesecurity-configuration/<uuid>``, where
    the owner is an account or an organization."""

    resource: Annotated[CodeSecurityResource, wire("resource")]
    """What it shall no longer apply to."""


class BatchDisassociateCodeSecurityScanConfigurationRequest(Request):
    """Which scan configurations no longer apply to which projects."""

    disassociate_configuration_requests: Annotated[
        RequestList[DisassociateConfigurationRequest], wire("disassociateConfigurationRequests")
    ]
    """The pairs to take apart. They need not share a scan configuration. 1 to 25 in a call."""


class BatchDisassociateCodeSecurityScanConfigurationResponse(Response):
    """What became of each pair: it is named in one of the two lists."""

    failed_associations: Annotated[
        ResponseList[FailedAssociationResult], wire("failedAssociations")
    ] = ()
    """The pairs that still stand."""

    successful_associations: Annotated[
        ResponseList[SuccessfulAssociationResult], wire("successfulAssociations")
    ] = ()
    """The pairs that were taken apart."""


def _with_items(
    request: BatchDisassociateCodeSecurityScanConfigurationRequest,
    items: Sequence[DisassociateConfigurationRequest],
) -> BatchDisassociateCodeSecurityScanConfigurationRequest:
    return request.model_copy(update={"disassociate_configuration_requests": tuple(items)})


def _key(_position: int, item: DisassociateConfigurationRequest) -> Key:
    return (item.scan_configuration_arn, "projectId", item.resource.project_id)


def _entry_key(entry: FailedAssociationResult | SuccessfulAssociationResult) -> Key | None:
    scan_configuration_arn = entry.scan_configuration_arn
    resource = entry.resource
    if scan_configuration_arn is None or resource is None or resource.project_id is None:
        return None
    return (scan_configuration_arn, "projectId", resource.project_id)


def _verdicts(
    response: BatchDisassociateCodeSecurityScanConfigurationResponse,
) -> Iterable[Verdict[FailedAssociationResult]]:
    for failed in response.failed_associations:
        yield Verdict(
            key=_entry_key(failed),
            failed=True,
            entry=failed,
            code=failed.status_code,
            message=failed.status_message,
        )
    for success in response.successful_associations:
        yield Verdict(key=_entry_key(success), failed=False, success=success)


batch_disassociate_code_security_scan_configuration: Final[
    Operation[
        BatchDisassociateCodeSecurityScanConfigurationRequest,
        BatchDisassociateCodeSecurityScanConfigurationResponse,
        DisassociateConfigurationRequest,
        FailedAssociationResult,
    ]
] = Operation(
    service="inspector2",
    name="BatchDisassociateCodeSecurityScanConfiguration",
    request=BatchDisassociateCodeSecurityScanConfigurationRequest,
    response=BatchDisassociateCodeSecurityScanConfigurationResponse,
    max_items=25,
    items=attrgetter("disassociate_configuration_requests"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # A pair that was taken apart stays so.
    idempotent=True,
    # It alone names a fault on the service's side.
    retryable_codes=frozenset({AssociationResultStatusCode.INTERNAL_ERROR.value}),
    # The request has no shared members, so whatever these speak of was named by an item: "A
    # conflict occurred", when "the same resource is being modified by concurrent requests"; "The
    # operation tried to access an invalid resource"; "missing required fields or having invalid
    # inputs".
    item_error_codes=frozenset(
        {"ConflictException", "ResourceNotFoundException", "ValidationException"}
    ),
    item_fields=("disassociate_configuration_requests",),
)
"""Takes scan configurations off code projects, up to 25 in a call. Items are pairs."""
