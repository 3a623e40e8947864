"""The shortcut signs as botocore does, to the byte."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from itemwise._signature import QuickSigV4

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
headers = st.dictionaries(
    st.one_of(names, st.sampled_from(["Host", "User-Agent", "Expect", "X-Amzn-Trace-Id"])),
    texts,
    max_size=8,
)
urls = st.builds(
    "{}://{}{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["fms.eu-west-1.amazonaws.com", "127.0.0.1", "[::1]"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.sampled_from(["", "a", "a/b%20c", "instance/i-1/workspace"]),
    st.sampled_from(["", "?b=2&a=1", "?x"]),
)
bodies = st.one_of(st.binary(max_size=60), st.none())


def signed(signer: type[SigV4Auth], request: dict[str, Any], token: str | None) -> dict[str, str]:
    auth = signer(ReadOnlyCredentials("AKID", "secret", token), "fms", "eu-west-1")
    prepared = AWSRequest(**request)
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        auth.add_auth(prepared)
        # An attempt that is signed anew must not carry the old signature.
        auth.add_auth(prepared)
    return dict(prepared.headers.items())


@given(urls, headers, bodies, st.sampled_from([None, "token"]))
def test_it_is_the_same_signature(
    url: str, fields: dict[str, str], body: bytes | None, token: str | None
) -> None:
    request = {"method": "POST", "url": url, "headers": fields, "data": body}

    assert signed(QuickSigV4, request, token) == signed(SigV4Auth, request, token)


def test_a_signer_signs_one_request_after_the_other() -> None:
    def headers(signer: type[SigV4Auth]) -> list[str]:
        auth = signer(ReadOnlyCredentials("AKID", "secret", None), "fms", "eu-west-1")
        requests = [
            AWSRequest(method="POST", url=f"https://{host}/", headers={"X-Name": host}, data=b"{}")
            for host in ("a.example", "b.example")
        ]
        with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
            for request in requests:
                auth.add_auth(request)
        return [str(request.headers["Authorization"]) for request in requests]

    assert headers(QuickSigV4) == headers(SigV4Auth)


@pytest.mark.parametrize("enabled", [True, False])
def test_an_unsigned_payload_stays_one(enabled: bool) -> None:
    def header(signer: type[SigV4Auth]) -> str:
        auth = signer(ReadOnlyCredentials("AKID", "secret", None), "fms", "eu-west-1")
        request = AWSRequest(method="POST", url="https://fms.amazonaws.com/", data=b"{}")
        request.context["payload_signing_enabled"] = enabled
        with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
            auth.add_auth(request)
        return str(request.headers["Authorization"])

    assert header(QuickSigV4) == header(SigV4Auth)
