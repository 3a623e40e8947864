"""What a type checker infers of user code: read by mypy and pyright, in strict mode.

The functions are checked where they stand. A wrong line carries the error that it must have, and
both checkers refuse a suppression that suppresses nothing: what they stop to refuse is an error.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, assert_never, assert_type, get_type_hints

import pytest
from aiobotocore.client import AioBaseClient

import itemwise
from itemwise import (
    BatchResult,
    BatchRun,
    CallError,
    Failed,
    NotAttempted,
    NotAttemptedReason,
    Operation,
    Outcome,
    Progress,
    RetryPolicy,
    Status,
    Succeeded,
    Unknown,
    open_client,
    run_batch,
    stream_batch,
)
from itemwise.otel import traced, traced_stream
from itemwise.results import json_line
from itemwise.services.connect import (
    DisassociateWorkspaceRequest,
    DisassociateWorkspaceResponse,
    FailedBatchAssociationSummary,
    disassociate_workspace,
)
from itemwise.services.fms import (
    BatchDisassociateResourceRequest,
    BatchDisassociateResourceResponse,
    FailedItem,
    FailedItemReason,
    batch_disassociate_resource,
)
from itemwise.services.greengrassv2 import (
    BatchDisassociateClientDeviceFromCoreDeviceRequest,
    BatchDisassociateClientDeviceFromCoreDeviceResponse,
    DisassociateClientDeviceFromCoreDeviceEntry,
    DisassociateClientDeviceFromCoreDeviceErrorEntry,
    batch_disassociate_client_device_from_core_device,
)
from itemwise.services.inspector2 import (
    BatchDisassociateCodeSecurityScanConfigurationRequest,
    BatchDisassociateCodeSecurityScanConfigurationResponse,
    DisassociateConfigurationRequest,
    FailedAssociationResult,
    batch_disassociate_code_security_scan_configuration,
)
from itemwise.services.ram import (
    DisassociateResourceShareRequest,
    DisassociateResourceShareResponse,
    ResourceShareAssociation,
    SharedEntity,
    disassociate_resource_share,
)

Result = BatchResult[str, FailedItem]

OPERATIONS: Sequence[Operation[Any, Any, Any, Any]] = (
    batch_disassociate_client_device_from_core_device,
    batch_disassociate_code_security_scan_configuration,
    batch_disassociate_resource,
    disassociate_resource_share,
    disassociate_workspace,
)


def each_operation_is_fully_typed() -> None:
    # A constant that is Any would pass for anything, and help nobody.
    assert_type(
        batch_disassociate_resource,
        Operation[
            BatchDisassociateResourceRequest, BatchDisassociateResourceResponse, str, FailedItem
        ],
    )
    assert_type(
        disassociate_workspace,
        Operation[
            DisassociateWorkspaceRequest,
            DisassociateWorkspaceResponse,
            str,
            FailedBatchAssociationSummary,
        ],
    )
    assert_type(
        batch_disassociate_client_device_from_core_device,
        Operation[
            BatchDisassociateClientDeviceFromCoreDeviceRequest,
            BatchDisassociateClientDeviceFromCoreDeviceResponse,
            DisassociateClientDeviceFromCoreDeviceEntry,
            DisassociateClientDeviceFromCoreDeviceErrorEntry,
        ],
    )
    assert_type(
        batch_disassociate_code_security_scan_configuration,
        Operation[
            BatchDisassociateCodeSecurityScanConfigurationRequest,
            BatchDisassociateCodeSecurityScanConfigurationResponse,
            DisassociateConfigurationRequest,
            FailedAssociationResult,
        ],
    )
    assert_type(
        disassociate_resource_share,
        Operation[
            DisassociateResourceShareRequest,
            DisassociateResourceShareResponse,
            SharedEntity,
            ResourceShareAssociation,
        ],
    )


async def a_client_is_opened_for_any_service() -> None:
    async with open_client("fms", region_name="eu-west-1") as client:
        assert_type(client, AioBaseClient)


async def a_call_returns_the_response_of_its_operation(
    client: AioBaseClient, request: BatchDisassociateResourceRequest
) -> None:
    response = await batch_disassociate_resource(client, request, retry=None)
    assert_type(response, BatchDisassociateResourceResponse)
    assert_type(response.failed_items, Sequence[FailedItem])
    assert_type(response.failed_items[0].reason, FailedItemReason | str | None)
    assert_type(response.request_id, str | None)


async def a_run_returns_the_result_of_its_operation(
    client: AioBaseClient, request: BatchDisassociateResourceRequest
) -> None:
    result = await run_batch(client, batch_disassociate_resource, request, concurrency=4)
    assert_type(result, BatchResult[str, FailedItem])
    assert_type(result.outcomes, Sequence[Outcome[str, FailedItem]])
    assert_type(result.succeeded, Sequence[Succeeded[str]])
    assert_type(result.failed, Sequence[Failed[str, FailedItem]])
    assert_type(result.unknown, Sequence[Unknown[str]])
    assert_type(result.not_attempted, Sequence[NotAttempted[str]])
    assert_type(result.error, CallError | None)
    assert_type(result.ok, bool)
    assert_type(result.leftovers(request), BatchDisassociateResourceRequest)
    for failure in result.failed:
        assert_type(failure.item, str)
        assert_type(failure.code, str | None)
        assert_type(failure.entry, FailedItem | None)


async def items_and_entries_of_other_operations_are_their_own(
    client: AioBaseClient, request: DisassociateResourceShareRequest
) -> None:
    result = await run_batch(client, disassociate_resource_share, request)
    for failure in result.failed:
        assert_type(failure.item, SharedEntity)
        assert_type(failure.entry, ResourceShareAssociation | None)


async def a_held_run_is_as_typed(
    client: AioBaseClient, request: BatchDisassociateResourceRequest
) -> None:
    run = BatchRun(client, batch_disassociate_resource, request, retry=RetryPolicy(max_attempts=2))
    assert_type(await run.execute(), BatchResult[str, FailedItem])
    assert_type(run.result, BatchResult[str, FailedItem])
    assert_type(run.progress, Progress)


async def what_is_traced_is_as_typed(
    client: AioBaseClient, request: BatchDisassociateResourceRequest
) -> None:
    run = BatchRun(client, batch_disassociate_resource, request)
    assert_type(await traced(run), BatchResult[str, FailedItem])
    stream = stream_batch(client, batch_disassociate_resource, request, ["a"])
    async for outcome in stream:
        assert_type(outcome, Outcome[str, FailedItem])
    async for outcome in traced_stream(stream):
        assert_type(outcome, Outcome[str, FailedItem])


def match_narrows_an_outcome_and_knows_that_there_are_four(result: Result) -> None:
    for outcome in result.outcomes:
        match outcome:
            case Succeeded():
                assert_type(outcome, Succeeded[str])
            case Failed():
                assert_type(outcome, Failed[str, FailedItem])
            case Unknown():
                assert_type(outcome, Unknown[str])
                assert_type(outcome.error, CallError)
            case NotAttempted():
                assert_type(outcome, NotAttempted[str])
                assert_type(outcome.reason, NotAttemptedReason)
            case _:
                assert_never(outcome)


def isinstance_narrows_an_outcome(result: Result) -> None:
    for outcome in result.outcomes:
        if isinstance(outcome, Failed):
            assert_type(outcome, Failed[str, FailedItem])
        else:
            assert_type(outcome, Succeeded[str] | Unknown[str] | NotAttempted[str])


def the_status_narrows_an_outcome(result: Result) -> None:
    for outcome in result.outcomes:
        if outcome.status is Status.FAILED:
            assert_type(outcome, Failed[str, FailedItem])
            assert_type(outcome.status, Literal[Status.FAILED])
        elif outcome.status is Status.UNKNOWN:
            assert_type(outcome, Unknown[str])


def the_status_is_compared_by_value_as_well_and_there_are_four(result: Result) -> None:
    for outcome in result.outcomes:
        if outcome.status == Status.SUCCEEDED:
            assert_type(outcome, Succeeded[str])
        elif outcome.status == Status.FAILED:
            assert_type(outcome, Failed[str, FailedItem])
        elif outcome.status == Status.UNKNOWN:
            assert_type(outcome, Unknown[str])
        elif outcome.status == Status.NOT_ATTEMPTED:
            assert_type(outcome, NotAttempted[str])
        else:
            assert_never(outcome)
        if outcome.status != Status.SUCCEEDED:
            assert_type(outcome, Failed[str, FailedItem] | Unknown[str] | NotAttempted[str])


def a_match_of_the_status_narrows_the_outcome(result: Result) -> None:
    for outcome in result.outcomes:
        match outcome.status:
            case Status.SUCCEEDED:
                assert_type(outcome, Succeeded[str])
            case Status.FAILED:
                assert_type(outcome, Failed[str, FailedItem])
            case Status.UNKNOWN:
                assert_type(outcome, Unknown[str])
            case Status.NOT_ATTEMPTED:
                assert_type(outcome, NotAttempted[str])


def a_line_is_of_an_outcome_of_its_operation(
    operation: Operation[Any, Any, str, FailedItem],
    outcome: Outcome[str, FailedItem],
    other: Outcome[str, FailedBatchAssociationSummary],
) -> None:
    assert_type(json_line(operation, outcome), str)
    json_line(operation, other)  # type: ignore[misc]  # entries of another operation


def a_result_stands_for_one_of_wider_types(result: Result) -> BatchResult[object, object]:
    return result


def a_request_takes_python_names_and_any_sequence() -> None:
    BatchDisassociateResourceRequest(resource_set_identifier="rs", items=["a"])
    BatchDisassociateResourceRequest(resource_set_identifier="rs", items=("a",))


async def wrong_code_is_refused(
    client: AioBaseClient,
    request: BatchDisassociateResourceRequest,
    other: DisassociateWorkspaceRequest,
    result: Result,
) -> None:
    BatchDisassociateResourceRequest(items=["a"])  # type: ignore[call-arg]  # no resource set
    BatchDisassociateResourceRequest(
        resource_set_identifier=1,  # type: ignore[arg-type]  # not a string
        items=["a"],
    )
    BatchDisassociateResourceRequest(
        resource_set_identifier="rs",
        items=[1],  # type: ignore[list-item]  # not a string
    )
    await batch_disassociate_resource(client, other)  # type: ignore[arg-type]  # another request
    await batch_disassociate_resource(client, request, retry=3)  # type: ignore[arg-type]  # no policy
    await batch_disassociate_resource("fms", request)  # type: ignore[arg-type]  # no client
    await run_batch(client, batch_disassociate_resource, other)  # type: ignore[misc]  # another request
    await run_batch(client, batch_disassociate_resource, request, 4)  # type: ignore[call-arg]  # not by place
    _ = result.outcomes[0].code  # type: ignore[union-attr]  # not of all outcomes
    _ = result.failed[0].entry.reason  # type: ignore[union-attr]  # can be None
    result.failed[0].index = 3  # type: ignore[misc]  # frozen
    _ = itemwise.run_bach  # type: ignore[attr-defined]  # no such name


def the_package_has_what_is_imported_from_it() -> None:
    assert_type(itemwise.Status.FAILED, Literal[Status.FAILED])
    assert_type(itemwise.RetryPolicy(), RetryPolicy)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_is_declared_of_an_operation_is_so_at_run_time(
    operation: Operation[Any, Any, Any, Any],
) -> None:
    # What the checkers read above holds of the values as well: they are the same two models.
    assert get_type_hints(operation.verdicts)["response"] is operation.response
    assert get_type_hints(operation.with_items)["return"] is operation.request
    assert dataclasses.is_dataclass(operation)
