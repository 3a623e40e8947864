# Generated from botocore 1.43.117; do not edit: see codegen/overlays/chime-sdk-voice.toml.
"""Chime ``AssociatePhoneNumbersWithVoiceConnector``: give phone numbers a voice connector.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/chime-sdk-voice-2022-08-03/AssociatePhoneNumbersWithVoiceConnector
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
    "AssociatePhoneNumbersWithVoiceConnectorRequest",
    "AssociatePhoneNumbersWithVoiceConnectorResponse",
    "associate_phone_numbers_with_voice_connector",
]


class AssociatePhoneNumbersWithVoiceConnectorRequest(Request):
    """Which phone numbers get a voice connector."""

    voice_connector_id: Annotated[str, wire("VoiceConnectorId")]
    """The Voice Connector ID."""

    e164_phone_numbers: Annotated[RequestList[str], wire("E164PhoneNumbers")]
    """List of phone numbers, in E.164 format."""

    force_associate: Annotated[bool | None, wire("ForceAssociate")] = None
    """If true, associates the provided phone numbers with the provided Amazon Chime SDK Voice
    Connector and removes any previously existing associations."""


class AssociatePhoneNumbersWithVoiceConnectorResponse(Response):
    """Which phone numbers did not get it: one that is not named here did."""

    phone_number_errors: Annotated[ResponseList[PhoneNumberError], wire("PhoneNumberErrors")] = ()
    """If the action fails for one or more of the phone numbers in the request, a list of the phone
    numbers is returned, along with error codes and error messages."""


def _with_items(
    request: AssociatePhoneNumbersWithVoiceConnectorRequest, items: Sequence[str]
) -> AssociatePhoneNumbersWithVoiceConnectorRequest:
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
    response: AssociatePhoneNumbersWithVoiceConnectorResponse,
) -> Iterable[Verdict[PhoneNumberError]]:
    for entry in response.phone_number_errors:
        yield Verdict(
            key=None if entry.phone_number_id is None else (unquote(entry.phone_number_id),),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


associate_phone_numbers_with_voice_connector: Final[
    Operation[
        AssociatePhoneNumbersWithVoiceConnectorRequest,
        AssociatePhoneNumbersWithVoiceConnectorResponse,
        str,
        PhoneNumberError,
    ]
] = Operation(
    service="chime-sdk-voice",
    name="AssociatePhoneNumbersWithVoiceConnector",
    request=AssociatePhoneNumbersWithVoiceConnectorRequest,
    response=AssociatePhoneNumbersWithVoiceConnectorResponse,
    # Neither the model nor the API page gives a limit; 50 is a cautious choice.
    max_items=50,
    items=attrgetter("e164_phone_numbers"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A number has one voice connector or group: to give it the same one again changes nothing, with
    # ForceAssociate or without.
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
"""Gives phone numbers a voice connector, up to 50 in a call. Items are phone numbers in E.164
form."""
