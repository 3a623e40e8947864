"""The same signature as botocore's, made with less work, on clients that itemwise has opened.

botocore's Signature Version 4 collects a request's headers twice, each time in a message object of
the email package, prepares the whole request anew to get at its body, and derives the key of the
day for each request. Here the headers are walked once, and a client keeps the key that it derived
last. Requests that are out of the ordinary stay botocore's.

A wrong signature is refused by the service, and cannot do harm; a property test holds the two
against each other.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from botocore.auth import AUTH_TYPE_MAPS, SIGNED_HEADERS_BLACKLIST, SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["QuickSigV4", "SigningKey", "sign_quickly"]

_VERSION = "v4-itemwise"
_KEY = "itemwise_signing_key"
_UNSIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)
_TO_BE_SET = frozenset(
    {"authorization", "date", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"}
)


class QuickSigV4(SigV4Auth):
    """Signs one request, as `SigV4Auth` does."""

    def add_auth(self, request: AWSRequest) -> None:
        """Sign a request, or leave it to botocore where it is out of the ordinary."""
        headers, body = request.headers, cast("object", request.data)
        values: dict[str, str] = {}
        for name, value in headers.items():
            lower, text = name.lower(), " ".join(value.split())
            # A header that stands there twice is one with two values.
            values[lower] = f"{values[lower]},{text}" if lower in values else text
        # Despite the stubs there are no credentials where none were found.
        secret: str | None = getattr(self.credentials, "secret_key", None)
        if (
            secret is None
            or not isinstance(body, bytes)
            or request.params
            or request.context.get("checksum")
            or not request.context.get("payload_signing_enabled", True)
            # Signed before, or with a date of its own.
            or not _TO_BE_SET.isdisjoint(values)
        ):
            super().add_auth(request)
            return
        timestamp = datetime.now(UTC).strftime(SIGV4_TIMESTAMP)
        request.context["timestamp"] = timestamp
        headers["X-Amz-Date"] = values["x-amz-date"] = timestamp
        token = self.credentials.token
        if token:
            headers["X-Amz-Security-Token"] = token
            values["x-amz-security-token"] = " ".join(token.split())
        host, path, query = _address(request.url)
        values.setdefault("host", host)
        names = sorted(values.keys() - _UNSIGNED)
        canonical_request = "\n".join(
            [
                str(request.method).upper(),
                path,
                query,
                *[f"{name}:{values[name]}" for name in names],
                "",
                ";".join(names),
                sha256(body).hexdigest(),
            ]
        )
        key: SigningKey = request.context.get(_KEY) or SigningKey()
        signature = key.sign(
            self.string_to_sign(request, canonical_request),
            secret=secret,
            scope=self.credential_scope(request),
        )
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.scope(request)}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )


class SigningKey:
    """The signing key that a client derived last. It is good for one day, region and service.

    The secret itself is not kept: a digest tells whether it is still the same.
    """

    def __init__(self) -> None:
        self._derived_from = (b"", "")
        self._key = b""

    def attach(self, context: MutableMapping[str, object]) -> None:
        """Have the request with this context signed by this key."""
        context[_KEY] = self

    def sign(self, text: str, *, secret: str, scope: str) -> str:
        """Sign by the key of a day, region and service: each step is keyed by the one before."""
        derived_from = (sha256(secret.encode()).digest(), scope)
        if self._derived_from != derived_from:
            self._key = f"AWS4{secret}".encode()
            for part in scope.split("/"):
                self._key = hmac.new(self._key, part.encode(), sha256).digest()
            self._derived_from = derived_from
        return hmac.new(self._key, text.encode(), sha256).hexdigest()


@lru_cache(maxsize=256)
def _address(url: str) -> tuple[str, str, str]:
    """Give a URL's host, path and query as they are signed, by botocore's rules."""
    nobody = SigV4Auth(ReadOnlyCredentials("", "", None), "", "")
    lines = nobody.canonical_request(AWSRequest(method="POST", url=url)).split("\n")
    return lines[3].removeprefix("host:"), lines[1], lines[2]


def sign_quickly(client: AioBaseClient) -> None:
    """Have the requests of this client signed by `QuickSigV4`, where botocore's own would."""
    if AUTH_TYPE_MAPS.get("v4") is not SigV4Auth:
        return
    # botocore finds signers by name in this table: ours is one more name.
    AUTH_TYPE_MAPS[_VERSION] = QuickSigV4
    key = SigningKey()

    def choose(
        signature_version: object,
        signing_name: str,
        context: MutableMapping[str, object],
        **_: object,
    ) -> str | None:
        usual = (
            signature_version == "v4"
            and context.get("auth_type") in (None, "v4")
            # Where a service knows other schemes too, the choice is botocore's.
            and context.get("auth_options") in (None, ["aws.auth#sigv4"])
            and not context.get("unsigned_payload")
            and not signing_name.startswith("s3")
        )
        key.attach(context)
        return _VERSION if usual else None

    # The stubs know no handler that answers.
    handler = cast("Callable[..., None]", choose)
    client.meta.events.register_last("choose-signer", handler, unique_id="itemwise-signer")
