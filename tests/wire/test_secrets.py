"""Credentials that a service says in its words, and replies that are not to be shown."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioRefreshableCredentials
from aiobotocore.session import AioSession, get_session
from aiohttp import web
from botocore.exceptions import HTTPClientError
from pydantic import ValidationError

from itemwise import CallError, ClientArguments, RetryPolicy, open_client, run_batch
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import ClientFactory
from tests.wire.servers import serving

KEY_ID, SECRET = "KEYIDTHATNOBODYSEES", "secret/that+nobody/sees"
TOKEN = "token/that+nobody/sees/" * 50
"""As long as real ones are: longer than what is kept of a code."""

CREDENTIALS: ClientArguments = {
    "region_name": "eu-west-1",
    "aws_access_key_id": KEY_ID,
    "aws_secret_access_key": SECRET,
    "aws_session_token": TOKEN,
}
ONCE = AioConfig(retries={"total_max_attempts": 1})
JSON = "application/x-amz-json-1.1"

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def echo(
    code: str = "InvalidSignatureException", status: int = 403, request_id: str = "id"
) -> Handler:
    """Refuse a request in the words of the request itself.

    Args:
        code: the error's code; a ``*`` in it is the session token.
        status: the HTTP status.
        request_id: the id of the request, the same way.
    """

    async def answer(request: web.BaseRequest) -> web.Response:
        token = request.headers["X-Amz-Security-Token"]
        # In the place where AWS puts it, and in others.
        said = f"{request.headers.get('Authorization')}\nx-amz-security-token:{token}\n"
        return web.json_response(
            {"__type": code.replace("*", token), "message": f"{said}\nto {token}, of {KEY_ID}"},
            status=status,
            content_type=JSON,
            headers={"x-amzn-requestid": request_id.replace("*", token)},
        )

    return answer


def one_after_the_other(*handlers: Handler) -> Handler:
    """Answer the first request by the first of these, and so on."""
    left = iter(handlers)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await next(left)(request)

    return answer


async def ill_typed(_: web.BaseRequest) -> web.Response:
    """Answer with a list in a string's place, which botocore's own parser lets through."""
    return web.json_response({"ResourceSetIdentifier": ["nobody/sees"]}, content_type=JSON)


def opened(
    whose: str, url: str, session: AioSession, config: AioConfig | None = None
) -> AbstractAsyncContextManager[AioBaseClient]:
    """Open ``our`` client, or a ``plain`` one, with all three credentials."""
    arguments: ClientArguments = {**CREDENTIALS, "endpoint_url": url}
    if whose == "our":
        return open_client("fms", session=session, config=config, **arguments)
    factory = cast("ClientFactory", session)
    return factory.create_client("fms", config=config, **arguments)


async def all_shown(client: AioBaseClient, caplog: pytest.LogCaptureFixture) -> str:
    """Make a call and a run, and give everything that they show."""
    policy = RetryPolicy(max_attempts=2, base_delay=0.001, stall_timeout=0.05)
    with caplog.at_level(logging.DEBUG, "itemwise"):
        with pytest.raises(CallError) as caught:
            await FMS.operation(client, FMS.request(1), retry=None)
        result: AnyResult = await run_batch(client, FMS.operation, FMS.request(1), retry=policy)
    written = io.StringIO()
    result.to_jsonl(written)
    texts = [repr(result), repr(result.outcomes[0]), repr(result.calls), written.getvalue()]
    texts += [record.getMessage() for record in caplog.records if record.name == "itemwise"]
    (outcome,) = result.outcomes
    for error in (caught.value, getattr(outcome, "error", None)):
        assert isinstance(error, CallError)
        texts += traceback.format_exception(error)
        for said in (error, error.earlier):
            cause = said.__cause__ if said is not None else None
            texts += [repr(said), str(cause), repr(getattr(cause, "response", None))]
    return "\n".join(texts)


def check(shown: str) -> None:
    """Hold what was shown against each credential, and any part of the token that would be left."""
    for secret in (KEY_ID, SECRET, TOKEN[:20], "nobody/sees"):
        assert secret not in shown


@pytest.mark.parametrize("whose", ["our", "plain"])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(echo(), id="a refusal"),
        pytest.param(echo("InternalFailure", 500), id="a server fault"),
        pytest.param(echo("No*Exception", 400), id="the code"),
        pytest.param(echo(request_id="no-*"), id="the id of the request"),
        pytest.param(echo("ThrottlingException", 400), id="a throttle"),
    ],
)
async def test_credentials_that_a_service_says_are_shown_nowhere(
    session: AioSession, caplog: pytest.LogCaptureFixture, whose: str, answer: Handler
) -> None:
    async with serving(answer) as url, opened(whose, url, session, ONCE) as client:
        shown = await all_shown(client, caplog)

    check(shown)
    # The rest of the words is there.
    assert "x-amz-security-token:[redacted]" in shown
    assert "Credential=[redacted]/" in shown


async def test_credentials_in_a_reply_that_the_client_has_hidden_are_shown_nowhere(
    session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    twice = AioConfig(retries={"total_max_attempts": 2, "mode": "standard"})
    fault, refusal = echo("InternalFailure", 500), echo("AccessDeniedException")
    answers = one_after_the_other(fault, refusal, fault, refusal)
    async with serving(answers) as url, opened("our", url, session, twice) as client:
        shown = await all_shown(client, caplog)

    check(shown)
    assert "an earlier attempt may have been applied: InternalFailure" in shown


async def test_credentials_that_another_host_says_are_shown_nowhere(
    session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(echo("AccessDeniedException")) as other:

        async def redirect(_: web.BaseRequest) -> web.Response:
            return web.Response(status=307, headers={"Location": other})

        async with serving(redirect) as url, opened("plain", url, session, ONCE) as client:
            shown = await all_shown(client, caplog)

    check(shown)
    assert "Redirected" in shown


async def test_credentials_that_the_client_itself_says_are_shown_nowhere(
    session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        # As aiohttp does with a header that it cannot read.
        raise HTTPClientError(error=f"what came is no header: {TOKEN}")

    async with serving(ill_typed) as url, opened("our", url, session) as client:
        client.meta.events.register("before-send.fms", fail)
        shown = await all_shown(client, caplog)

    check(shown)
    assert "what came is no header: [redacted]" in shown


async def test_credentials_that_can_be_renewed_are_known_too_and_not_renewed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    renewed: list[int] = []

    async def renew() -> dict[str, str]:
        renewed.append(1)
        expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        keys = {"access_key": KEY_ID, "secret_key": SECRET, "token": TOKEN}
        return keys | {"expiry_time": expires}

    session = get_session()
    # As what a profile with a role makes; the stubs have no way to set them.
    make: Any = AioRefreshableCredentials
    credentials = make.create_from_metadata(await renew(), renew, "assume-role")
    setattr(session, "_credentials", credentials)  # noqa: B010 - the same
    answers = serving(echo())
    async with (
        answers as url,
        open_client("fms", session=session, endpoint_url=url, region_name="eu-west-1") as client,
    ):
        shown = await all_shown(client, caplog)

    check(shown)
    assert len(renewed) == 1


async def test_what_stands_in_for_credentials_is_left_in_other_words(session: AioSession) -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        said = {"__type": "AccessDeniedException", "message": "testing is not allowed"}
        return web.json_response(said, status=403, content_type=JSON)

    async with (
        serving(answer) as url,
        open_client(
            "fms",
            session=session,
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        ) as client,
    ):
        with pytest.raises(CallError, match="testing is not allowed"):
            await FMS.operation(client, FMS.request(1), retry=None)


@pytest.mark.usefixtures("reply_path")
async def test_a_reply_that_cannot_be_read_is_not_shown(
    session: AioSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(ill_typed) as url, opened("our", url, session) as client:
        shown = await all_shown(client, caplog)

    check(shown)
    assert "BatchDisassociateResourceResponse" in shown


def test_an_item_that_does_not_fit_is_shown_to_who_wrote_it() -> None:
    with pytest.raises(ValidationError, match="input_value='not a list'"):
        FMS.operation.request(ResourceSetIdentifier="r", Items="not a list")
