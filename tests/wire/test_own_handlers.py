"""Handlers of the user's own, which make calls, raise, or change what is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest
from aiobotocore.session import AioSession
from botocore.exceptions import NoCredentialsError

from itemwise import run_batch
from itemwise.testing import FailItems, Fault, Garbage, LocalAWS
from tests.wire.cases import FMS, AnyResult
from tests.wire.clients import client_of
from tests.wire.wrapping import ONCE, REQUEST, WHOSE, once


@WHOSE
@pytest.mark.parametrize("how", ["register", "register_last"])
@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        (FailItems(items=FMS.item(1)), ["succeeded", "failed", "succeeded"]),
        (Garbage(kind="text", times=1), ["unknown"] * 3),
    ],
    ids=["a failure", "garbage"],
)
async def test_a_call_made_before_a_reply_is_parsed_does_not_take_its_place(
    aws: LocalAWS,
    session: AioSession,
    whose: str,
    *,
    how: str,
    fault: Fault,
    statuses: Sequence[str],
) -> None:
    async with client_of(whose, aws, session, ONCE) as client:
        await run_batch(client, FMS.operation, FMS.request(1), retry=None)
        method = cast("Any", client).batch_disassociate_resource

        async def call() -> None:
            await method(ResourceSetIdentifier="other", Items=["nested"])

        aws.inject(fault)
        getattr(client.meta.events, how)("before-parse", once(call))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert [outcome.status for outcome in result.outcomes] == statuses


@WHOSE
@pytest.mark.parametrize("event", ["before-parse", "response-received.fms", "after-call.fms"])
async def test_a_handler_that_raises_once_there_is_an_answer_leaves_doubt(
    aws: LocalAWS, session: AioSession, whose: str, event: str
) -> None:
    async def fail() -> None:
        # As where it calls another service: nothing was sent to that one.
        raise NoCredentialsError

    async with client_of(whose, aws, session, ONCE) as client:
        client.meta.events.register(event, once(fail))
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["unknown"] == 3
    assert set(aws.ledger.applied().values()) == {1}


@WHOSE
async def test_a_call_that_a_handler_leaves_for_later_has_its_own_reply(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    aws.inject(FailItems(items="later"))
    over, replies = asyncio.Event(), list[Mapping[str, Any]]()
    tasks: list[asyncio.Task[None]] = []

    async with client_of(whose, aws, session) as client:
        method = cast("Any", client).batch_disassociate_resource

        async def call_later() -> None:
            await over.wait()
            replies.append(await method(ResourceSetIdentifier="other", Items=["later"]))

        async def begin() -> None:
            tasks.append(asyncio.create_task(call_later()))

        client.meta.events.register("after-call.fms", once(begin))
        await run_batch(client, FMS.operation, REQUEST, retry=None)
        over.set()
        await asyncio.gather(*tasks)

    assert [len(reply["FailedItems"]) for reply in replies] == [1]


def filters(params: dict[str, Any], **_: object) -> None:
    params["Items"] = [item for item in params["Items"] if item != "x"]


def adds(params: dict[str, Any], **_: object) -> None:
    params["Items"].append("extra")


def removes(params: dict[str, Any], **_: object) -> None:
    del params["Items"]


@pytest.mark.parametrize("change", [filters, adds, removes])
async def test_a_list_that_is_changed_where_it_is_shown_empty_is_refused(
    aws: LocalAWS, session: AioSession, change: Callable[..., None]
) -> None:
    async with aws.client("fms", session=session) as client:
        client.meta.events.register_last("before-parameter-build", change)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.counts["not_attempted"] == 3
    assert "register_last" in str(result.error)
    assert aws.ledger.call_count() == 0


async def test_another_member_that_is_changed_after_ours_is_sent(
    aws: LocalAWS, session: AioSession
) -> None:
    bodies: list[Mapping[str, Any]] = []

    def change(params: dict[str, Any], **_: object) -> None:
        params["ResourceSetIdentifier"] = "other"

    def look(request: Any, **_: object) -> None:
        bodies.append(json.loads(request.body))

    async with aws.client("fms", session=session) as client:
        client.meta.events.register_last("before-parameter-build", cast("Any", change))
        client.meta.events.register("before-send", look)
        result: AnyResult = await run_batch(client, FMS.operation, REQUEST, retry=None)

    assert result.ok
    assert bodies == [
        {"ResourceSetIdentifier": "other", "Items": list(FMS.operation.items(REQUEST))}
    ]
