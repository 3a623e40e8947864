"""What LocalAWS does not serve is refused so that its caller learns what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest
from botocore.exceptions import ClientError

from itemwise.testing import LocalAWS
from tests.wire.local_aws.samples import call


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "ListBuckets"),
        ("route53", "ListHostedZones"),
        ("ec2", "DescribeVpcs"),
        ("sts", "GetCallerIdentity"),
    ],
)
async def test_a_service_of_another_protocol_is_refused_so_that_its_client_understands(
    aws: LocalAWS, service: str, operation: str
) -> None:
    with pytest.raises(ClientError) as caught:
        await call(aws, service, operation)
    error = cast("Mapping[str, Mapping[str, object]]", caught.value.response)["Error"]
    assert error["Code"] == "UnknownOperationException"
    assert f"does not speak the protocol of {service}: " in str(error["Message"])


async def test_who_waits_before_sending_a_body_is_told_to_go_on(aws: LocalAWS) -> None:
    # As clients of S3 do with an object.
    with pytest.raises(ClientError, match="does not speak the protocol of s3"):
        await call(aws, "s3", "PutObject", Bucket="b", Key="k", Body=b"x")


@pytest.mark.parametrize(
    ("service", "operation", "shown"),
    [
        ("fms", "ListPolicies", "ListPolicies of fms"),
        ("connect", "ListInstances", "GET /instance of connect"),
        ("sqs", "ListQueues", "ListQueues of sqs"),
        ("lambda", "ListFunctions", r"GET /2015-03-31/functions/? of lambda"),
    ],
)
async def test_what_is_not_served_is_named(
    aws: LocalAWS, service: str, operation: str, shown: str
) -> None:
    with pytest.raises(ClientError, match=rf"{shown}: describe it in a ServedOperation"):
        await call(aws, service, operation)
