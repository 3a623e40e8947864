# Generated from botocore 1.43.117; do not edit: see codegen/overlays/chime-sdk-voice.toml.
"""What LocalAWS serves of Chime."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="chime-sdk-voice",
        operation="AssociatePhoneNumbersWithVoiceConnector",
        items=(ItemList(member="E164PhoneNumbers"),),
        limit=50,
        failures=EntryList(
            member="PhoneNumberErrors",
            names=(("PhoneNumberId", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="BadRequestException",
        throttle_error="ThrottledClientException",
        item_code="NotFound",
        item_message="The phone number was not found.",
    ),
    ServedOperation(
        service="chime-sdk-voice",
        operation="AssociatePhoneNumbersWithVoiceConnectorGroup",
        items=(ItemList(member="E164PhoneNumbers"),),
        limit=50,
        failures=EntryList(
            member="PhoneNumberErrors",
            names=(("PhoneNumberId", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="BadRequestException",
        throttle_error="ThrottledClientException",
        item_code="NotFound",
        item_message="The phone number was not found.",
    ),
    ServedOperation(
        service="chime-sdk-voice",
        operation="DisassociatePhoneNumbersFromVoiceConnector",
        items=(ItemList(member="E164PhoneNumbers"),),
        limit=50,
        failures=EntryList(
            member="PhoneNumberErrors",
            names=(("PhoneNumberId", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="BadRequestException",
        throttle_error="ThrottledClientException",
        item_code="NotFound",
        item_message="The phone number was not found.",
    ),
    ServedOperation(
        service="chime-sdk-voice",
        operation="DisassociatePhoneNumbersFromVoiceConnectorGroup",
        items=(ItemList(member="E164PhoneNumbers"),),
        limit=50,
        failures=EntryList(
            member="PhoneNumberErrors",
            names=(("PhoneNumberId", ""),),
            code="ErrorCode",
            message="ErrorMessage",
        ),
        validation_error="BadRequestException",
        throttle_error="ThrottledClientException",
        item_code="NotFound",
        item_message="The phone number was not found.",
    ),
)
