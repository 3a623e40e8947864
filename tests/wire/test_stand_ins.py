"""What stands in for a client: proxies, other clients, wrappers that call again."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from unittest import mock

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from itemwise import RetryPolicy, run_batch
from itemwise.services import fms
from itemwise.testing import Delay, Drop, FailCalls, FailItems, Fault, Garbage, LocalAWS, Throttle
from tests.wire.cases import FMS, GREENGRASS, AnyOperation, AnyResult, until
from tests.wire.clients import client_of
from tests.wire.wrapping import ONCE, REQUEST, WHOSE, Send, copying, wrap_calls


class Proxy:
    """What passes for the client that it hands everything on to."""

    def __init__(self, client: AioBaseClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    # As proxies have it: without a setter.
    @property  # type: ignore[misc]  # see above
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - see above
        return type(self._client)


def same_state(client: AioBaseClient) -> object:
    class Derived(type(client)):  # type: ignore[misc]  # as each client has a class of its own
        def __init__(self) -> None:
            self.__dict__.update(client.__dict__)

    return Derived()


def spy(client: AioBaseClient) -> object:
    return mock.MagicMock(wraps=client, spec=client, meta=client.meta)


@WHOSE
@pytest.mark.parametrize("seen_through", [Proxy, same_state, spy])
@pytest.mark.parametrize("used", [False, True])
async def test_all_items_are_sent_and_read_through_what_passes_for_the_client(
    aws: LocalAWS, session: AioSession, whose: str, seen_through: Callable[..., Any], *, used: bool
) -> None:
    aws.inject(FailItems(items={FMS.key(FMS.item(1))}))

    async with client_of(whose, aws, session) as client:
        if used:
            await run_batch(client, FMS.operation, FMS.request(1), retry=None)
        result: AnyResult = await run_batch(
            seen_through(client), FMS.operation, REQUEST, retry=None
        )

    assert [outcome.status for outcome in result.outcomes] == ["succeeded", "failed", "succeeded"]
    assert len(aws.ledger.calls[-1].items) == 3


USED = pytest.mark.parametrize("used", [None, fms.batch_associate_resource, FMS.operation])


@WHOSE
@USED
@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        (FailItems(items=FMS.item(1)), ["succeeded", "failed", "succeeded"]),
        (Garbage(kind="text"), ["unknown"] * 3),
    ],
    ids=["a failure", "garbage"],
)
async def test_what_another_client_answers_in_its_place_is_read(
    aws: LocalAWS,
    session: AioSession,
    whose: str,
    *,
    used: AnyOperation | None,
    fault: Fault,
    statuses: Sequence[str],
) -> None:
    aws.inject(FailCalls(status=503, code="ServiceUnavailableException"))

    async with (
        LocalAWS() as elsewhere,
        aws.client("fms", session=session) as client,
        client_of(whose, elsewhere, session, ONCE) as other,
    ):
        if used is not None:
            await run_batch(other, used, used.with_items(used_request(used), ["x"]), retry=None)
        elsewhere.inject(fault)
        send, send_elsewhere = cast("Any", client)._make_api_call, cast("Any", other)._make_api_call

        async def fail_over(*arguments: object) -> object:
            try:
                return await send(*arguments)
            except ClientError:
                return await send_elsewhere(*arguments)

        cast("Any", client)._make_api_call = fail_over
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [outcome.status for outcome in result.outcomes] == statuses
    assert len(elsewhere.ledger.calls[-1].items) == 3


def used_request(operation: AnyOperation) -> Any:
    return operation.request(resource_set_identifier="rs-1", items=[])


@WHOSE
@pytest.mark.parametrize("event", ["provide-client-params", "before-parameter-build"])
async def test_a_call_that_a_handler_mirrors_goes_out_whole(
    aws: LocalAWS, session: AioSession, whose: str, event: str
) -> None:
    async with (
        LocalAWS() as mirror,
        aws.client("fms", session=session) as client,
        client_of(whose, mirror, session) as other,
    ):

        async def send_there_too(params: Mapping[str, object], **_: object) -> None:
            await cast("Any", other).batch_disassociate_resource(**params)

        client.meta.events.register(f"{event}.fms", cast("Any", send_there_too))
        await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [len(call.items) for call in mirror.ledger.calls] == [3]
    assert [len(call.items) for call in aws.ledger.calls] == [3]


def three_times(aws: LocalAWS, tries: list[int], *, copied: bool) -> Callable[[Send], Send]:
    """Make a wrapper that calls three times; the second call is applied, and its answer lost."""

    def wrap(send: Send) -> Send:
        async def wrapped(name: object, params: object) -> object:
            while True:
                tries.append(len(tries) + 1)
                if tries[-1] == 2:
                    aws.inject(Drop(when="after", times=1))
                try:
                    again = copied and tries[-1] > 1
                    return await send(name, copy.deepcopy(params) if again else params)
                except (ClientError, HTTPClientError, EndpointConnectionError, LookupError):
                    if tries[-1] == 3:
                        raise

        return wrapped

    return wrap


@WHOSE
@pytest.mark.parametrize("copied", [False, True])
async def test_an_attempt_that_was_lost_between_two_answers_leaves_doubt(
    aws: LocalAWS, session: AioSession, whose: str, *, copied: bool
) -> None:
    aws.inject(Throttle(times=1))
    tries: list[int] = []

    def refuse(**_: object) -> None:
        if tries[-1] == 3:
            aws.inject(FailCalls(status=400, code="ResourceNotFoundException"))

    async with client_of(whose, aws, session, ONCE) as client:
        client.meta.events.register("before-send.fms", refuse)
        wrap_calls(client, three_times(aws, tries, copied=copied))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert set(aws.ledger.applied().values()) == {1}
    codes = [failure.error and failure.error.code for failure in result.failed]
    assert codes == ["ConnectionClosedError"] * 3


@WHOSE
async def test_an_attempt_that_was_lost_between_two_that_never_left_leaves_doubt(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    tries: list[int] = []

    def fail_at_first(**_: object) -> None:
        if tries[-1] == 1:
            raise LookupError

    def lead_astray(request: Any, **_: object) -> None:
        if tries[-1] == 3:
            request.url = "http://127.0.0.1:9/"

    async with client_of(whose, aws, session, ONCE) as client:
        # Of a call that fails here botocore tells nothing any more.
        client.meta.events.register("before-call.fms", fail_at_first)
        client.meta.events.register("request-created.fms", lead_astray)
        wrap_calls(client, three_times(aws, tries, copied=False))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert set(aws.ledger.applied().values()) == {1}
    assert result.counts["unknown"] == 3


@WHOSE
async def test_of_two_calls_at_once_that_which_was_lost_leaves_doubt(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(Drop(when="after"))
    requests = 0

    def twice(send: Send) -> Send:
        async def wrapped(*arguments: object) -> object:
            ends = [asyncio.ensure_future(cast("Any", send(*arguments))) for _ in range(2)]
            await asyncio.gather(*ends, return_exceptions=True)
            return await ends[0]

        return wrapped

    def lead_first_astray(request: Any, **_: object) -> None:
        nonlocal requests
        requests += 1
        if requests == 1:
            request.url = "http://127.0.0.1:9/"

    async with client_of(whose, aws, session, ONCE) as client:
        client.meta.events.register("request-created.fms", lead_first_astray)
        wrap_calls(client, twice)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3


@WHOSE
async def test_a_call_that_a_wrapper_gives_up_and_makes_again_may_have_been_applied(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    """As where it sends a second one when the first takes long."""
    aws.inject(Delay(seconds=30))

    def impatient(send: Send) -> Send:
        async def wrapped(*arguments: object) -> object:
            first = asyncio.ensure_future(cast("Any", send(*arguments)))
            await until(lambda: aws.ledger.call_count() == 1)
            first.cancel()
            await asyncio.wait([first])
            raise ConnectTimeoutError(endpoint_url="http://elsewhere")

        return wrapped

    async with client_of(whose, aws, session, ONCE) as client:
        wrap_calls(client, impatient)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3


@WHOSE
@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_copy_of_the_reply_is_no_hidden_attempt(
    aws: LocalAWS, session: AioSession, whose: str, *, idempotent: bool
) -> None:
    operation = replace(
        GREENGRASS.operation, idempotent=idempotent, retryable_codes=frozenset({"BUSY"})
    )
    aws.inject(FailItems(items={GREENGRASS.key(GREENGRASS.item(0))}, code="BUSY", times=1))

    async with client_of(whose, aws, session, ONCE, service="greengrassv2") as client:
        wrap_calls(client, copying)
        result: AnyResult = await run_batch(
            client, operation, GREENGRASS.request(2), retry=RetryPolicy(base_delay=0.001)
        )

    assert result.ok
    assert aws.ledger.call_count() == 2
