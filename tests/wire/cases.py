"""The operations that the wire tests run, each as one row of what the tests must know of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from itemwise import BatchResult, BatchRun, Operation, Request
from itemwise.services import connect, fms, greengrassv2, inspector2, ram
from itemwise.testing import Fault, Key, LocalAWS

AnyOperation = Operation[Any, Any, Any, Any]
AnyResult = BatchResult[Any, Any]
AnyRun = BatchRun[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One operation, and how its items look on both sides of the wire.

    Attributes:
        operation: the operation.
        item: makes an item from a number.
        make: makes a request from items. Where there are several lists of items, numbers that grow
            keep their order.
        key: an item's key in the server's ledger.
        entry: the model of a failure entry.
        entry_key: the ledger's key of the item that a failure entry names.
        final_code: an entry code that is not worth another attempt.
        retryable_code: one that is; ``None`` where there is none.
        item_error: the error of a whole call that one bad item causes.
    """

    operation: AnyOperation
    item: Callable[[int], Any]
    make: Callable[[Sequence[Any]], Request]
    key: Callable[[Any], Key]
    entry: type[object]
    entry_key: Callable[[Any], Key]
    final_code: str
    retryable_code: str | None
    item_error: str

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def limit(self) -> int:
        return self.operation.max_items

    @property
    def lists_successes(self) -> bool:
        return not self.operation.silence_is_success

    def items(self, numbers: Iterable[int]) -> list[Any]:
        return [self.item(number) for number in numbers]

    def request(self, count: int) -> Any:
        """Make a request with the items 0, 1, 2 and so on: number and index are the same."""
        return self.make(self.items(range(count)))

    def keys(self, *numbers: int) -> list[Key]:
        return [self.key(self.item(number)) for number in numbers]

    def applied(self, aws: LocalAWS) -> dict[Key, int]:
        return dict(aws.ledger.applied(self.name))

    def sizes(self, aws: LocalAWS) -> list[int]:
        """Say how many items each call carried."""
        return [len(call.items) for call in aws.ledger.calls]


