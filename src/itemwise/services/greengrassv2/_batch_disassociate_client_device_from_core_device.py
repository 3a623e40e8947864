# Generated from botocore 1.43.117; do not edit: see codegen/overlays/greengrassv2.toml.
"""Greengrass ``BatchDisassociateClientDeviceFromCoreDevice``: part client devices from a core.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/greengrass/v2/APIReference/API_BatchDisassociateClientDeviceFromCoreDevice.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    Request,
    RequestList,
    RequestShape,
    Response,
    ResponseList,
    ResponseShape,
    length,
    wire,
)

__all__ = [
    "BatchDisassociateClientDeviceFromCoreDeviceRequest",
    "BatchDisassociateClientDeviceFromCoreDeviceResponse",
    "DisassociateClientDeviceFromCoreDeviceEntry",
    "DisassociateClientDeviceFromCoreDeviceErrorEntry",
    "batch_disassociate_client_device_from_core_device",
]

IoTThingName = Annotated[str, length(1, 128)]


class DisassociateClientDeviceFromCoreDeviceEntry(RequestShape):
    """One item: a client device."""

    thing_name: Annotated[IoTThingName, wire("thingName")]
    """The client device's thing in AWS IoT, 1 to 128 characters."""


class BatchDisassociateClientDeviceFromCoreDeviceRequest(Request):
    """Which client devices leave which core device, whose address they can then not discover."""

    core_device_thing_name: Annotated[IoTThingName, wire("coreDeviceThingName")]
    """The core device's thing in AWS IoT, 1 to 128 characters. It travels in the URI."""

    entries: Annotated[
        RequestList[DisassociateClientDeviceFromCoreDeviceEntry] | None, wire("entries")
    ] = None
    """The client devices, 1 to 100 in a call. The service lets a call have none."""


class DisassociateClientDeviceFromCoreDeviceErrorEntry(ResponseShape):
    """A client device that stayed with the core device, and why."""

    thing_name: Annotated[str | None, wire("thingName")] = None
    """The client device's thing, as it was sent."""

    code: Annotated[str | None, wire("code")] = None
    """Why it stayed, as the name of an error of the service."""

    message: Annotated[str | None, wire("message")] = None
    """The same for people to read."""


class BatchDisassociateClientDeviceFromCoreDeviceResponse(Response):
    """Which client devices stayed: one that is not named here has left."""

    error_entries: Annotated[
        ResponseList[DisassociateClientDeviceFromCoreDeviceErrorEntry], wire("errorEntries")
    ] = ()
    """The client devices that stayed, at most 100."""


def _items(
    request: BatchDisassociateClientDeviceFromCoreDeviceRequest,
) -> Sequence[DisassociateClientDeviceFromCoreDeviceEntry]:
    return request.entries or ()


def _with_items(
    request: BatchDisassociateClientDeviceFromCoreDeviceRequest,
    items: Sequence[DisassociateClientDeviceFromCoreDeviceEntry],
) -> BatchDisassociateClientDeviceFromCoreDeviceRequest:
    # A list that is there must not be empty.
    return request.model_copy(update={"entries": tuple(items) or None})


def _key(_position: int, item: DisassociateClientDeviceFromCoreDeviceEntry) -> Key:
    return (item.thing_name,)


def _verdicts(
    response: BatchDisassociateClientDeviceFromCoreDeviceResponse,
) -> Iterable[Verdict[DisassociateClientDeviceFromCoreDeviceErrorEntry]]:
    for entry in response.error_entries:
        yield Verdict(
            key=None if entry.thing_name is None else (entry.thing_name,),
            failed=True,
            entry=entry,
            code=entry.code,
            message=entry.message,
        )


batch_disassociate_client_device_from_core_device: Final[
    Operation[
        BatchDisassociateClientDeviceFromCoreDeviceRequest,
        BatchDisassociateClientDeviceFromCoreDeviceResponse,
        DisassociateClientDeviceFromCoreDeviceEntry,
        DisassociateClientDeviceFromCoreDeviceErrorEntry,
    ]
] = Operation(
    service="greengrassv2",
    name="BatchDisassociateClientDeviceFromCoreDevice",
    request=BatchDisassociateClientDeviceFromCoreDeviceRequest,
    response=BatchDisassociateClientDeviceFromCoreDeviceResponse,
    max_items=100,
    items=_items,
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A client device that has left stays away.
    idempotent=True,
    # An entry's code is an unmodelled string. Of the operation's errors these two can pass: "can't
    # process your request right now. Try again later" and "exceeded a request rate quota".
    retryable_codes=frozenset({"InternalServerException", "ThrottlingException"}),
    # ValidationException: "malformed JSON or unsupported characters", those of an item included.
    # ResourceNotFoundException is not here: what the request names for all items, the core device,
    # "can't be found".
    item_error_codes=frozenset({"ValidationException"}),
    item_fields=("entries",),
)
"""Parts client devices from a core device, up to 100 in a call. Items are entries."""
