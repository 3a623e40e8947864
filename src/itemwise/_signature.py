"""The same signature as botocore's, made with less work, on clients that itemwise has opened.

botocore's Signature Version 4 collects a request's headers twice, each time in a message object of
the email package, and prepares the whole request anew to get at its body. Here the headers are
collected once, in a dict. All else, the cryptography included, stays botocore's.

A wrong signature is refused by the service, and cannot do harm; a property test holds the two
against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from http.client import HTTPMessage
from typing import TYPE_CHECKING, cast

from botocore.auth import AUTH_TYPE_MAPS, SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["QuickSigV4", "sign_quickly"]

_VERSION = "v4-itemwise"
_UNSIGNED_HEADERS = frozenset(SIGNED_HEADERS_BLACKLIST)


class QuickSigV4(SigV4Auth):
    """Signs one request, as `SigV4Auth` does."""

    _signed: dict[str, str] | None = None

    def canonical_request(self, request: AWSRequest) -> str:
        """Begin with another request."""
        self._signed = None
        return super().canonical_request(request)

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:
        """Collect the headers, sorted; at the second time of asking they are at hand."""
        if self._signed is None:
            signed: dict[str, str] = {}
            for name, value in request.headers.items():
                lower, text = name.lower(), " ".join(value.split())
                if lower not in _UNSIGNED_HEADERS:
                    # A header that stands there twice is one with two values.
                    signed[lower] = f"{signed[lower]},{text}" if lower in signed else text
            if "host" not in signed:
                signed["host"] = _host(request.url)
            self._signed = dict(sorted(signed.items()))
        # Only ever handed to the two methods below.
        return cast("HTTPMessage", self._signed)

    def canonical_headers(self, headers_to_sign: Iterable[str]) -> str:
        """Write one line for each header."""
        headers = cast("Mapping[str, str]", headers_to_sign)
        return "\n".join(f"{name}:{value}" for name, value in headers.items())

    def signed_headers(self, headers_to_sign: Iterable[str]) -> str:
        """Name the headers."""
        return ";".join(headers_to_sign)

    def payload(self, request: AWSRequest) -> str:
        """Hash the body."""
        body: object = request.data
        if isinstance(body, bytes) and request.context.get("payload_signing_enabled", True):
            return sha256(body).hexdigest()
        return super().payload(request)


@lru_cache(maxsize=256)
def _host(url: str) -> str:
    # As botocore itself finds it.
    nobody = SigV4Auth(ReadOnlyCredentials("", "", None), "", "")
    headers = nobody.headers_to_sign(AWSRequest(method="POST", url=url))
    return str(headers["host"])


def sign_quickly(client: AioBaseClient) -> None:
    """Have the requests of this client signed by `QuickSigV4`, where botocore's own would."""
    if AUTH_TYPE_MAPS.get("v4") is SigV4Auth:
        # botocore finds signers by name in this table: ours is one more name.
        AUTH_TYPE_MAPS[_VERSION] = QuickSigV4
        # The stubs know no handler that answers.
        choose = cast("Callable[..., None]", _choose)
        client.meta.events.register_first("choose-signer", choose, unique_id="itemwise-signer")


def _choose(
    signature_version: object, signing_name: str, context: Mapping[str, object], **_: object
) -> str | None:
    usual = (
        signature_version == "v4"
        and context.get("auth_type") in (None, "v4")
        # Where a service knows other schemes too, the choice is botocore's.
        and context.get("auth_options") in (None, ["aws.auth#sigv4"])
        and not context.get("unsigned_payload")
        and not signing_name.startswith("s3")
    )
    return _VERSION if usual else None
