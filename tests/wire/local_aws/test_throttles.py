"""How LocalAWS throttles: by count, by chance, and by token bucket."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import cast

import pytest
from botocore.exceptions import ClientError

from itemwise.testing import LocalAWS, RateLimit, Throttle
from tests.wire.clients import Reply
from tests.wire.local_aws.samples import CONNECT, FMS, INSPECTOR


async def test_the_modelled_error(aws: LocalAWS) -> None:
    aws.inject(Throttle(times=2))
    # Firewall Manager models no throttling; Connect does.
    assert await FMS.error_of(aws, "a") == ("ThrottlingException", 400, "Rate exceeded")
    assert await CONNECT.error_of(aws, "a") == ("ThrottlingException", 429, "Rate exceeded")
    await FMS(aws, "a")
    assert aws.ledger.applied() == {("a",): 1}


async def test_styles(aws: LocalAWS) -> None:
    aws.inject(Throttle(style="400", code="TooManyRequestsException", times=1))
    aws.inject(Throttle(style="429", times=1))
    aws.inject(Throttle(style="bare", times=1))
    assert (await CONNECT.error_of(aws, "a"))[:2] == ("TooManyRequestsException", 400)
    assert (await FMS.error_of(aws, "a"))[:2] == ("ThrottlingException", 429)
    assert (await FMS.error_of(aws, "a"))[:2] == ("429", 429)
    assert [record.code for record in aws.ledger.calls][-1] is None


async def test_a_retry_after_header(aws: LocalAWS) -> None:
    aws.inject(Throttle(retry_after=7))
    with pytest.raises(ClientError) as caught:
        await INSPECTOR(aws, "a")
    response = cast("Reply", caught.value.response)
    metadata = cast("dict[str, dict[str, str]]", response["ResponseMetadata"])
    assert metadata["HTTPHeaders"]["retry-after"] == "7"
    assert response["retryAfterSeconds"] == 7


async def test_a_bucket_gives_its_burst_and_can_change(aws: LocalAWS) -> None:
    bucket = aws.inject(RateLimit(rate=0, burst=2))
    await FMS(aws, "a")
    await FMS(aws, "b")
    assert (await FMS.error_of(aws, "c"))[0] == "ThrottlingException"
    assert bucket.fired == 1
    bucket.replace(dataclasses.replace(bucket.fault, rate=1e9))
    await FMS(aws, "c")


async def test_chance_repeats_with_the_seed() -> None:
    async def outcomes(seed: int) -> list[str | None]:
        async with LocalAWS(seed=seed) as aws:
            aws.inject(Throttle(probability=0.5))
            for _ in range(12):
                with contextlib.suppress(ClientError):
                    await FMS(aws, "a")
            return [record.code for record in aws.ledger.calls]

    first = await outcomes(1)
    assert first == await outcomes(1)
    assert set(first) == {None, "ThrottlingException"}
    assert first != await outcomes(2)
