# Generated from botocore 1.43.117; do not edit: see codegen/overlays/greengrassv2.toml.
"""Greengrass ``BatchAssociateClientDeviceWithCoreDevice``: join client devices to a core.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/greengrass/v2/APIReference/API_BatchAssociateClientDeviceWithCoreDevice.html
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
    "AssociateClientDeviceWithCoreDeviceEntry",
    "AssociateClientDeviceWithCoreDeviceErrorEntry",
    "BatchAssociateClientDeviceWithCoreDeviceRequest",
    "BatchAssociateClientDeviceWithCoreDeviceResponse",
    "batch_associate_client_device_with_core_device",
]

IoTThingName = Annotated[str, length(1, 128)]


class AssociateClientDeviceWithCoreDeviceEntry(RequestShape):
    """One item: a client device."""

    thing_name: Annotated[IoTThingName, wire("thingName")]
    """The client device's thing in AWS IoT, 1 to 128 characters."""


class BatchAssociateClientDeviceWithCoreDeviceRequest(Request):
    """Which client devices join which core device, whose address they can then discover."""

    core_device_thing_name: Annotated[IoTThingName, wire("coreDeviceThingName")]
    """The core device's thing in AWS IoT, 1 to 128 characters. It travels in the URI."""

    entries: Annotated[
        RequestList[AssociateClientDeviceWithCoreDeviceEntry] | None, wire("entries")
    ] = None
    """The client devices, 1 to 100 in a call. The service lets a call have none."""


class AssociateClientDeviceWithCoreDeviceErrorEntry(ResponseShape):
    """A client device that did not join the core device, and why."""

    thing_name: Annotated[str | None, wire("thingName")] = None
    """The client device's thing, as it was sent."""

    code: Annotated[str | None, wire("code")] = None
    """Why it did not join, as the name of an error of the service."""

    message: Annotated[str | None, wire("message")] = None
    """The same for people to read."""


class BatchAssociateClientDeviceWithCoreDeviceResponse(Response):
    """Which client devices did not join: one that is not named here has."""

    error_entries: Annotated[
        ResponseList[AssociateClientDeviceWithCoreDeviceErrorEntry], wire("errorEntries")
    ] = ()
    """The client devices that did not join, at most 100."""


def _items(
    request: BatchAssociateClientDeviceWithCoreDeviceRequest,
) -> Sequence[AssociateClientDeviceWithCoreDeviceEntry]:
    return request.entries or ()


def _with_items(
    request: BatchAssociateClientDeviceWithCoreDeviceRequest,
    items: Sequence[AssociateClientDeviceWithCoreDeviceEntry],
) -> BatchAssociateClientDeviceWithCoreDeviceRequest:
    # A list that is there must not be empty.
    return request.model_copy(update={"entries": tuple(items) or None})


def _key(_position: int, item: AssociateClientDeviceWithCoreDeviceEntry) -> Key:
    return (item.thing_name,)


def _verdicts(
    response: BatchAssociateClientDeviceWithCoreDeviceResponse,
) -> Iterable[Verdict[AssociateClientDeviceWithCoreDeviceErrorEntry]]:
    for entry in response.error_entries:
        yield Verdict(
            key=None if entry.thing_name is None else (entry.thing_name,),
            failed=True,
            entry=entry,
            code=entry.code,
            message=entry.message,
        )


batch_associate_client_device_with_core_device: Final[
    Operation[
        BatchAssociateClientDeviceWithCoreDeviceRequest,
        BatchAssociateClientDeviceWithCoreDeviceResponse,
        AssociateClientDeviceWithCoreDeviceEntry,
        AssociateClientDeviceWithCoreDeviceErrorEntry,
    ]
] = Operation(
    service="greengrassv2",
    name="BatchAssociateClientDeviceWithCoreDevice",
    request=BatchAssociateClientDeviceWithCoreDeviceRequest,
    response=BatchAssociateClientDeviceWithCoreDeviceResponse,
    max_items=100,
    items=_items,
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A core device has a client device once: to join it again changes nothing.
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
"""Joins client devices to a core device, up to 100 in a call. Items are entries."""
