# Generated from botocore 1.43.117; do not edit: see codegen/overlays/chime-sdk-voice.toml.
"""Amazon Chime SDK Voice."""

from itemwise.services.chime_sdk_voice._associate_phone_numbers_with_voice_connector import (
    AssociatePhoneNumbersWithVoiceConnectorRequest,
    AssociatePhoneNumbersWithVoiceConnectorResponse,
    associate_phone_numbers_with_voice_connector,
)
from itemwise.services.chime_sdk_voice._associate_phone_numbers_with_voice_connector_group import (
    AssociatePhoneNumbersWithVoiceConnectorGroupRequest,
    AssociatePhoneNumbersWithVoiceConnectorGroupResponse,
    associate_phone_numbers_with_voice_connector_group,
)
from itemwise.services.chime_sdk_voice._disassociate_phone_numbers_from_voice_connector import (
    DisassociatePhoneNumbersFromVoiceConnectorRequest,
    DisassociatePhoneNumbersFromVoiceConnectorResponse,
    disassociate_phone_numbers_from_voice_connector,
)
from itemwise.services.chime_sdk_voice._disassociate_phone_numbers_from_voice_connector_group import (  # noqa: E501 - the name is the operation's
    DisassociatePhoneNumbersFromVoiceConnectorGroupRequest,
    DisassociatePhoneNumbersFromVoiceConnectorGroupResponse,
    disassociate_phone_numbers_from_voice_connector_group,
)
from itemwise.services.chime_sdk_voice._shapes import ErrorCode, PhoneNumberError

__all__ = [
    "AssociatePhoneNumbersWithVoiceConnectorGroupRequest",
    "AssociatePhoneNumbersWithVoiceConnectorGroupResponse",
    "AssociatePhoneNumbersWithVoiceConnectorRequest",
    "AssociatePhoneNumbersWithVoiceConnectorResponse",
    "DisassociatePhoneNumbersFromVoiceConnectorGroupRequest",
    "DisassociatePhoneNumbersFromVoiceConnectorGroupResponse",
    "DisassociatePhoneNumbersFromVoiceConnectorRequest",
    "DisassociatePhoneNumbersFromVoiceConnectorResponse",
    "ErrorCode",
    "PhoneNumberError",
    "associate_phone_numbers_with_voice_connector",
    "associate_phone_numbers_with_voice_connector_group",
    "disassociate_phone_numbers_from_voice_connector",
    "disassociate_phone_numbers_from_voice_connector_group",
]
