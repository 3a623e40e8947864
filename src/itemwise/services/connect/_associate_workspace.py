# Generated from botocore 1.43.117; do not edit: see codegen/overlays/connect.toml.
"""Connect ``AssociateWorkspace``: put users and routing profiles on a workspace.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateWorkspace.html
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
from itemwise.services.connect._shapes import (
    FailedBatchAssociationSummary,
    SuccessfulBatchAssociationSummary,
)

__all__ = ["AssociateWorkspaceRequest", "AssociateWorkspaceResponse", "associate_workspace"]

InstanceId = Annotated[str, length(1, 100)]

WorkspaceId = Annotated[str, length(1, 256)]


class AssociateWorkspaceRequest(Request):
    """Which users and routing profiles get which workspace."""

    instance_id: Annotated[InstanceId, wire("InstanceId")]
    """The Connect instance, 1 to 100 characters: the id within its ARN. It travels in the URI."""

    workspace_id: Annotated[WorkspaceId, wire("WorkspaceId")]
    """The workspace, 1 to 256 characters. It travels in the URI."""

    resource_arns: Annotated[RequestList[str], wire("ResourceArns")]
    """The ARNs of the users and routing profiles, 1 to 25 in a call."""


class AssociateWorkspaceResponse(Response):
    """What became of each user and routing profile: it is named in one of the two lists."""

    successful_list: Annotated[
        ResponseList[SuccessfulBatchAssociationSummary], wire("SuccessfulList")
    ] = ()
    """Those that have the workspace now."""

    failed_list: Annotated[ResponseList[FailedBatchAssociationSummary], wire("FailedList")] = ()
    """Those that do not have it."""


def _with_items(
    request: AssociateWorkspaceRequest, items: Sequence[str]
) -> AssociateWorkspaceRequest:
    return request.model_copy(update={"resource_arns": tuple(items)})


def _verdicts(
    response: AssociateWorkspaceResponse,
) -> Iterable[Verdict[FailedBatchAssociationSummary]]:
    for failed in response.failed_list:
        yield Verdict(
            key=None if failed.resource_arn is None else (failed.resource_arn,),
            failed=True,
            entry=failed,
            code=failed.error_code,
            message=failed.error_message,
        )
    for success in response.successful_list:
        yield Verdict(
            key=None if success.resource_arn is None else (success.resource_arn,),
            failed=False,
            success=success,
        )


associate_workspace: Final[
    Operation[
        AssociateWorkspaceRequest, AssociateWorkspaceResponse, str, FailedBatchAssociationSummary
    ]
] = Operation(
    service="connect",
    name="AssociateWorkspace",
    request=AssociateWorkspaceRequest,
    response=AssociateWorkspaceResponse,
    max_items=25,
    items=attrgetter("resource_arns"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures and successes.
    silence_is_success=False,
    # A user or routing profile is on a workspace once: to put it there again changes nothing.
    idempotent=True,
    # An entry's code reads like an HTTP status: throttling and faults of the server can pass.
    retryable_codes=frozenset({"429", "500", "502", "503", "504"}),
    # DuplicateResourceException: "A resource with the specified name already exists", and the items
    # are what is added. InvalidParameterException: "One or more of the specified parameters are not
    # valid", and InvalidRequestException: "The request is not valid", a malformed ARN included.
    # ResourceNotFoundException is not here: what the request names for all items, the instance or
    # the workspace, "was not found", and an ARN that leads nowhere has its own entry.
    item_error_codes=frozenset(
        {"DuplicateResourceException", "InvalidParameterException", "InvalidRequestException"}
    ),
    item_fields=("resource_arns",),
)
"""Puts users and routing profiles on a workspace, up to 25 in a call. Items are ARNs."""
