"""What a failed call means: botocore's exceptions in, our errors out."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import ClientConnectorError, ConnectionTimeoutError
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from itemwise import (
    CallError,
    Delivery,
    RejectedError,
    ResponseError,
    ThrottledError,
    TransientError,
)
from itemwise._botocore.classify import classify, unsent
from itemwise._botocore.retry_after import retry_after_seconds
from itemwise._botocore.transport import ReplyTooLargeError
from itemwise._botocore.unanswered import perhaps_sent_before

URL = "https://ram.test/path"


def refused(host: str, port: int) -> ClientConnectorError:
    return ClientConnectorError(Mock(host=host, port=port), OSError(111, "refused"))


def late(url: str) -> ConnectionTimeoutError:
    # As aiohttp words it.
    return ConnectionTimeoutError(f"Connection timeout to host {url}")


def answered(
    code: str | None, status: int, *, retryable: Any = None, headers: Any = None
) -> CallError:
    response: Any = {
        "Error": {} if code is None else {"Code": code, "Message": "Words."},
        "ResponseMetadata": {
            "HTTPStatusCode": status,
            "RequestId": "id-1",
            "HTTPHeaders": headers or {},
        },
    }
    return classify(boto.ClientError(response, "Op"), operation="Op", retryable=retryable)


@pytest.mark.parametrize("status", [400, 429, 503])
def test_a_code_of_throttling_is_throttled_whatever_the_status(status: int) -> None:
    error = answered("ThrottlingException", status)
    assert type(error) is ThrottledError
    assert error.delivery is Delivery.REFUSED


@pytest.mark.parametrize(
    ("code", "status", "retryable", "kind", "delivery"),
    [
        (None, 429, None, ThrottledError, Delivery.REFUSED),
        ("429", 429, None, ThrottledError, Delivery.REFUSED),
        ("LimitExceededException", 429, None, ThrottledError, Delivery.REFUSED),
        ("SomethingElse", 400, {"throttling": True}, ThrottledError, Delivery.REFUSED),
        ("SomethingElse", 400, {"throttling": False}, TransientError, Delivery.REFUSED),
        ("SomethingElse", 409, {}, TransientError, Delivery.REFUSED),
        ("LimitExceededException", 400, None, RejectedError, Delivery.REFUSED),
        ("InternalErrorException", 400, None, TransientError, Delivery.IN_DOUBT),
        ("InternalFailure", 500, None, TransientError, Delivery.IN_DOUBT),
        ("InternalServerException", 500, {}, TransientError, Delivery.IN_DOUBT),
        ("SomethingElse", 500, None, TransientError, Delivery.IN_DOUBT),
        (None, 502, None, TransientError, Delivery.IN_DOUBT),
        ("ServiceUnavailable", 503, None, TransientError, Delivery.IN_DOUBT),
        (None, 504, None, TransientError, Delivery.IN_DOUBT),
        (None, 200, None, ResponseError, Delivery.IN_DOUBT),
        ("RequestTimeout", 400, None, TransientError, Delivery.REFUSED),
        ("RequestTimeoutException", 408, None, TransientError, Delivery.REFUSED),
        ("AccessDeniedException", 403, None, RejectedError, Delivery.REFUSED),
        ("ExpiredTokenException", 403, None, RejectedError, Delivery.REFUSED),
        ("ValidationException", 400, None, RejectedError, Delivery.REFUSED),
        (None, 404, None, RejectedError, Delivery.REFUSED),
    ],
)
def test_the_kind_follows_from_code_trait_and_status(
    code: str | None, status: int, retryable: Any, kind: type[CallError], delivery: Delivery
) -> None:
    error = answered(code, status, retryable=retryable)

    assert type(error) is kind
    assert error.delivery is delivery
    assert error.code == (code or str(status))
    assert (error.operation, error.status, error.request_id) == ("Op", status, "id-1")
    assert error.message


def test_an_answer_that_says_nothing_still_makes_a_whole_error() -> None:
    empty: Any = {}

    error = classify(boto.ClientError(empty, "Op"), operation="Op")

    assert type(error) is RejectedError
    assert (error.code, error.status, error.request_id) == ("Unknown", None, None)


def test_what_a_service_says_fits_a_line() -> None:
    error = answered("Bad\nCode" + "x" * 300, 403)
    assert error.code.startswith("Bad Code")
    assert len(error.code) < 230
    response: Any = {"Error": {"Code": "X", "Message": "<html>\n\ud83d" + "é" * 5000}}
    error = classify(boto.ClientError(response, "Op"), operation="Op")
    assert error.message.startswith("<html>  é")
    assert error.message.endswith("é... (5008 characters)")
    assert len(error.message) < 4100


def test_what_comes_of_renewing_credentials_is_not_said_of_the_operation() -> None:
    def refused(code: str, status: int) -> boto.ClientError:
        metadata: Any = {"HTTPStatusCode": status, "RequestId": "theirs", "HTTPHeaders": {}}
        response: Any = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}
        return boto.ClientError(response, "AssumeRole")

    rows: list[tuple[Exception, type[CallError]]] = [
        (refused("InternalFailure", 500), TransientError),
        (refused("Throttling", 400), TransientError),
        (refused("AccessDenied", 403), RejectedError),
        (boto.ReadTimeoutError(endpoint_url="u", error="late"), TransientError),
        (boto.NoCredentialsError(), TransientError),
        (boto.ParamValidationError(report="wrong"), RejectedError),
        (KeyError("AccessKeyId"), RejectedError),
    ]
    for raised, kind in rows:
        error = unsent(raised, operation="Op")
        assert type(error) is kind
        assert error.delivery is Delivery.NEVER_LEFT
        assert error.request_id is None
        assert "Nothing was sent" in str(error)
        assert ("AssumeRole" in str(error)) is isinstance(raised, boto.ClientError)


@pytest.mark.parametrize(
    "raised",
    [
        boto.NoCredentialsError(),
        boto.PartialCredentialsError(provider="env", cred_var="key"),
        boto.CredentialRetrievalError(provider="env", error_msg="gone"),
        boto.UnauthorizedSSOTokenError(),
        boto.TokenRetrievalError(provider="sso", error_msg="expired"),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_without_credentials_nothing_left(raised: Exception) -> None:
    error = classify(raised, operation="Op")

    assert type(error) is TransientError
    assert error.delivery is Delivery.NEVER_LEFT
    assert error.code == type(raised).__name__
    assert "AWS_ACCESS_KEY_ID" in str(error)


def test_a_connection_that_was_never_made_never_left() -> None:
    for raised in (
        boto.EndpointConnectionError(endpoint_url=URL, error=refused("ram.test", 443)),
        boto.ConnectTimeoutError(endpoint_url="u", error="late"),
        boto.ProxyConnectionError(proxy_url="u", error="no"),
        boto.SSLError(endpoint_url="u", error=OSError("no")),
    ):
        error = classify(raised, operation="Op")
        assert type(error) is TransientError
        assert error.delivery is Delivery.NEVER_LEFT


@pytest.mark.parametrize(
    ("raised", "doubted"),
    [
        (boto.EndpointConnectionError(endpoint_url=URL, error=refused("ram.test", 443)), False),
        (boto.EndpointConnectionError(endpoint_url=URL, error=refused("RAM.test", 443)), False),
        (boto.EndpointConnectionError(endpoint_url=URL, error=refused("other.test", 443)), True),
        (boto.EndpointConnectionError(endpoint_url=URL, error=refused("ram.test", 80)), True),
        (boto.SSLError(endpoint_url=URL, error=refused("ram.test", 443)), False),
        (boto.SSLError(endpoint_url=URL, error=refused("other.test", 443)), True),
        (boto.ConnectTimeoutError(endpoint_url=URL, error=late("https://ram.test/a?b=c")), False),
        (boto.ConnectTimeoutError(endpoint_url=URL, error=late("https://other.test/")), True),
        (boto.ConnectTimeoutError(endpoint_url=URL, error=late("http://ram.test/")), True),
        (boto.ProxyConnectionError(proxy_url="http://proxy.test"), False),
    ],
)
def test_where_another_host_cannot_be_reached_a_redirect_has_led_there(
    raised: Exception, doubted: bool
) -> None:
    error = classify(raised, operation="Op")
    assert error.delivery is Delivery.NEVER_LEFT
    error.__cause__ = raised

    meaning = perhaps_sent_before(error, method="POST")

    assert (meaning.delivery is Delivery.IN_DOUBT) is doubted


@pytest.mark.parametrize(
    "raised",
    [
        boto.EndpointConnectionError(endpoint_url="u", error=ConnectionResetError()),
        boto.ReadTimeoutError(endpoint_url="u", error="late"),
        boto.ConnectionClosedError(endpoint_url="u", error="gone"),
        boto.ResponseStreamingError(error="cut"),
        boto.HTTPClientError(error="what"),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_without_an_answer_the_call_is_in_doubt(raised: Exception) -> None:
    error = classify(raised, operation="Op")

    assert type(error) is TransientError
    assert error.delivery is Delivery.IN_DOUBT
    assert (error.status, error.request_id, error.retry_after) == (None, None, None)


@pytest.mark.parametrize(
    "raised",
    [
        boto.HTTPClientError(error=AttributeError("'NoneType' object has no attribute")),
        boto.HTTPClientError(error=RuntimeError("Session is closed")),
    ],
)
def test_a_closed_client_never_left(raised: Exception) -> None:
    error = classify(raised, operation="Op")

    assert type(error) is RejectedError
    assert (error.code, error.delivery) == ("ClientClosed", Delivery.NEVER_LEFT)


@pytest.mark.parametrize(
    "fault",
    [FileNotFoundError(2, "No such file or directory"), IsADirectoryError(), ssl.SSLError("PEM")],
    ids=lambda fault: type(fault).__name__,
)
def test_certificates_that_cannot_be_read_never_left(fault: Exception) -> None:
    error = classify(boto.HTTPClientError(error=fault), operation="Op")

    assert type(error) is RejectedError
    assert (error.code, error.delivery) == ("UnreadableCertificates", Delivery.NEVER_LEFT)
    assert str(fault) in str(error)
    assert "AWS_CA_BUNDLE" in str(error)


def test_what_botocore_refuses_by_itself_never_left() -> None:
    error = classify(boto.ParamValidationError(report="value: the item"), operation="Op")

    assert type(error) is RejectedError
    assert error.delivery is Delivery.NEVER_LEFT
    # It quotes what it refuses.
    assert "the item" not in str(error)


@pytest.mark.parametrize(
    "raised",
    [
        KeyError("x"),
        AttributeError("y"),
        ValueError("z"),
        ResponseParserError("not what was expected"),
        boto.FlexibleChecksumError(error_msg="Expected checksum a did not match b"),
        boto.ChecksumError(checksum_type="crc32", expected_checksum="a", actual_checksum="b"),
        boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_a_reply_that_cannot_be_read_is_in_doubt(raised: Exception) -> None:
    error = classify(raised, operation="Op")

    assert type(error) is ResponseError
    assert error.delivery is Delivery.IN_DOUBT
    assert error.code == type(raised).__name__
    assert "Nothing was sent" not in str(error)


def test_words_that_can_quote_a_reply_are_not_shown() -> None:
    for quoting in (KeyError("arn"), ResponseParserError("invalid XML: <Items>arn</Items>")):
        error = classify(quoting, operation="Op")
        assert "arn" not in str(error)
        assert "__cause__" in str(error)
    checksum = boto.ChecksumError(checksum_type="c", expected_checksum="a", actual_checksum="b")
    for raised in (TypeError("not a list"), checksum, ReplyTooLargeError()):
        assert str(raised) in str(classify(raised, operation="Op"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"retry-after": "2", "x-amz-retry-after": "1500"}, 2.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999"}, None),
    ],
)
def test_the_wait_is_read_in_each_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


def test_the_wait_is_read_from_a_date_to_come() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    seconds = retry_after_seconds({"retry-after": date})

    assert seconds is not None
    assert 3000 < seconds <= 3600


def test_the_wait_reaches_the_error() -> None:
    assert answered("X", 503, headers={"retry-after": "7"}).retry_after == 7.0
