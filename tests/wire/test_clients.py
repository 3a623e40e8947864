"""Clients: ours, the user's own, and those that cannot send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import Distribution, PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import botocore.session
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError, ReadTimeoutError

from itemwise import (
    BatchRun,
    CallError,
    ClientArguments,
    ConfigurationError,
    Delivery,
    Pace,
    RejectedError,
    RetryPolicy,
    TransientError,
    open_client,
    run_batch,
)
from itemwise.testing import Delay, LocalAWS
from tests.wire.cases import FMS, AnyResult, until
from tests.wire.clients import client_of, plain_client

REQUEST = FMS.request(2)


def refused_by_sts(code: str, status: int) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RequestId": "theirs"}
    response: Any = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}
    return ClientError(response, "AssumeRole")


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that knows no region, no profile and no credentials."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_settings")
async def test_a_client_without_a_region_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="region_name"):
        async with open_client("fms"):
            pass


@pytest.mark.usefixtures("no_settings")
async def test_a_client_of_an_unknown_service_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="imaginary"):
        async with open_client("imaginary", region_name="eu-west-1"):
            pass


@pytest.mark.usefixtures("no_settings")
async def test_half_a_pair_of_credentials_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="credentials"):
        async with open_client("fms", region_name="eu-west-1", aws_access_key_id="testing"):
            pass


@pytest.mark.usefixtures("no_settings")
async def test_without_credentials_nothing_leaves_and_the_error_says_what_to_do(
    aws: LocalAWS, fast: RetryPolicy
) -> None:
    async with open_client("fms", region_name="eu-west-1", endpoint_url=aws.endpoint_url) as client:
        with pytest.raises(TransientError, match="AWS_ACCESS_KEY_ID") as caught:
            await FMS.operation(client, REQUEST, retry=fast)

    assert caught.value.delivery is Delivery.NEVER_LEFT
    assert caught.value.code == "NoCredentialsError"
    assert aws.ledger.calls == []


async def test_a_refused_connection_never_left_and_the_error_says_what_to_check(
    aws: LocalAWS, session: AioSession, fast: RetryPolicy
) -> None:
    async with aws.client("fms", session=session) as client:
        await aws.stop()
        with pytest.raises(TransientError, match="check the endpoint") as caught:
            await FMS.operation(client, REQUEST, retry=fast)

    assert caught.value.delivery is Delivery.NEVER_LEFT


async def test_a_host_that_is_not_known_never_left(aws: LocalAWS, session: AioSession) -> None:
    async with aws.client("fms", session=session, endpoint_url="http://none.invalid") as client:
        with pytest.raises(TransientError) as caught:
            await FMS.operation(client, REQUEST, retry=None)

    assert caught.value.delivery is Delivery.NEVER_LEFT


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (refused_by_sts("AccessDenied", 403), RejectedError),
        (refused_by_sts("InvalidInputException", 400), RejectedError),
        (refused_by_sts("Throttling", 400), TransientError),
        (refused_by_sts("InternalFailure", 500), TransientError),
        (ReadTimeoutError(endpoint_url="https://sts.invalid"), TransientError),
        (KeyError("AccessKeyId"), RejectedError),
    ],
    ids=str,
)
async def test_credentials_that_cannot_be_renewed_never_left_whatever_came_of_it(
    aws: LocalAWS, session: AioSession, fast: RetryPolicy, raised: Exception, kind: type[CallError]
) -> None:
    async def renew() -> Mapping[str, str]:
        raise raised

    credentials: Any = AioDeferredRefreshableCredentials(renew, "assume-role")
    setattr(session, "_credentials", credentials)  # noqa: B010 - the stubs do not have it
    pace = Pace()
    arguments: ClientArguments = {"endpoint_url": aws.endpoint_url, "region_name": "eu-west-1"}
    async with open_client("fms", session=session, **arguments) as client:
        result: AnyResult = await run_batch(
            client, FMS.operation, FMS.request(5), chunk_size=1, retry=fast, pace=pace
        )

    assert result.counts["not_attempted"] == 5
    assert result.error is not None
    assert type(result.error) is kind
    assert result.error.delivery is Delivery.NEVER_LEFT
    # What others were throttled for is no reason to slow down.
    assert pace.rate is None
    assert aws.ledger.calls == []


async def test_what_a_stub_answers_is_the_answer(aws: LocalAWS, session: AioSession) -> None:
    def answer(**_: object) -> tuple[object, object]:
        error = {"Code": "InvalidOperationException", "Message": "no"}
        return SimpleNamespace(status_code=400), {"Error": error}

    async with aws.client("fms", session=session) as client:
        # The stubs know no handlers that answer.
        client.meta.events.register("before-call.fms", cast("Any", answer))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST)

    assert result.counts["failed"] == 2
    assert result.failed[0].code == "InvalidOperationException"


async def test_certificates_that_cannot_be_read_stop_the_run_before_anything_is_sent(
    aws: LocalAWS, session: AioSession, tmp_path: Path
) -> None:
    async with aws.client(
        "fms",
        session=session,
        endpoint_url=aws.endpoint_url.replace("http:", "https:"),
        verify=str(tmp_path / "none.pem"),
    ) as client:
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(3), chunk_size=1)

    assert result.counts["not_attempted"] == 3
    assert result.error is not None
    assert result.error.code == "UnreadableCertificates"
    assert "AWS_CA_BUNDLE" in str(result.error)


async def test_a_client_is_opened_of_sessions_and_configurations_of_aiobotocore_alone() -> None:
    other: Any = botocore.session.get_session()
    with pytest.raises(TypeError, match=r"AioSession or None, not a botocore\.session\.Session"):
        async with open_client("fms", session=other):
            pass
    other = {"region_name": "eu-west-1"}
    with pytest.raises(TypeError, match="AioConfig or None, not a dict"):
        async with open_client("fms", config=other):
            pass


async def test_a_client_that_cannot_be_tuned_is_closed(aws: LocalAWS) -> None:
    closed: list[str] = []

    class Odd(AioSession):
        """A session whose clients are not what they were in any version that we know."""

        @asynccontextmanager
        async def create_client(  # type: ignore[override]  # the stubs name each service
            self, service: str, **_: object
        ) -> AsyncGenerator[Any]:
            yield SimpleNamespace()
            closed.append(service)

    with pytest.raises(AttributeError, match="meta"):
        async with open_client("fms", session=Odd(), **aws.client_arguments):
            pass

    assert closed == ["fms"]


async def test_a_synchronous_client_is_told_apart_from_one_of_aiobotocore(aws: LocalAWS) -> None:
    arguments: Any = aws.client_arguments
    client: Any = botocore.session.get_session().create_client("fms", **arguments)
    with pytest.raises(TypeError, match="not a synchronous one of botocore"):
        await FMS.operation(client, REQUEST)


async def test_a_closed_client_never_left_and_the_error_says_so(
    aws: LocalAWS, session: AioSession, fast: RetryPolicy
) -> None:
    async with aws.client("fms", session=session) as client:
        pass

    with pytest.raises(RejectedError, match="client is closed") as caught:
        await FMS.operation(client, REQUEST, retry=fast)

    assert caught.value.delivery is Delivery.NEVER_LEFT
    assert aws.ledger.calls == []


async def test_a_client_that_was_used_and_closed_never_left(
    aws: LocalAWS, session: AioSession, fast: RetryPolicy
) -> None:
    async with aws.client("fms", session=session) as client:
        await FMS.operation(client, REQUEST)

    with pytest.raises(RejectedError, match="client is closed") as caught:
        await FMS.operation(client, REQUEST, retry=fast)

    assert caught.value.delivery is Delivery.NEVER_LEFT
    assert aws.ledger.call_count() == 1


@pytest.mark.usefixtures("reply_path")
async def test_a_plain_client_works_and_is_warned_of_once_that_attempts_multiply(
    aws: LocalAWS, session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with plain_client(aws, session) as client:
        with caplog.at_level(logging.WARNING, "itemwise"):
            await FMS.operation(client, REQUEST)
            result: AnyResult = await run_batch(client, FMS.operation, REQUEST)

    assert result.ok
    (record,) = caplog.records
    # Five attempts of botocore's for each of our five.
    for part in ("fms", "5 attempts", "25 requests", "total_max_attempts"):
        assert part in record.getMessage()


async def test_the_warning_counts_the_retries_that_the_user_configured(
    aws: LocalAWS, session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    config = AioConfig(retries={"max_attempts": 3, "mode": "standard"})
    async with plain_client(aws, session, config) as client:
        with caplog.at_level(logging.WARNING, "itemwise"):
            await FMS.operation(client, REQUEST, retry=RetryPolicy(max_attempts=2))

    # botocore counts retries there: three of them are four attempts.
    assert "8 requests" in caplog.text


@pytest.mark.parametrize("retries", [{"total_max_attempts": 1}, {"max_attempts": 0}])
async def test_a_client_without_retries_of_its_own_is_not_warned_of(
    aws: LocalAWS, session: AioSession, caplog: pytest.LogCaptureFixture, retries: dict[str, int]
) -> None:
    config = AioConfig(retries=retries)
    async with (
        plain_client(aws, session, config) as plain,
        aws.client("fms", session=session) as ours,
    ):
        await FMS.operation(plain, REQUEST)
        await FMS.operation(ours, REQUEST)

    assert not caplog.records


async def test_our_client_has_one_retry_layer_a_large_pool_and_our_name(
    aws: LocalAWS, session: AioSession
) -> None:
    agents: list[str] = []

    def keep(request: object, **_: object) -> None:
        agents.append(str(getattr(request, "headers")["User-Agent"]))  # noqa: B009 - untyped

    async with aws.client("fms", session=session) as client:
        client.meta.events.register("before-send.fms", keep)
        await FMS.operation(client, REQUEST)
        config = client.meta.config

    assert getattr(config, "retries", {})["total_max_attempts"] == 1
    assert getattr(config, "max_pool_connections", 0) >= 100
    assert "itemwise/" in agents[0]


async def test_a_client_is_opened_where_no_metadata_of_the_package_is(
    aws: LocalAWS, session: AioSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_nothing(**_: object) -> Iterator[Distribution]:
        return iter(())

    # As in a zipped application, or in a Lambda layer that was made small.
    monkeypatch.setattr(Distribution, "discover", find_nothing)
    with pytest.raises(PackageNotFoundError):
        version("itemwise")

    async with aws.client("fms", session=session) as client:
        await FMS.operation(client, REQUEST)

    assert "itemwise/unknown" in str(getattr(client.meta.config, "user_agent", ""))


@pytest.mark.parametrize(("retries", "counted"), [(None, False), ({"max_attempts": 2}, True)])
async def test_attempts_are_counted_on_the_wire_where_botocore_makes_them(
    aws: LocalAWS, session: AioSession, retries: dict[str, int] | None, counted: bool
) -> None:
    headers: list[Mapping[str, object]] = []

    def keep(request: object, **_: object) -> None:
        headers.append(getattr(request, "headers"))  # noqa: B009 - untyped

    config = AioConfig(retries=retries) if retries else None
    async with aws.client("fms", session=session, config=config) as client:
        client.meta.events.register("before-send.fms", keep)
        await FMS.operation(client, REQUEST)

    assert ("amz-sdk-request" in headers[0]) is counted
    assert ("amz-sdk-invocation-id" in headers[0]) is counted


async def test_our_client_leaves_validation_to_the_models(
    aws: LocalAWS, session: AioSession
) -> None:
    async with aws.client("fms", session=session) as client:
        with pytest.raises(ClientError, match="ResourceSetIdentifier"):
            await getattr(client, "batch_disassociate_resource")(Items=[])  # noqa: B009 - untyped

    # botocore itself would have refused it.
    assert aws.ledger.call_count() == 1


async def test_the_configuration_of_the_user_wins(aws: LocalAWS, session: AioSession) -> None:
    config = AioConfig(max_pool_connections=3, retries={"total_max_attempts": 2})
    async with aws.client("fms", session=session, config=config) as client:
        merged = client.meta.config

    assert getattr(merged, "max_pool_connections", 0) == 3
    assert getattr(merged, "retries", {})["total_max_attempts"] == 2
    # What the user did not say is still ours.
    assert "itemwise/" in str(getattr(merged, "user_agent", ""))


@pytest.mark.parametrize("whose", ["ours", "plain"])
async def test_a_client_that_is_closed_meanwhile_cancels_nobody(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(Delay(seconds=0.3))
    # Two connections: most calls wait within the client.
    config = AioConfig(max_pool_connections=2, retries={"total_max_attempts": 1})
    context = client_of(whose, aws, session, config)
    client = await context.__aenter__()
    runs: list[BatchRun[Any, Any, Any, Any]] = [
        BatchRun(client, FMS.operation, FMS.request(8), chunk_size=1, retry=None) for _ in range(2)
    ]
    ends = [asyncio.create_task(run.execute()) for run in runs]
    await until(lambda: all(run.progress.calls == 8 for run in runs))
    await context.__aexit__(None, None, None)

    for end in ends:
        result: AnyResult = await end
        assert result.counts["unknown"] + result.counts["not_attempted"] == 8
