"""Inspector ``BatchDisassociateCodeSecurityScanConfiguration``: stop scans of code projects.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchDisassociateCodeSecurityScanConfiguration.html
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
    RequestUnion,
    Response,
    ResponseList,
    ResponseShape,
    ResponseUnion,
    wire,
)

__all__ = [
    "AssociationResultStatusCode",
    "BatchDisassociateCodeSecurityScanConfigurationRequest",
    "BatchDisassociateCodeSecurityScanConfigurationResponse",
    "CodeSecurityResource",
    "CodeSecurityResourceOutput",
    "DisassociateConfigurationRequest",
    "FailedAssociationResult",
    "SuccessfulAssociationResult",
    "batch_disassociate_code_security_scan_configuration",
]


class AssociationResultStatusCode(StrEnum):
    """Why a scan configuration still applies to a project. Only ``INTERNAL_ERROR`` can pass."""

    INTERNAL_ERROR = "INTERNAL_ERROR"
    """A fault on Inspector's side."""

    ACCESS_DENIED = "ACCESS_DENIED"
    """The caller may not do this to the configuration or the project."""

    SCAN_CONFIGURATION_NOT_FOUND = "SCAN_CONFIGURATION_NOT_FOUND"
    """There is no such scan configuration."""

    INVALID_INPUT = "INVALID_INPUT"
    """The item itself is wrong."""

    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    """There is no such project."""

    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    """A quota of the account is used up."""


class CodeSecurityResource(RequestUnion):
    """What a scan configuration applies to: exactly one member is set, and there is one as yet."""

    project_id: Annotated[str | None, wire("projectId")] = None
    """The id of a project in a code repository: ``project-`` and a lower-case UUID."""


class DisassociateConfigurationRequest(RequestShape):
    """One item: a scan configuration and what it is to let go of."""

    scan_configuration_arn: Annotated[str, wire("scanConfigurationArn")]
    """The scan configuration, an ARN such as ``arn:aws:inspector2:<region>:<account>:owner/<owner>/
    codesecurity-configuration/<uuid>``, where the owner is an account or an organization."""

    resource: Annotated[CodeSecurityResource, wire("resource")]
    """What it shall no longer apply to."""


class BatchDisassociateCodeSecurityScanConfigurationRequest(Request):
    """Which scan configurations no longer apply to which projects."""

    disassociate_configuration_requests: Annotated[
        RequestList[DisassociateConfigurationRequest], wire("disassociateConfigurationRequests")
    ]
    """The pairs to take apart. They need not share a scan configuration. 1 to 25 in a call."""


class CodeSecurityResourceOutput(ResponseUnion):
    """`CodeSecurityResource` as it comes back; a later member is told by `unknown_member`."""

    project_id: Annotated[str | None, wire("projectId")] = None
    """The id of a project in a code repository."""


class FailedAssociationResult(ResponseShape):
    """A pair that still stands, and why."""

    scan_configuration_arn: Annotated[str | None, wire("scanConfigurationArn")] = None
    """The ARN of the scan configuration, as it was sent."""

    resource: Annotated[CodeSecurityResourceOutput | None, wire("resource")] = None
    """What it still applies to, as it was sent."""

    status_code: Annotated[
        AssociationResultStatusCode | str | None, OPEN_ENUM, wire("statusCode")
    ] = None
    """Why the pair still stands."""

    status_message: Annotated[str | None, wire("statusMessage")] = None
    """The same for people to read."""


class SuccessfulAssociationResult(ResponseShape):
    """A pair that was taken apart."""

    scan_configuration_arn: Annotated[str | None, wire("scanConfigurationArn")] = None
    """The ARN of the scan configuration, as it was sent."""

    resource: Annotated[CodeSecurityResourceOutput | None, wire("resource")] = None
    """What it no longer applies to, as it was sent."""


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
    arn, resource = entry.scan_configuration_arn, entry.resource
    # A resource of a kind that is not modelled was not sent by a request that is.
    if arn is None or resource is None or resource.project_id is None:
        return None
    return (arn, "projectId", resource.project_id)


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
    retryable_codes=frozenset({AssociationResultStatusCode.INTERNAL_ERROR.value}),
    # The request has no shared members, so whatever these speak of was named by an item:
    item_error_codes=frozenset(
        {
            # "A conflict occurred", when "the same resource is being modified by concurrent
            # requests".
            "ConflictException",
            # "The operation tried to access an invalid resource".
            "ResourceNotFoundException",
            # "missing required fields or having invalid inputs".
            "ValidationException",
        }
    ),
    item_fields=("disassociate_configuration_requests",),
)
"""Takes scan configurations off code projects, up to 25 pairs in a call. Items are pairs."""
