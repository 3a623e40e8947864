"""Which names of errors ask to slow down."""

from __future__ import annotations

import pytest

from itemwise._throttling import is_throttling
from tests.shipped import operations


@pytest.mark.parametrize(
    "code",
    [
        "429",
        "BandwidthLimitExceeded",
        "DependencyThrottle",
        "EC2ThrottledException",
        "KMSThrottlingFault",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "REQUEST_THROTTLED",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "SlowDownException",
        "THROTTLED",
        "THROTTLING",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "ThrottlingExceptionException",
        "TooManyRequests",
        "TooManyRequestsException",
        "throttling-failure",
    ],
)
def test_codes_that_ask_to_slow_down(code: str) -> None:
    assert is_throttling(code)


@pytest.mark.parametrize(
    "code",
    [
        None,
        "",
        "400",
        "1429",
        "BandwidthThrottleScheduleNotFound",
        "InternalFailure",
        "LimitExceededException",
        "TooManyTagsException",
        "TransactionInProgressException",
    ],
)
def test_codes_that_do_not(code: str | None) -> None:
    assert not is_throttling(code)


def test_what_a_shipped_operation_retries_as_throttling_slows_its_pace() -> None:
    codes = {code for operation in operations().values() for code in operation.retryable_codes}
    throttling = {code for code in codes if "throttl" in code.lower() or code == "429"}
    assert len(throttling) > 3
    assert throttling == {code for code in codes if is_throttling(code)}
