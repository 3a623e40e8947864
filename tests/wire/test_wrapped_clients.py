"""Clients that others have taken in hand: wrapped, listened to, signed otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest
from aiobotocore.session import AioSession
from botocore.handlers import disable_signing

from itemwise import run_batch
from itemwise.testing import FailItems, Garbage, LocalAWS
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import client_of

REQUEST = FMS.request(3)

Send = Callable[..., Awaitable[object]]


def in_a_task(send: Send) -> Send:
    async def wrapped(*arguments: object) -> object:
        return await asyncio.create_task(cast("Any", send(*arguments)))

    return wrapped


def in_time(send: Send) -> Send:
    async def wrapped(*arguments: object) -> object:
        return await asyncio.wait_for(send(*arguments), 10)

    return wrapped


WRAPPERS = pytest.mark.parametrize("wrap", [in_a_task, in_time])
WHOSE = pytest.mark.parametrize("whose", ["ours", "plain"])


@WHOSE
@WRAPPERS
@pytest.mark.parametrize("kind", ["text", "empty"])
async def test_garbage_is_no_success_whichever_task_the_call_is_made_in(
    aws: LocalAWS, session: AioSession, whose: str, wrap: Callable[[Send], Send], kind: Any
) -> None:
    aws.inject(Garbage(kind=kind))

    async with client_of(whose, aws, session) as client:
        cast("Any", client)._make_api_call = wrap(cast("Any", client)._make_api_call)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3
    assert result.unknown[0].error.code == "UnreadableReply"


@WHOSE
@WRAPPERS
async def test_what_fails_before_it_is_sent_never_left_whichever_task_the_call_is_made_in(
    aws: LocalAWS, session: AioSession, whose: str, wrap: Callable[[Send], Send]
) -> None:
    def fail(**_: object) -> None:
        raise LookupError

    async with client_of(whose, aws, session) as client:
        client.meta.events.register("before-sign.fms", cast("Any", fail))
        cast("Any", client)._make_api_call = wrap(cast("Any", client)._make_api_call)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["not_attempted"] == 3
    assert aws.ledger.call_count() == 0


@WHOSE
async def test_that_a_handlers_own_call_was_sent_says_nothing_of_ours(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    made = False

    async with client_of(whose, aws, session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call_and_fail(**_: object) -> None:
            nonlocal made
            if not made:
                made = True
                await method(ResourceSetIdentifier="other", Items=["nested"])
                raise LookupError

        client.meta.events.register("before-sign.fms", cast("Any", call_and_fail))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["not_attempted"] == 3
    assert dict(aws.ledger.applied()) == {("nested",): 1}


async def test_a_handlers_own_call_keeps_its_reply_while_a_third_one_ends(
    aws: LocalAWS, session: AioSession
) -> None:
    aws.inject(FailItems(items="nested", code="NOT_VALID_ARN"))
    replies: list[Mapping[str, Any]] = []
    made = 0

    async with aws.client("fms", session=session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call(name: str) -> None:
            reply = await method(ResourceSetIdentifier="other", Items=[name])
            if name == "nested":
                replies.append(reply)

        async def handler(**_: object) -> None:
            nonlocal made
            made += 1
            if made == 1:
                await call("nested")
            elif made == 2:
                # On the way of that one, another begins and ends in a task of its own.
                await asyncio.create_task(call("third"))

        client.meta.events.register("before-send.fms", cast("Any", handler))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [len(reply["FailedItems"]) for reply in replies] == [1]
    assert result.ok


@WHOSE
@pytest.mark.parametrize(
    "name", ["before-call", "before-call.fms", "before-call.fms.BatchDisassociateResource"]
)
async def test_a_handler_sees_the_body_and_can_change_it(
    aws: LocalAWS, session: AioSession, whose: str, name: str
) -> None:
    seen: list[Mapping[str, object]] = []

    def change(params: dict[str, Any], **_: object) -> None:
        body = json.loads(params["body"])
        seen.append(body)
        params["body"] = json.dumps(body | {"Items": body["Items"][:1]}).encode()

    async with client_of(whose, aws, session) as client:
        client.meta.events.register(name, cast("Any", change))
        await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [body["Items"] for body in seen] == [list(FMS.operation.items(REQUEST))]
    assert list(aws.ledger.applied()) == [FMS.key(FMS.item(0))]


@WHOSE
@pytest.mark.parametrize("name", ["choose-signer", "choose-signer.fms", "choose-signer.fms.*"])
async def test_a_handler_can_choose_another_signer(
    aws: LocalAWS, session: AioSession, whose: str, name: str
) -> None:
    signed: list[bool] = []

    def look(request: Any, **_: object) -> None:
        signed.append("Authorization" in request.headers)

    async with client_of(whose, aws, session) as client:
        client.meta.events.register(name, disable_signing)
        client.meta.events.register("before-send.fms", cast("Any", look))
        await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert signed == [False]


@WHOSE
async def test_a_stub_is_given_lists_where_botocore_has_them(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    given: list[Mapping[str, object]] = []

    def look(params: Mapping[str, object], **_: object) -> None:
        given.append(dict(params))

    async with client_of(whose, aws, session) as client:
        client.meta.events.register("before-parameter-build.fms", cast("Any", look))
        await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [params["Items"] for params in given] == [list(FMS.operation.items(REQUEST))]
