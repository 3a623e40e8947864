"""The two encodings of bodies: JSON and CBOR."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from types import ModuleType

from itemwise.testing._shapes import BodyForm, write_time
from itemwise.testing._wire import MalformedRequestError

__all__ = ["CborForm", "JsonForm"]


class JsonForm(BodyForm):
    """JSON bodies."""

    def decode(self, body: bytes) -> object:
        """Decode a body; an empty one is an empty structure."""
        if not body:
            return {}
        try:
            decoded: object = json.loads(body)
        except ValueError as error:
            raise MalformedRequestError(f"the body is not JSON: {error}") from error
        return decoded

    def encode(self, value: object) -> bytes:
        """Encode what a writer made."""
        return json.dumps(value, separators=(",", ":")).encode()

    def read_blob(self, value: object) -> bytes:
        """Read base64."""
        if not isinstance(value, str):
            raise MalformedRequestError(f"base64 was expected, not {value!r:.100}")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise MalformedRequestError(f"not base64: {error}") from error

    def write_blob(self, value: bytes) -> object:
        """Write base64."""
        return base64.b64encode(value).decode()

    def write_timestamp(self, value: datetime, form: str) -> object:
        """Write a timestamp in the modelled form."""
        return write_time(value, form)


class CborForm(BodyForm):
    """CBOR bodies, by the optional library cbor2.

    Raises:
        ModuleNotFoundError: cbor2 is not installed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cbor = _cbor2()

    def decode(self, body: bytes) -> object:
        """Decode a body; an empty one is an empty structure."""
        if not body:
            return {}
        try:
            decoded: object = self._cbor.loads(body)
        except (self._cbor.CBORDecodeError, ValueError) as error:
            raise MalformedRequestError(f"the body is not CBOR: {error}") from error
        return decoded

    def encode(self, value: object) -> bytes:
        """Encode what a writer made."""
        # botocore reads timestamps of tag 1 alone; cbor2 writes tag 0 unless told.
        encoded: bytes = self._cbor.dumps(value, datetime_as_timestamp=True)
        return encoded

    def read_blob(self, value: object) -> bytes:
        """Read a byte string."""
        if not isinstance(value, bytes):
            raise MalformedRequestError(f"bytes were expected, not {value!r:.100}")
        return value

    def write_blob(self, value: bytes) -> object:
        """Write a byte string."""
        return value

    def write_timestamp(self, value: datetime, form: str) -> object:  # noqa: ARG002 - JSON needs it
        """Leave a timestamp to the encoding, which has its own."""
        return value


def _cbor2() -> ModuleType:
    try:
        import cbor2  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "LocalAWS needs the library cbor2 for the protocol smithy-rpc-v2-cbor: "
            "pip install itemwise[testing]",
            name="cbor2",
        ) from error
    return cbor2
