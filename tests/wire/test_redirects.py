"""A redirect: another host than the endpoint answers, and what it says is not the service's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from aiohttp import web

from itemwise import Delivery, ResponseError, open_client, run_batch
from itemwise.testing import LocalAWS
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import plain_client
from tests.wire.servers import serving

REQUEST = FMS.request(2)
ONCE = AioConfig(retries={"total_max_attempts": 1})


@dataclass
class Elsewhere:
    """Where an endpoint sends its clients.

    Attributes:
        endpoint: the endpoint's URL.
        seen: the requests that have come.
        sent: how many requests the endpoint was sent.
        answers: the status of what answers elsewhere.
    """

    endpoint: str = ""
    seen: list[str] = field(default_factory=list[str])
    sent: int = 0
    answers: int = 200


@pytest.fixture(params=[301, 302, 303, 307, 308])
async def elsewhere(request: pytest.FixtureRequest) -> AsyncIterator[Elsewhere]:
    status: int = request.param
    world = Elsewhere()

    async def healthy(received: web.BaseRequest) -> web.Response:
        world.seen.append(received.method)
        return web.json_response({"status": "UP"}, status=world.answers)

    async with serving(healthy) as target:

        async def redirect(received: web.BaseRequest) -> web.Response:
            await received.read()
            world.sent += 1
            return web.Response(status=status, headers={"Location": f"{target}/health"})

        async with serving(redirect) as endpoint:
            world.endpoint = endpoint
            yield world


async def test_our_clients_follow_none(elsewhere: Elsewhere, aws: LocalAWS) -> None:
    arguments = aws.client_arguments
    arguments["endpoint_url"] = elsewhere.endpoint
    async with open_client("fms", **arguments) as client:
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST)

    assert elsewhere.seen == []
    assert elsewhere.sent == 1
    assert result.counts["failed"] == 2
    assert result.error is not None


@pytest.mark.parametrize("status", [200, 404, 429])
async def test_where_another_client_follows_one_the_answer_is_not_believed(
    elsewhere: Elsewhere, aws: LocalAWS, session: AioSession, status: int
) -> None:
    elsewhere.answers = status
    async with plain_client(aws, session, ONCE, endpoint=elsewhere.endpoint) as client:
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert len(elsewhere.seen) == 1
    assert result.counts["unknown"] == 2
    error = result.unknown[0].error
    assert isinstance(error, ResponseError)
    assert error.code == "Redirected"


async def test_a_redirect_to_where_nobody_listens_does_not_unsend_the_request(
    aws: LocalAWS, session: AioSession
) -> None:
    async def nothing(_: web.BaseRequest) -> web.Response:
        return web.Response()

    async with serving(nothing) as gone:
        pass

    async def redirect(received: web.BaseRequest) -> web.Response:
        await received.read()
        return web.Response(status=307, headers={"Location": f"{gone}/"})

    async with (
        serving(redirect) as endpoint,
        plain_client(aws, session, ONCE, endpoint=endpoint) as client,
    ):
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 2
    assert result.unknown[0].error.delivery is Delivery.IN_DOUBT


@pytest.mark.parametrize("mode", ["legacy", "standard"])
async def test_an_attempt_that_was_redirected_is_doubted_though_the_client_hides_it(
    aws: LocalAWS, session: AioSession, mode: str
) -> None:
    attempts = 0

    async def refuse(_: web.BaseRequest) -> web.Response:
        return web.json_response({"__type": "ThrottlingException"}, status=400)

    async with serving(refuse) as target:

        async def redirect_once(received: web.BaseRequest) -> web.Response:
            nonlocal attempts
            attempts += 1
            await received.read()
            if attempts == 1:
                return web.Response(status=307, headers={"Location": f"{target}/"})
            error = {"__type": "AccessDeniedException", "message": "no"}
            return web.json_response(error, status=400)

        async with serving(redirect_once) as endpoint:
            retries: Any = {"total_max_attempts": 2, "mode": mode}
            config = AioConfig(retries=retries)
            async with plain_client(aws, session, config, endpoint=endpoint) as client:
                result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert attempts == 2
    assert result.counts["failed"] == 2
    error = result.failed[0].error
    # The refusal may be of a repeat.
    assert error is not None
    assert error.code == "Redirected"


@pytest.mark.parametrize("where", ["http://LOCALHOST:1", "a proxy"])
async def test_what_our_clients_cannot_reach_by_whatever_name_never_left(
    aws: LocalAWS, where: str
) -> None:
    arguments = aws.client_arguments
    config = AioConfig(proxies={"http": "http://proxy.invalid:3128"}) if "proxy" in where else None
    if config is None:
        arguments["endpoint_url"] = where
    async with open_client("fms", config=config, **arguments) as client:
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["not_attempted"] == 2
