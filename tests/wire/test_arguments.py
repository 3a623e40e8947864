"""Arguments that no run can be made with are refused before anything is sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import BatchRun, BatchStream, Operation, Status, run_batch, stream_batch
from itemwise.testing import LocalAWS
from tests.wire.cases import CONNECT, Case, only_fms

AnyStream = BatchStream[Any, Any, Any, Any]


def bare_key(_position: int, item: Any) -> Any:
    return item


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"concurrency": 0}, "concurrency must be at least 1, not 0"),
        ({"chunk_size": 0}, "chunk_size must be from 1 to 100, .* not 0"),
        ({"chunk_size": 101}, "chunk_size must be from 1 to 100, .* not 101"),
        ({"timeout": -1.0}, "timeout must be .* from 0, not -1"),
        ({"timeout": float("nan")}, "timeout must be .* from 0, not nan"),
    ],
)
@only_fms
async def test_an_argument_out_of_range_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS, arguments: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        await run_batch(client, case.operation, case.request(1), **arguments)

    assert aws.ledger.calls == []


@only_fms
async def test_a_wrong_client_or_request_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    nothing: Any = object()
    with pytest.raises(TypeError, match="aiobotocore client"):
        await run_batch(nothing, case.operation, case.request(1))
    with pytest.raises(TypeError, match=r"'connect'.*'fms'"):
        await run_batch(client, CONNECT.operation, CONNECT.request(1))
    with pytest.raises(TypeError, match="BatchDisassociateResourceRequest"):
        await run_batch(client, case.operation, CONNECT.request(1))

    assert aws.ledger.calls == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"retry": 3}, "retry must be a RetryPolicy or None, not 3"),
        ({"pace": 3}, "pace must be a Pace or None, not 3"),
        ({"concurrency": "8"}, "concurrency must be a whole number, not '8'"),
    ],
)
@only_fms
async def test_an_option_of_another_kind_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS, options: Any, words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        await run_batch(client, case.operation, case.request(1), **options)
    with pytest.raises(TypeError, match=words):
        stream_batch(client, case.operation, case.make([]), case.items([0]), **options)

    assert aws.ledger.calls == []


@only_fms
async def test_what_is_no_operation_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    method: Any = getattr(client, "batch_disassociate_resource")  # noqa: B009 - untyped
    others: list[Any] = [client, method, Operation, case.name]
    for other in others:
        words = f"operation must be an Operation, .* not {type(other).__name__}"
        with pytest.raises(TypeError, match=words):
            await run_batch(client, other, case.request(1))
        with pytest.raises(TypeError, match=words):
            stream_batch(client, other, case.make([]), case.items([0]))

    assert aws.ledger.calls == []


@only_fms
async def test_a_key_that_is_no_tuple_is_refused_before_sending(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    wrong = replace(case.operation, key=bare_key)

    with pytest.raises(TypeError, match=f"key of an item of {case.name} must be a tuple"):
        await run_batch(client, wrong, case.request(1))
    stream: AnyStream = stream_batch(client, wrong, case.make([]), case.items([0]))
    assert (await anext(stream)).status is Status.NOT_ATTEMPTED
    with pytest.raises(TypeError, match=f"key of an item of {case.name} must be a tuple"):
        await anext(stream)

    assert aws.ledger.calls == []


@only_fms
async def test_a_run_or_a_stream_is_made_in_a_loop(case: Case, client: AioBaseClient) -> None:
    def outside() -> None:
        with pytest.raises(RuntimeError, match="belongs to a running event loop"):
            BatchRun(client, case.operation, case.request(1))
        with pytest.raises(RuntimeError, match="belongs to a running event loop"):
            stream_batch(client, case.operation, case.make([]), case.items([0]))

    await asyncio.to_thread(outside)
