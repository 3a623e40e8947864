"""Calls on one client, also such that its handlers make: none reads another's reply."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from itemwise import run_batch
from itemwise.testing import Delay, Drop, FailItems, Garbage, LocalAWS, Throttle
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import client_of

REQUEST = FMS.request(2)


async def test_calls_side_by_side_each_read_their_own_reply(
    aws: LocalAWS, session: AioSession
) -> None:
    aws.inject(Delay(seconds=0.01, probability=0.5))
    async with aws.client("fms", session=session) as client:
        responses = await asyncio.gather(
            *(FMS.operation(client, FMS.make([FMS.item(number)])) for number in range(20))
        )

    by_item = {call.items[0]: call.request_id for call in aws.ledger.calls}
    for number, response in enumerate(responses):
        assert response.request_id == by_item[FMS.key(FMS.item(number))]


async def test_other_calls_on_our_client_are_left_alone(aws: LocalAWS, session: AioSession) -> None:
    # Whoever calls botocore's own methods gets botocore's own replies.
    async with aws.client("fms", session=session) as client:
        await FMS.operation(client, REQUEST)
        reply = await getattr(client, "batch_disassociate_resource")(  # noqa: B009 - untyped
            ResourceSetIdentifier="rs", Items=[FMS.item(5)]
        )

    assert reply["ResourceSetIdentifier"] == "rs"


async def test_a_reply_to_another_call_that_a_handler_makes_meanwhile_is_left_alone(
    aws: LocalAWS, session: AioSession
) -> None:
    # botocore itself looks up the endpoints of some services so, with the same client.
    replies: list[Mapping[str, object]] = []

    async def call_another(**_: object) -> None:
        other = getattr(client, "batch_associate_resource")  # noqa: B009 - untyped
        replies.append(await other(ResourceSetIdentifier="rs", Items=[FMS.item(5)]))

    async with aws.client("fms", session=session) as client:
        # The stubs do not know handlers that are awaited.
        client.meta.events.register(f"before-call.fms.{FMS.name}", cast("Any", call_another))
        await FMS.operation(client, REQUEST)

    assert replies[0]["ResourceSetIdentifier"] == "rs"


@pytest.mark.parametrize("event", ["before-parameter-build", "before-send", "after-call"])
@pytest.mark.parametrize("how", ["inside", "in a task"])
@pytest.mark.parametrize("whose", ["ours", "plain"])
async def test_a_call_that_a_handler_makes_is_another_one(
    aws: LocalAWS, session: AioSession, event: str, how: str, whose: str
) -> None:
    bad = FMS.key(FMS.item(0))
    aws.inject(FailItems(items={bad}))
    others: list[asyncio.Task[None]] = []
    made = False

    async with client_of(whose, aws, session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call() -> None:
            await method(ResourceSetIdentifier="other", Items=["nested"])

        async def handler(**_: object) -> None:
            nonlocal made
            if made:
                return
            made = True
            if how == "inside":
                await call()
            else:
                others.append(asyncio.create_task(call()))

        client.meta.events.register(f"{event}.fms.BatchDisassociateResource", cast("Any", handler))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)
        await asyncio.gather(*others)

    assert [outcome.status for outcome in result.outcomes] == ["failed", "succeeded"]
    assert dict(aws.ledger.applied()) == {FMS.key(FMS.item(1)): 1, ("nested",): 1}


@pytest.mark.parametrize("event", ["before-parameter-build", "before-send"])
@pytest.mark.parametrize("fault", [None, Throttle(times=1), Drop(when="before", times=1)])
@pytest.mark.parametrize("whose", ["ours", "plain"])
async def test_after_a_call_that_a_handler_made_garbage_is_still_no_success(
    aws: LocalAWS, session: AioSession, event: str, fault: Throttle | Drop | None, whose: str
) -> None:
    config = AioConfig(retries={"total_max_attempts": 1})
    made = False

    async with client_of(whose, aws, session, config) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def handler(**_: object) -> None:
            nonlocal made
            if made:
                return
            made = True
            if fault is not None:
                aws.inject(fault)
            with suppress(ClientError, HTTPClientError, EndpointConnectionError):
                await method(ResourceSetIdentifier="other", Items=["nested"])
            aws.inject(Garbage(kind="empty"))

        client.meta.events.register(f"{event}.fms.BatchDisassociateResource", cast("Any", handler))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert aws.ledger.call_count() == 2
    assert result.counts["unknown"] == 2
    assert result.unknown[0].error.code == "UnreadableReply"


async def test_while_a_task_of_a_handler_is_in_a_call_garbage_is_still_no_success(
    aws: LocalAWS, session: AioSession
) -> None:
    others: list[asyncio.Task[None]] = []
    under_way, over = asyncio.Event(), asyncio.Event()

    async with aws.client("fms", session=session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call() -> None:
            await method(ResourceSetIdentifier="other", Items=["nested"])

        async def handler(**_: object) -> None:
            if others:
                under_way.set()
                await over.wait()
                return
            others.append(asyncio.create_task(call()))
            await under_way.wait()
            aws.inject(Garbage(kind="empty", times=1))

        client.meta.events.register("before-send.fms", cast("Any", handler))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)
        over.set()
        await others[0]

    assert result.counts["unknown"] == 2


async def test_a_handler_can_make_the_very_same_call_again(
    aws: LocalAWS, session: AioSession
) -> None:
    saved: list[dict[str, object]] = []
    made = False

    async with aws.client("fms", session=session) as client:

        def save(params: dict[str, object], **_: object) -> None:
            saved.append(dict(params))

        async def repeat(**_: object) -> None:
            nonlocal made
            if not made:
                made = True
                await cast("Any", client).batch_disassociate_resource(**saved[0])

        client.meta.events.register("provide-client-params.fms", cast("Any", save))
        client.meta.events.register("before-endpoint-resolution.fms", cast("Any", repeat))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST)

    assert result.ok
    assert [len(call.items) for call in aws.ledger.calls] == [2, 2]
