"""AWS IoT Greengrass (API version 2)."""

from itemwise.services.greengrassv2._batch_disassociate_client_device_from_core_device import (
    BatchDisassociateClientDeviceFromCoreDeviceRequest,
    BatchDisassociateClientDeviceFromCoreDeviceResponse,
    DisassociateClientDeviceFromCoreDeviceEntry,
    DisassociateClientDeviceFromCoreDeviceErrorEntry,
    batch_disassociate_client_device_from_core_device,
)

__all__ = [
    "BatchDisassociateClientDeviceFromCoreDeviceRequest",
    "BatchDisassociateClientDeviceFromCoreDeviceResponse",
    "DisassociateClientDeviceFromCoreDeviceEntry",
    "DisassociateClientDeviceFromCoreDeviceErrorEntry",
    "batch_disassociate_client_device_from_core_device",
]
