# Generated from botocore 1.43.117; do not edit: see codegen/overlays/chime-sdk-voice.toml.
"""Chime ``DisassociatePhoneNumbersFromVoiceConnectorGroup``.

Take phone numbers off a voice connector group.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/chime-sdk-voice-2022-08-03/DisassociatePhoneNumbersFromVoiceConnectorGroup
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final
from urllib.parse import unquote

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    wire,
)
from itemwise.services.chime_sdk_voice._shapes import ErrorCode, PhoneNumberError

__all__ = [
    "DisassociatePhoneNumbersFromVoiceConnectorGroupRequest",
    "DisassociatePhoneNumbersFromVoiceConnectorGroupResponse",
    "disassociate_phone_numbers_from_voice_connector_group",
]


class DisassociatePhoneNumbersFromVoiceConnectorGroupRequest(Request):
    """Which phone numbers leave."""

    voice_connector_group_id: Annotated[str, wire("VoiceConnectorGroupId")]
    """The Voice Connector group ID."""

    e164_phone_numbers: Annotated[RequestList[str], wire("E164PhoneNumbers")]
    """The list of phone numbers, in E.164 format."""


class DisassociatePhoneNumbersFromVoiceConnectorGroupResponse(Response):
    """Which phone numbers stayed: one that is not named here has left."""

    phone_number_errors: Annotated[ResponseList[PhoneNumberError], wire("PhoneNumberErrors")] = ()
    """If the action fails for one or more of the phone numbers in the request, a list of the phone
    numbers is returned, along with error codes and error messages."""


def _with_items(
    request: DisassociatePhoneNumbersFromVoiceConnectorGroupRequest, items: Sequence[str]
) -> DisassociatePhoneNumbersFromVoiceConnectorGroupRequest:
    return request.model_copy(update={"e164_phone_numbers": tuple(items)})


def _key(_position: int, item: str) -> Key:
    # No page says how an entry spells the id. The examples of the AWS CLI have the number itself
    # with its plus sign percent-encoded, "PhoneNumberId": "%2B12065550100" beside
    # "E164PhoneNumber": "+12065550100":
    # https://docs.aws.amazon.com/cli/latest/reference/chime/get-phone-number.html. Requests have
    # the plain number: decoded, both spellings read alike, and an entry with another one would
    # leave the silent numbers of its call Unknown, never Succeeded.
    return (unquote(item),)


def _verdicts(
    response: DisassociatePhoneNumbersFromVoiceConnectorGroupResponse,
) -> Iterable[Verdict[PhoneNumberError]]:
    for entry in response.phone_number_errors:
        yield Verdict(
            key=None if entry.phone_number_id is None else (unquote(entry.phone_number_id),),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


disassociate_phone_numbers_from_voice_connector_group: Final[
    Operation[
        DisassociatePhoneNumbersFromVoiceConnectorGroupRequest,
        DisassociatePhoneNumbersFromVoiceConnectorGroupResponse,
        str,
        PhoneNumberError,
    ]
] = Operation(
    service="chime-sdk-voice",
    name="DisassociatePhoneNumbersFromVoiceConnectorGroup",
    request=DisassociatePhoneNumbersFromVoiceConnectorGroupRequest,
    response=DisassociatePhoneNumbersFromVoiceConnectorGroupResponse,
    # Neither the model nor the API page gives a limit; 50 is a cautious choice.
    max_items=50,
    items=attrgetter("e164_phone_numbers"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # These alone name throttling and faults on the service's side.
    retryable_codes=frozenset(
        {
            ErrorCode.SERVICE_FAILURE.value,
            ErrorCode.SERVICE_UNAVAILABLE.value,
            ErrorCode.THROTTLED.value,
            ErrorCode.THROTTLING.value,
        }
    ),
    # "The input parameters don't match the service's restrictions", those of a number included.
    # NotFoundException is not here: the voice connector or its group, which the request names for
    # all items, can be what is not found.
    item_error_codes=frozenset({"BadRequestException"}),
    item_fields=("e164_phone_numbers",),
)
"""Takes phone numbers off a voice connector group, up to 50 in a call. Items are phone numbers in
E.164 form."""
