"""Clients that others have taken in hand: wrapped, listened to, signed otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest
from aiobotocore.session import AioSession
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.handlers import disable_signing

from itemwise import run_batch
from itemwise.services import fms
from itemwise.testing import Drop, FailCalls, FailItems, Garbage, LocalAWS
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import client_of
from tests.wire.wrapping import ONCE, REQUEST, WHOSE, Send, copying, once, wrap_calls


def in_a_task(send: Send) -> Send:
    async def wrapped(*arguments: object) -> object:
        return await asyncio.create_task(cast("Any", send(*arguments)))

    return wrapped


def in_time(send: Send) -> Send:
    async def wrapped(*arguments: object) -> object:
        return await asyncio.wait_for(send(*arguments), 10)

    return wrapped


def again_after(kind: type[Exception]) -> Callable[[Send], Send]:
    """Make a wrapper that calls once more where the call raises this kind."""

    def wrap(send: Send) -> Send:
        async def wrapped(*arguments: object) -> object:
            try:
                return await send(*arguments)
            except kind:
                return await send(*arguments)

        return wrapped

    return wrap


WRAPPERS = pytest.mark.parametrize("wrap", [in_a_task, in_time])


@WHOSE
@WRAPPERS
@pytest.mark.parametrize("kind", ["text", "empty"])
async def test_garbage_is_no_success_whichever_task_the_call_is_made_in(
    aws: LocalAWS, session: AioSession, whose: str, wrap: Callable[[Send], Send], kind: Any
) -> None:
    aws.inject(Garbage(kind=kind))

    async with client_of(whose, aws, session) as client:
        wrap_calls(client, wrap)
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
        wrap_calls(client, wrap)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["not_attempted"] == 3
    assert aws.ledger.call_count() == 0


@WHOSE
@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_wrapper_that_calls_again_has_sent_what_it_has_sent(
    aws: LocalAWS, session: AioSession, whose: str, *, idempotent: bool
) -> None:
    aws.inject(Drop(when="after", times=1))
    operation = replace(FMS.operation, idempotent=idempotent)
    signings = 0

    def fail_once(**_: object) -> None:
        nonlocal signings
        signings += 1
        if signings == 1:
            raise LookupError

    async with client_of(whose, aws, session, ONCE) as client:
        client.meta.events.register("before-sign.fms", cast("Any", fail_once))
        wrap_calls(client, again_after(LookupError))
        result: AnyResult = await run_batch(client, operation, REQUEST)

    assert result.counts["succeeded" if idempotent else "unknown"] == 3
    # What the first of them left of the arguments was sent whole.
    times = 2 if idempotent else 1
    assert dict(aws.ledger.applied()) == dict.fromkeys(FMS.keys(0, 1, 2), times)


@WHOSE
async def test_garbage_is_no_success_where_a_wrapper_has_called_again(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(FailCalls(status=500, code="InternalErrorException", times=1))
    aws.inject(Garbage(kind="text"))

    async with client_of(whose, aws, session, ONCE) as client:
        wrap_calls(client, again_after(ClientError))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert aws.ledger.call_count() == 2
    assert result.counts["unknown"] == 3


@WHOSE
async def test_garbage_is_no_success_where_a_wrapper_hands_on_a_copy(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(Garbage(kind="text"))

    async with client_of(whose, aws, session, ONCE) as client:
        wrap_calls(client, copying)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3


@WHOSE
@pytest.mark.parametrize("event", ["request-created", "before-sign", "before-send"])
async def test_garbage_is_no_success_after_a_handlers_own_call_that_came_to_nothing(
    aws: LocalAWS, session: AioSession, whose: str, event: str
) -> None:
    aws.inject(Garbage(kind="text"))

    async with client_of(whose, aws, session, ONCE) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call_in_vain() -> None:
            client.meta.events.register_first("before-call.fms", fail)
            with suppress(LookupError):
                await method(ResourceSetIdentifier="other", Items=["nested"])
            client.meta.events.unregister("before-call.fms", fail)

        def fail(**_: object) -> None:
            raise LookupError

        client.meta.events.register(f"{event}.fms", once(call_in_vain))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert aws.ledger.call_count() == 1
    assert result.counts["unknown"] == 3


@WHOSE
async def test_after_a_handlers_own_call_that_came_to_nothing_what_was_sent_is_in_doubt(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(Drop(when="after"))

    async with client_of(whose, aws, session, ONCE) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call_in_vain() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(0):
                    await method(ResourceSetIdentifier="other", Items=["nested"])

        client.meta.events.register("before-sign.fms", once(call_in_vain))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3
    assert set(aws.ledger.applied().values()) == {1}


@WHOSE
async def test_an_answer_that_a_handler_gives_is_not_that_of_its_own_call(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    failed = {"URI": FMS.item(0), "Reason": "NOT_VALID_ARN"}
    answer = {"FailedItems": [failed], "ResponseMetadata": {"HTTPStatusCode": 200}}
    asked: list[object] = []

    async with client_of(whose, aws, session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def answer_ours(**_: object) -> object:
            asked.append(None)
            if len(asked) > 1:
                return None
            await method(ResourceSetIdentifier="other", Items=["nested"])
            return AWSResponse("", 200, cast("Any", {}), None), answer

        client.meta.events.register("before-call.fms", cast("Any", answer_ours))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [outcome.status for outcome in result.outcomes] == ["failed", "succeeded", "succeeded"]


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


ASSOCIATE = fms.BatchAssociateResourceRequest(resource_set_identifier="rs-1", items=["c", "d"])


@WHOSE
async def test_each_operation_of_one_client_sends_all_of_its_items(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    async with client_of(whose, aws, session) as client:
        await run_batch(client, FMS.operation, REQUEST, retry=None)
        result: AnyResult = await run_batch(
            client, fms.batch_associate_resource, ASSOCIATE, retry=None
        )

    assert result.ok
    assert dict(aws.ledger.applied("BatchAssociateResource")) == {("c",): 1, ("d",): 1}
    assert dict(aws.ledger.applied(FMS.name)) == dict.fromkeys(FMS.keys(0, 1, 2), 1)


@WHOSE
@pytest.mark.parametrize(
    ("trouble", "status"),
    [("garbage", "unknown"), ("signing", "not_attempted")],
)
async def test_each_operation_of_one_client_is_watched(
    aws: LocalAWS, session: AioSession, whose: str, trouble: str, status: str
) -> None:
    def fail(**_: object) -> None:
        raise LookupError

    async with client_of(whose, aws, session, ONCE) as client:
        await run_batch(client, FMS.operation, REQUEST, retry=None)
        if trouble == "garbage":
            aws.inject(Garbage(kind="text"))
        else:
            client.meta.events.register("before-sign.fms", cast("Any", fail))
        result: AnyResult = await run_batch(
            client, fms.batch_associate_resource, ASSOCIATE, retry=None
        )

    assert result.counts[status] == 2
