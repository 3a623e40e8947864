# Generated from botocore 1.43.117; do not edit: see codegen/overlays/greengrassv2.toml.
"""AWS IoT Greengrass (API version 2)."""

from itemwise.services.greengrassv2._batch_associate_client_device_with_core_device import (
    AssociateClientDeviceWithCoreDeviceEntry,
    AssociateClientDeviceWithCoreDeviceErrorEntry,
    BatchAssociateClientDeviceWithCoreDeviceRequest,
    BatchAssociateClientDeviceWithCoreDeviceResponse,
    batch_associate_client_device_with_core_device,
)
from itemwise.services.greengrassv2._batch_disassociate_client_device_from_core_device import (
    BatchDisassociateClientDeviceFromCoreDeviceRequest,
    BatchDisassociateClientDeviceFromCoreDeviceResponse,
    DisassociateClientDeviceFromCoreDeviceEntry,
    DisassociateClientDeviceFromCoreDeviceErrorEntry,
    batch_disassociate_client_device_from_core_device,
)

__all__ = [
    "AssociateClientDeviceWithCoreDeviceEntry",
    "AssociateClientDeviceWithCoreDeviceErrorEntry",
    "BatchAssociateClientDeviceWithCoreDeviceRequest",
    "BatchAssociateClientDeviceWithCoreDeviceResponse",
    "BatchDisassociateClientDeviceFromCoreDeviceRequest",
    "BatchDisassociateClientDeviceFromCoreDeviceResponse",
    "DisassociateClientDeviceFromCoreDeviceEntry",
    "DisassociateClientDeviceFromCoreDeviceErrorEntry",
    "batch_associate_client_device_with_core_device",
    "batch_disassociate_client_device_from_core_device",
]
