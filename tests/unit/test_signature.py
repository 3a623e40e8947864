"""The shortcut signs as botocore does, to the byte."""

from __future__ import annotations

import hmac
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from itemwise._botocore.signature import QuickSigV4, SigningKey

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOBODYS = "of nobody"
URL = "https://fms.eu-west-1.amazonaws.com/"

names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
headers = st.dictionaries(
    st.one_of(
        names,
        st.sampled_from(["Host", "User-Agent", "Expect", "X-Amzn-Trace-Id", "X-Amz-Date", "Date"]),
    ),
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


@contextmanager
def at(moment: datetime) -> Generator[None]:
    with (
        mock.patch("botocore.auth.get_current_datetime", return_value=moment),
        mock.patch("itemwise._botocore.signature.datetime") as ours,
    ):
        ours.now.return_value = moment
        yield


def signed(
    signer: type[SigV4Auth],
    request: AWSRequest,
    *,
    secret: str = NOBODYS,
    token: str | None = None,
    region: str = "eu-west-1",
    moment: datetime = NOW,
) -> dict[str, str]:
    auth = signer(ReadOnlyCredentials("AKID", secret, token), "fms", region)
    with at(moment):
        auth.add_auth(request)
    return dict(request.headers.items())


@given(urls, headers, bodies, st.sampled_from([None, "token", " a  b "]))
def test_it_is_the_same_signature(
    url: str, fields: dict[str, str], body: bytes | None, token: str | None
) -> None:
    ours, botocores = (
        AWSRequest(method="POST", url=url, headers=fields, data=body) for _ in range(2)
    )

    # An attempt that is signed anew must not carry the old signature.
    for moment in (NOW, NOW + timedelta(seconds=1)):
        by_us = signed(QuickSigV4, ours, token=token, moment=moment)
        assert by_us == signed(SigV4Auth, botocores, token=token, moment=moment)
        assert ours.context["timestamp"] == botocores.context["timestamp"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["secret", "another"]),
            st.sampled_from(["eu-west-1", "us-east-1"]),
            st.sampled_from([NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)]),
        )
    )
)
def test_a_key_is_kept_for_its_own_secret_day_and_region(
    requests: list[tuple[str, str, datetime]],
) -> None:
    kept = SigningKey()

    for secret, region, moment in requests:
        ours, botocores = (AWSRequest(method="POST", url=URL, data=b"{}") for _ in range(2))
        kept.attach(ours.context)
        by_us = signed(QuickSigV4, ours, secret=secret, region=region, moment=moment)
        assert by_us == signed(SigV4Auth, botocores, secret=secret, region=region, moment=moment)


def test_the_secret_is_not_kept_with_the_key() -> None:
    kept, request = SigningKey(), AWSRequest(method="POST", url=URL, data=b"{}")
    kept.attach(request.context)

    signed(QuickSigV4, request, secret="wJalrXUtnFEMI")

    assert "wJalrXUtnFEMI" not in repr(vars(kept))


def test_a_kept_key_is_derived_once() -> None:
    kept, requests = SigningKey(), [AWSRequest(method="POST", url=URL, data=b"{}") for _ in "ab"]

    with mock.patch("itemwise._botocore.signature.hmac.new", wraps=hmac.new) as digests:
        for request in requests:
            kept.attach(request.context)
            signed(QuickSigV4, request)

    # Date, region, service, "aws4_request", and each of the two requests.
    assert digests.call_count == 4 + 2


@pytest.mark.parametrize(
    ("context", "params"),
    [
        ({"payload_signing_enabled": True}, None),
        ({"payload_signing_enabled": False}, None),
        ({"checksum": {"request_algorithm": {"in": "trailer"}}}, None),
        ({}, {"b": "2", "a": "1"}),
    ],
)
def test_what_is_out_of_the_ordinary_is_botocores(
    context: dict[str, Any], params: dict[str, str] | None
) -> None:
    ours, botocores = (
        AWSRequest(method="POST", url=URL, data=b"{}", params=params) for _ in range(2)
    )
    ours.context.update(context)
    botocores.context.update(context)

    assert signed(QuickSigV4, ours) == signed(SigV4Auth, botocores)


def test_nobody_signs_nothing() -> None:
    auth = QuickSigV4(None, "fms", "eu-west-1")  # type: ignore[arg-type]  # as botocore does

    with pytest.raises(NoCredentialsError):
        auth.add_auth(AWSRequest(method="POST", url=URL, data=b"{}"))
