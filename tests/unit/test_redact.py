"""Words with credentials in them, and words that only look like it."""

from __future__ import annotations

import time

import pytest

from itemwise._redact import redacted

TOKEN = "IQoJb3JpZ2luX2VjEDoaCXVzLWVhc3QtMSJHMEUCIQ/abc+def=="
KEY_ID = "ASIAIOSFODNN7EXAMPLE"

QUOTED = f"""\
The request signature we calculated does not match the signature you provided. Check your AWS \
Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/

content-type:application/x-amz-json-1.1
host:fms.eu-west-1.amazonaws.com
x-amz-date:20261130T120000Z
x-amz-security-token:{TOKEN}
x-amz-target:AWSFMS_20180101.BatchDisassociateResource

content-type;host;x-amz-date;x-amz-security-token;x-amz-target
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
"""
"""As AWS says it."""


def test_the_request_that_aws_quotes_is_left_without_its_token() -> None:
    assert redacted(QUOTED) == QUOTED.replace(TOKEN, "[redacted]")


@pytest.mark.parametrize(
    "text",
    [
        f"X-Amz-Security-Token: {TOKEN}",
        f'{{"X-Amz-Security-Token": "{TOKEN}"}}',
        f'{{\\"x-amz-security-token\\":\\"{TOKEN}\\"}}',
        f"https://host/?X-Amz-Security-Token={TOKEN.replace('/', '%2F')}&X-Amz-Date=1",
        f"<b>x-amz-security-token:{TOKEN.replace('/', '&#x2F;')}</b>",
        f"x-amz-security-token:{TOKEN.replace('/', chr(92) + '/')}",
    ],
)
def test_a_token_is_known_by_its_place_however_it_is_escaped(text: str) -> None:
    found = redacted(text)
    for part in ("IQoJ", "abc", "def"):
        assert part not in found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"no key {KEY_ID} here", "no key ASIA[redacted] here"),
        ("AKIAIOSFODNN7EXAMPLEANDLONGER", "AKIA[redacted]"),
        (
            "Credential=AnyId/20261130/eu-west-1/fms/aws4_request, SignedHeaders=host",
            "Credential=[redacted]/20261130/eu-west-1/fms/aws4_request, SignedHeaders=host",
        ),
        ("X-Amz-Credential=AnyId%2F20261130", "X-Amz-Credential=[redacted]%2F20261130"),
    ],
)
def test_the_id_of_a_key_is_known_by_its_form_or_its_place(text: str, left: str) -> None:
    assert redacted(text) == left


def test_a_value_that_is_given_is_found_anywhere_and_whole() -> None:
    secrets = ["outer-inner-outer", "inner"]
    assert redacted("code:xouter-inner-outerx inner", secrets) == "code:x[redacted]x [redacted]"


@pytest.mark.parametrize(
    "text",
    [
        "Rate exceeded",
        "the header x-amz-security-token is missing: sign the request",
        "arn:aws:ec2:eu-west-1:111122223333:vpc/MALAYSIAPRODUCTIONCLUSTER1",
        "AKIATOOSHORT",
        "Credentials are expired",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("word", ["AKIA ", "AAAA", "mz-security-token", "<p>Bad gateway</p>\n"])
def test_a_large_reply_does_not_hold_up_the_event_loop(word: str) -> None:
    text = word * (1_000_000 // len(word))

    began = time.process_time()
    redacted(text, ["s" * 40, "k" * 20])

    assert time.process_time() - began < 0.5