def check_accounting(case: Case, aws: LocalAWS, request: Any, result: AnyResult) -> None:
    """What holds of every run, whatever broke: each item has one outcome, and no outcome lies."""
    items = case.operation.items(request)
    assert [outcome.index for outcome in result.outcomes] == list(range(len(items)))
    assert [outcome.item for outcome in result.outcomes] == list(items)
    by_status = (result.succeeded, result.failed, result.unknown, result.not_attempted)
    assert tuple(result.counts.values()) == tuple(len(outcomes) for outcomes in by_status)
    assert sum(result.counts.values()) == len(items)
    applied = case.applied(aws).keys()
    assert {case.key(outcome.item) for outcome in result.succeeded} <= applied
    refused = {case.key(o.item) for o in result.failed if not in_doubt(o.error)}
    assert not refused & applied
    assert not {case.key(outcome.item) for outcome in result.not_attempted} & applied


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else go on until something holds."""
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0)


async def rounds(count: int) -> None:
    """Let everything else go on for some rounds of the event loop."""
    for _ in range(count):
        await asyncio.sleep(0)


async def inject_after(aws: LocalAWS, calls: int, fault: Fault) -> None:
    """Put a fault into force once the server has decided on so many calls."""
    await until(lambda: aws.ledger.call_count() >= calls)
    aws.inject(fault)


def in_doubt(error: object) -> bool:
    return getattr(error, "delivery", None) == "in doubt"


def _fms_request(items: Sequence[str]) -> fms.BatchDisassociateResourceRequest:
    return fms.BatchDisassociateResourceRequest(resource_set_identifier="rs-1", items=items)


def _inspector_item(number: int) -> inspector2.DisassociateConfigurationRequest:
    # Only both parts together tell an item from its neighbours.
    return inspector2.DisassociateConfigurationRequest(
        scan_configuration_arn=f"arn:aws:inspector2:eu-west-1:1:owner/1/cfg/{number // 7}",
        resource=inspector2.CodeSecurityResource(project_id=f"project-{number % 7}"),
    )


def _inspector_request(
    items: Sequence[inspector2.DisassociateConfigurationRequest],
) -> inspector2.BatchDisassociateCodeSecurityScanConfigurationRequest:
    return inspector2.BatchDisassociateCodeSecurityScanConfigurationRequest(
        disassociate_configuration_requests=items
    )


def _greengrass_item(number: int) -> greengrassv2.DisassociateClientDeviceFromCoreDeviceEntry:
    return greengrassv2.DisassociateClientDeviceFromCoreDeviceEntry(thing_name=f"thing-{number}")


def _greengrass_request(
    items: Sequence[greengrassv2.DisassociateClientDeviceFromCoreDeviceEntry],
) -> greengrassv2.BatchDisassociateClientDeviceFromCoreDeviceRequest:
    return greengrassv2.BatchDisassociateClientDeviceFromCoreDeviceRequest(
        core_device_thing_name="core", entries=items or None
    )


def _connect_request(items: Sequence[str]) -> connect.DisassociateWorkspaceRequest:
    return connect.DisassociateWorkspaceRequest(
        instance_id="instance", workspace_id="workspace", resource_arns=items
    )


_KINDS: Final = tuple(ram.ResourceShareAssociationType)
_OF_EACH_KIND: Final = 40


def _ram_item(number: int) -> ram.SharedEntity:
    # The same string stands in several lists, and is another item in each.
    place = min(number // _OF_EACH_KIND, len(_KINDS) - 1)
    return ram.SharedEntity(
        association_type=_KINDS[place], entity=f"entity-{number - place * _OF_EACH_KIND}"
    )


def _ram_request(items: Sequence[ram.SharedEntity]) -> ram.DisassociateResourceShareRequest:
    principals, resources, sources = (
        [item.entity for item in items if item.association_type == kind] or None for kind in _KINDS
    )
    return ram.DisassociateResourceShareRequest(
        resource_share_arn="arn:aws:ram:eu-west-1:1:resource-share/s",
        principals=principals,
        resource_arns=resources,
        sources=sources,
    )


FMS: Final = Case(
    operation=fms.batch_disassociate_resource,
    item=lambda number: f"arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-{number}",
    make=_fms_request,
    key=lambda item: (item,),
    entry=fms.FailedItem,
    entry_key=lambda entry: (entry.uri,),
    final_code="NOT_VALID_ARN",
    retryable_code=None,
    item_error="InvalidInputException",
)
INSPECTOR: Final = Case(
    operation=inspector2.batch_disassociate_code_security_scan_configuration,
    item=_inspector_item,
    make=_inspector_request,
    key=lambda item: (item.scan_configuration_arn, "projectId", item.resource.project_id),
    entry=inspector2.FailedAssociationResult,
    entry_key=lambda e: (e.scan_configuration_arn, "projectId", e.resource.project_id),
    final_code="RESOURCE_NOT_FOUND",
    retryable_code="INTERNAL_ERROR",
    item_error="ValidationException",
)
GREENGRASS: Final = Case(
    operation=greengrassv2.batch_disassociate_client_device_from_core_device,
    item=_greengrass_item,
    make=_greengrass_request,
    key=lambda item: (item.thing_name,),
    entry=greengrassv2.DisassociateClientDeviceFromCoreDeviceErrorEntry,
    entry_key=lambda entry: (entry.thing_name,),
    final_code="ResourceNotFoundException",
    retryable_code="ThrottlingException",
    item_error="ValidationException",
)
CONNECT: Final = Case(
    operation=connect.disassociate_workspace,
    item=lambda number: f"arn:aws:connect:eu-west-1:1:instance/i/agent/{number}",
    make=_connect_request,
    key=lambda item: (item,),
    entry=connect.FailedBatchAssociationSummary,
    entry_key=lambda entry: (entry.resource_arn,),
    final_code="404",
    retryable_code="503",
    item_error="InvalidParameterException",
)
RAM: Final = Case(
    operation=ram.disassociate_resource_share,
    item=_ram_item,
    make=_ram_request,
    key=lambda item: (item.association_type.value, item.entity),
    entry=ram.ResourceShareAssociation,
    entry_key=lambda entry: (entry.association_type, entry.associated_entity),
    # Entries have no code: their status is one.
    final_code="FAILED",
    retryable_code=None,
    item_error="InvalidParameterException",
)

CASES: Final = (FMS, INSPECTOR, GREENGRASS, CONNECT, RAM)
HEALING: Final = tuple(case for case in CASES if case.retryable_code is not None)
SILENT: Final = tuple(case for case in CASES if not case.lists_successes)
LISTING: Final = tuple(case for case in CASES if case.lists_successes)


def case_id(case: Case) -> str:
    return case.operation.service


async def cancelled_each_round(task: asyncio.Task[Any]) -> bool:
    """Cancel a task again in each round of the loop, and tell whether it ends by that in time."""
    rounds_left = 2000

    def cancel() -> None:
        nonlocal rounds_left
        if not task.done() and rounds_left:
            rounds_left -= 1
            # Before all that this round makes ready.
            asyncio.get_running_loop().call_soon(cancel)
            task.cancel()

    cancel()
    await asyncio.wait({task})
    return task.cancelled() and rounds_left > 0


def left_behind() -> list[asyncio.Task[Any]]:
    """List the tasks that still run, but for the test's own and those of the server."""
    return [
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and "RequestHandler" not in repr(task.get_coro())
    ]


only_fms = pytest.mark.parametrize("case", [FMS], ids=case_id)
