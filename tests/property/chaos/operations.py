"""The operations that are searched: of each service, one and the one that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from itemwise import Request
from itemwise.services import connect, fms, greengrassv2, inspector2, ram
from tests.wire.cases import CASES, CONNECT, FMS, GREENGRASS, INSPECTOR, RAM, Case

__all__ = ["BY_NAME", "OF_SERVICE"]


def _same_members(case: Case, request: type[Request]) -> Callable[[Sequence[Any]], Request]:
    """Make requests of another model whose fields have the same names."""
    return lambda items: request(**dict(case.make(items)))


def _inspector_item(number: int) -> inspector2.AssociateConfigurationRequest:
    return inspector2.AssociateConfigurationRequest(**dict(INSPECTOR.item(number)))


def _inspector_request(items: Sequence[inspector2.AssociateConfigurationRequest]) -> Request:
    return inspector2.BatchAssociateCodeSecurityScanConfigurationRequest(
        associate_configuration_requests=items
    )


def _greengrass_item(number: int) -> greengrassv2.AssociateClientDeviceWithCoreDeviceEntry:
    return greengrassv2.AssociateClientDeviceWithCoreDeviceEntry(**dict(GREENGRASS.item(number)))


def _greengrass_request(
    items: Sequence[greengrassv2.AssociateClientDeviceWithCoreDeviceEntry],
) -> Request:
    return greengrassv2.BatchAssociateClientDeviceWithCoreDeviceRequest(
        core_device_thing_name="core", entries=items or None
    )


# Both operations of a service have the same codes, and the same keys for a number's item.
_COUNTERPARTS: Final = (
    replace(
        FMS,
        operation=fms.batch_associate_resource,
        make=_same_members(FMS, fms.BatchAssociateResourceRequest),
    ),
    replace(
        INSPECTOR,
        operation=inspector2.batch_associate_code_security_scan_configuration,
        item=_inspector_item,
        make=_inspector_request,
    ),
    replace(
        GREENGRASS,
        operation=greengrassv2.batch_associate_client_device_with_core_device,
        item=_greengrass_item,
        make=_greengrass_request,
        entry=greengrassv2.AssociateClientDeviceWithCoreDeviceErrorEntry,
    ),
    replace(
        CONNECT,
        operation=connect.associate_workspace,
        make=_same_members(CONNECT, connect.AssociateWorkspaceRequest),
    ),
    replace(
        RAM,
        operation=ram.associate_resource_share,
        make=_same_members(RAM, ram.AssociateResourceShareRequest),
    ),
)

OF_SERVICE: Final = {
    pair[0].operation.service: pair for pair in zip(CASES, _COUNTERPARTS, strict=True)
}
BY_NAME: Final = {case.name: case for pair in OF_SERVICE.values() for case in pair}
"""By wire name."""
