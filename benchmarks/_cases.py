"""The five operations, each with the loop that a careful user would write without itemwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Unpack, cast
from uuid import uuid4

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore import xform_name

from itemwise import Operation
from itemwise.services.connect import DisassociateWorkspaceRequest, disassociate_workspace
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.services.greengrassv2 import (
    BatchDisassociateClientDeviceFromCoreDeviceRequest,
    DisassociateClientDeviceFromCoreDeviceEntry,
    batch_disassociate_client_device_from_core_device,
)
from itemwise.services.inspector2 import (
    BatchDisassociateCodeSecurityScanConfigurationRequest,
    CodeSecurityResource,
    DisassociateConfigurationRequest,
    batch_disassociate_code_security_scan_configuration,
)
from itemwise.services.ram import DisassociateResourceShareRequest, disassociate_resource_share

if TYPE_CHECKING:
    # For its type alone: it would bring a server into the processes that are measured.
    from itemwise.testing import LocalClientArguments

__all__ = ["CASES", "FMS", "Case", "arguments", "plain_client", "plain_loop"]

Parsed = Mapping[str, Any]


def arguments(url: str) -> LocalClientArguments:
    """Say where the server is."""
    return {
        "endpoint_url": url,
        "region_name": "eu-west-1",
        "aws_access_key_id": "benchmark",
        "aws_secret_access_key": "benchmark",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One operation, both ways.

    Attributes:
        title: its name in the report.
        operation: the operation.
        names: makes item number n's name.
        request: makes itemwise's request from names.
        members: makes the members of a plain call from names.
        failures: picks the failures out of a plain reply.
    """

    title: str
    operation: Operation[Any, Any, Any, Any]
    name: Callable[[int], str]
    request: Callable[[Sequence[str]], Any]
    members: Callable[[Sequence[str]], Parsed]
    failures: Callable[[Parsed], Sequence[Parsed]]

    def names(self, count: int) -> list[str]:
        """Make that many names."""
        return [self.name(n) for n in range(count)]

    def plain_call(self, client: AioBaseClient) -> Callable[..., Any]:
        """Find the client's own method."""
        method: Callable[..., Any] = getattr(client, xform_name(self.operation.name))
        return method


class _Source(Protocol):
    def create_client(
        self, service: str, /, *, config: AioConfig, **arguments: Unpack[LocalClientArguments]
    ) -> AbstractAsyncContextManager[AioBaseClient]: ...


def plain_client(
    session: AioSession,
    service: str,
    arguments: LocalClientArguments,
    *,
    pool: int = 32,
    mode: str = "standard",
    attempts: int = 5,
) -> AbstractAsyncContextManager[AioBaseClient]:
    """Open a client as aiobotocore has it, with only the pool and the retries set."""
    config = AioConfig(
        max_pool_connections=pool, retries={"mode": mode, "total_max_attempts": attempts}
    )
    # The stubs list every service by name, and here it is only known at run time.
    return cast("_Source", session).create_client(service, config=config, **arguments)


async def plain_loop(
    client: AioBaseClient, case: Case, names: Sequence[str], *, concurrency: int
) -> list[Parsed]:
    """Send all names in full chunks, side by side, and merge the failures."""
    gate = asyncio.Semaphore(concurrency)
    call, size = case.plain_call(client), case.operation.max_items

    async def one(chunk: Sequence[str]) -> Sequence[Parsed]:
        async with gate:
            return case.failures(await call(**case.members(chunk)))

    chunks = [names[start : start + size] for start in range(0, len(names), size)]
    found = await asyncio.gather(*(one(chunk) for chunk in chunks))
    return [failure for failures in found for failure in failures]


def _arn(n: int) -> str:
    return f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{n:017d}"


_CORE = "core-1"
_CONFIGURATION = (
    "arn:aws:inspector2:eu-west-1:123456789012:owner/123456789012/codesecurity-configuration/"
    "11111111-2222-3333-4444-555555555555"
)
_SHARE = "arn:aws:ram:eu-west-1:123456789012:resource-share/11111111-2222-3333-4444-555555555555"

FMS = Case(
    title="FMS",
    operation=batch_disassociate_resource,
    name=_arn,
    request=lambda names: BatchDisassociateResourceRequest(
        resource_set_identifier="rs-1", items=names
    ),
    members=lambda names: {"ResourceSetIdentifier": "rs-1", "Items": names},
    failures=lambda reply: reply["FailedItems"],
)

_INSPECTOR = Case(
    title="Inspector2",
    operation=batch_disassociate_code_security_scan_configuration,
    name=lambda n: f"project-11111111-2222-3333-4444-{n:012d}",
    request=lambda names: BatchDisassociateCodeSecurityScanConfigurationRequest(
        disassociate_configuration_requests=[
            DisassociateConfigurationRequest(
                scan_configuration_arn=_CONFIGURATION,
                resource=CodeSecurityResource(project_id=name),
            )
            for name in names
        ]
    ),
    members=lambda names: {
        "disassociateConfigurationRequests": [
            {"scanConfigurationArn": _CONFIGURATION, "resource": {"projectId": name}}
            for name in names
        ]
    },
    failures=lambda reply: reply["failedAssociations"],
)

_GREENGRASS = Case(
    title="Greengrass",
    operation=batch_disassociate_client_device_from_core_device,
    name=lambda n: f"device-{n:08d}",
    request=lambda names: BatchDisassociateClientDeviceFromCoreDeviceRequest(
        core_device_thing_name=_CORE,
        entries=[DisassociateClientDeviceFromCoreDeviceEntry(thing_name=name) for name in names],
    ),
    members=lambda names: {
        "coreDeviceThingName": _CORE,
        "entries": [{"thingName": name} for name in names],
    },
    failures=lambda reply: reply["errorEntries"],
)

_CONNECT = Case(
    title="Connect",
    operation=disassociate_workspace,
    name=lambda n: f"arn:aws:connect:eu-west-1:123456789012:instance/i-1/agent/{n:012d}",
    request=lambda names: DisassociateWorkspaceRequest(
        instance_id="i-1", workspace_id="w-1", resource_arns=names
    ),
    members=lambda names: {"InstanceId": "i-1", "WorkspaceId": "w-1", "ResourceArns": names},
    failures=lambda reply: reply["FailedList"],
)

_RAM = Case(
    title="RAM",
    operation=disassociate_resource_share,
    name=_arn,
    request=lambda names: DisassociateResourceShareRequest(
        resource_share_arn=_SHARE, resource_arns=names
    ),
    members=lambda names: {
        "resourceShareArn": _SHARE,
        "resourceArns": names,
        "clientToken": str(uuid4()),
    },
    failures=lambda reply: [
        entry for entry in reply["resourceShareAssociations"] if entry["status"] == "FAILED"
    ],
)

CASES = (FMS, _INSPECTOR, _GREENGRASS, _CONNECT, _RAM)
