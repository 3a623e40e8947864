"""Faults of a source and of its items."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import (
    Iterator,
)
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from pydantic import ValidationError

from itemwise import (
    Key,
    NotAttempted,
    NotAttemptedReason,
    stream_batch,
)
from itemwise.testing import (
    FailItems,
    LocalAWS,
)
from tests.wire.cases import (
    FMS,
    GREENGRASS,
    RAM,
    Case,
    case_id,
    left_behind,
    only_fms,
    until,
)
from tests.wire.streams import (
    SOURCES,
    AnyOutcome,
    AnyStream,
    Reading,
    SourceError,
    check_stream,
    collect,
    open_stream,
)


@pytest.mark.parametrize("kind", ["generator", "async"])
@pytest.mark.parametrize("place", [0, 1, 5, 7])
async def test_an_error_of_the_source_comes_after_what_was_read_has_its_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str, place: int
) -> None:
    reading = Reading(case.items(range(20)))
    reading.breaks_at = place
    stream = open_stream(case, client, SOURCES[kind](reading), chunk_size=5, concurrency=2)
    outcomes: list[AnyOutcome] = []

    with pytest.raises(SourceError):
        await collect(stream, outcomes)

    counts = check_stream(case, aws, reading.items[:place], outcomes)
    assert counts == ({"succeeded": place} if place else {})
    assert stream.pending == []
    assert left_behind() == []


@pytest.mark.parametrize("kind", SOURCES)
@only_fms
async def test_an_item_that_does_not_fit_the_request_is_named_and_ends_the_reading(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    items = case.items(range(20))
    items[12] = ""
    source = SOURCES[kind](Reading(items))
    stream = open_stream(case, client, source, chunk_size=5, concurrency=2)
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValidationError) as caught:
        await collect(stream, outcomes)

    assert caught.value.__notes__ == ["item 12 of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items[:15]
    # What stands before it in its chunk is sent.
    assert [o.status for o in outcomes] == [*["succeeded"] * 12, *["not_attempted"] * 3]
    assert set(case.applied(aws)) == set(case.keys(*range(12)))
    reasons = {getattr(outcome, "reason", None) for outcome in outcomes}
    assert reasons == {None, NotAttemptedReason.STOPPED}
    assert stream.pending == []
    assert stream.error is None


@pytest.mark.parametrize("bad", range(8))
@only_fms
async def test_a_bad_item_is_found_wherever_it_stands(
    case: Case, client: AioBaseClient, aws: LocalAWS, bad: int
) -> None:
    items = case.items([0, 1, 2, 0, 4, 5, 1, 7])
    items[bad] = ""
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValidationError) as caught:
        await collect(open_stream(case, client, items), outcomes)

    assert caught.value.__notes__ == [f"item {bad} of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items
    assert [o.status for o in outcomes] == ["succeeded"] * bad + ["not_attempted"] * (8 - bad)
    assert set(case.applied(aws)) == {case.key(item) for item in items[:bad]}


async def test_an_item_of_another_kind_is_named(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = [*case.items(range(5)), object(), *case.items([6, 7])]
    stream = open_stream(case, client, items, chunk_size=4, concurrency=1)
    outcomes: list[AnyOutcome] = []

    with pytest.raises((ValidationError, TypeError)) as caught:
        await collect(stream, outcomes)

    said = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    assert "item 5 of the stream" in "\n".join(said)
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [o.status for o in outcomes] == [*["succeeded"] * 5, *["not_attempted"] * 3]
    assert outcomes[5].item is items[5]
    assert left_behind() == []
    assert case.sizes(aws) == [4, 1]


@pytest.mark.parametrize("case", [RAM], ids=case_id)
async def test_what_an_item_of_another_kind_does_to_a_function_is_a_type_error(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    items = [*case.items(range(2)), "a string"]
    outcomes: list[AnyOutcome] = []

    with pytest.raises(TypeError, match=f"item 2 of the stream is a str, .*{case.name}") as told:
        await collect(open_stream(case, client, items), outcomes)

    assert isinstance(told.value.__cause__, AttributeError)
    statuses = [o.status for o in sorted(outcomes, key=lambda outcome: outcome.index)]
    assert statuses == ["succeeded", "succeeded", "not_attempted"]
    assert set(case.applied(aws)) == set(case.keys(0, 1))


@pytest.mark.parametrize(
    ("case", "other"),
    [
        pytest.param(FMS, FMS.item(1).encode(), id="bytes for a string"),
        pytest.param(GREENGRASS, GREENGRASS.item(1).model_dump(), id="a mapping for a model"),
    ],
)
async def test_what_a_model_reads_as_an_item_travels_as_that_item(
    case: Case, client: AioBaseClient, aws: LocalAWS, other: object
) -> None:
    aws.inject(FailItems(items=case.keys(1), code=case.final_code))
    items = [case.item(0), other, case.item(2)]
    outcomes: list[AnyOutcome] = []

    await collect(open_stream(case, client, items), outcomes)

    assert check_stream(case, aws, case.items(range(3)), outcomes) == {"succeeded": 2, "failed": 1}


@pytest.mark.parametrize("case", [RAM], ids=case_id)
async def test_items_that_a_request_holds_in_another_order_keep_that_of_the_stream(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    # A resource before a principal: a request lists principals first.
    items = sorted(case.items(range(100)), key=lambda item: item.association_type, reverse=True)
    assert items != list(case.operation.items(case.make(items)))
    outcomes: list[AnyOutcome] = []

    await collect(open_stream(case, client, items), outcomes)

    assert [outcome.item for outcome in sorted(outcomes, key=lambda o: o.index)] == items
    assert set(case.applied(aws)) == set(map(case.key, items))


@only_fms
async def test_items_with_one_key_that_differ_are_both_named(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def key(_position: int, item: str) -> Key:
        # What follows the sign is in no entry.
        return (item.partition("#")[0],)

    operation = replace(case.operation, key=key)
    items = [f"{item}#{place}" for place, item in enumerate(case.items([*range(8), 6, 9]))]
    stream: AnyStream = stream_batch(
        client, operation, case.make([]), items, chunk_size=5, concurrency=1
    )
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValueError, match="items 6 and 8 of BatchDisassociateResource") as caught:
        await collect(stream, outcomes)

    assert caught.value.__notes__ == ["item 8 of the stream"]
    outcomes.sort(key=lambda outcome: outcome.index)
    assert [outcome.item for outcome in outcomes] == items
    assert [o.status for o in outcomes] == [*["succeeded"] * 8, *["not_attempted"] * 2]
    assert case.sizes(aws) == [5, 3]


@pytest.mark.parametrize("kind", SOURCES)
@only_fms
async def test_an_operation_that_leaves_items_out_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    def with_items(request: Any, items: Any) -> Any:
        return case.operation.with_items(request, items[:-1])

    reading = Reading(case.items(range(8)))
    stream: AnyStream = stream_batch(
        client,
        replace(case.operation, with_items=with_items),
        case.make([]),
        SOURCES[kind](reading),
        chunk_size=4,
        concurrency=1,
    )
    outcomes: list[AnyOutcome] = []

    with pytest.raises(ValueError, match=f"{case.name} was given 4 items .* with 3"):
        await collect(stream, outcomes)

    assert check_stream(case, aws, reading.items[:4], outcomes) == {"not_attempted": 4}
    assert aws.ledger.calls == []


@only_fms
async def test_a_fault_in_an_operations_own_code_loses_no_outcome(
    case: Case, client: AioBaseClient, aws: LocalAWS, complaints: list[str]
) -> None:
    for leaves_early in (True, False):
        aws.ledger.reset()
        calls = count()

        def with_items(request: Any, items: Any, calls: Iterator[int] = calls) -> Any:
            # Each chunk is built to be checked, and once more to be sent.
            if next(calls) == 3:
                raise ZeroDivisionError
            return case.operation.with_items(request, items)

        operation = replace(case.operation, with_items=with_items)
        items = case.items(range(8))
        stream: AnyStream = stream_batch(
            client, operation, case.make([]), items, chunk_size=2, concurrency=1
        )
        yielded = [await anext(stream)]
        await until(lambda: left_behind() == [])
        if not leaves_early:
            with pytest.raises(ZeroDivisionError):
                await collect(stream, yielded)
        await stream.aclose()

        outcomes = [*yielded, *stream.pending]
        counts = check_stream(case, aws, items[: stream.progress.total], outcomes)
        assert counts == {"succeeded": 2, "not_attempted": 2}
        # What was left open comes before the error does.
        assert stream.progress.settled == 4 == (len(outcomes) if leaves_early else len(yielded))
        reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, NotAttempted)}
        assert reasons == {NotAttemptedReason.STOPPED}
        del stream
        gc.collect()
    assert complaints == []


@only_fms
async def test_a_source_that_cancels_itself_misplaces_no_item(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    class Cancelling:
        given = 0

        def __aiter__(self) -> Cancelling:
            return self

        async def __anext__(self) -> str:
            if self.given == 8:
                raise asyncio.CancelledError
            self.given += 1
            item: str = case.item(self.given - 1)
            return item

    outcomes: list[AnyOutcome] = []
    with pytest.raises(asyncio.CancelledError):
        await collect(
            open_stream(case, client, Cancelling(), chunk_size=5, concurrency=2), outcomes
        )

    # As in an ``async for``, that is its end.
    counts = check_stream(case, aws, case.items(range(8)), outcomes)
    assert counts == {"succeeded": 5, "not_attempted": 3}


@only_fms
async def test_a_sync_source_that_raises_the_end_of_an_async_one_has_failed(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    def source() -> Iterator[Any]:
        yield from case.items(range(3))
        raise StopAsyncIteration

    outcomes: list[AnyOutcome] = []

    # As Python has it: the iteration of a stream cannot raise what would be its own end.
    with pytest.raises(RuntimeError) as caught:
        await collect(open_stream(case, client, source()), outcomes)

    assert isinstance(caught.value.__cause__, StopAsyncIteration)
    assert check_stream(case, aws, case.items(range(3)), outcomes) == {"succeeded": 3}
