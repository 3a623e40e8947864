"""Streams that stop by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient

from itemwise import NotAttemptedReason
from itemwise.testing import Delay, ExtraFailures, FailCalls, LocalAWS, Throttle
from tests.wire.cases import Case, left_behind, only_fms, until
from tests.wire.streams import (
    BRIEF,
    PATIENT,
    SOURCES,
    AnyStream,
    Reading,
    check_stream,
    open_stream,
)


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_fault_of_the_request_drains_the_source(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(60)))
    source = SOURCES[kind](reading)
    stream = open_stream(case, client, source, chunk_size=3, concurrency=2, retry=BRIEF)

    outcomes = [outcome async for outcome in stream]

    counts = check_stream(case, aws, reading.items, outcomes)
    assert counts["failed"] <= 6
    assert counts["not_attempted"] >= 54
    assert stream.error is not None
    assert stream.error.code == "AccessDeniedException"
    assert aws.ledger.call_count() <= 2
    reasons = {getattr(outcome, "reason", None) for outcome in outcomes}
    assert reasons == {None, NotAttemptedReason.STOPPED}


@only_fms
async def test_a_drained_source_is_read_no_faster_than_outcomes_are_taken(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(500)))
    taken = 0
    async for _ in open_stream(case, client, iter(reading), chunk_size=5, concurrency=2):
        taken += 1
        assert reading.read - taken <= 2 * 2 * 5
    assert taken == 500


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_deadline_that_is_past_sends_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, kind: str
) -> None:
    reading = Reading(case.items(range(10)))

    stream = open_stream(case, client, SOURCES[kind](reading), timeout=0)
    outcomes = [outcome async for outcome in stream]

    assert aws.ledger.calls == []
    # An async source can keep us waiting: nothing more is read of it.
    assert len(outcomes) == (0 if kind == "async" else 10)
    assert {getattr(o, "reason", None) for o in outcomes} <= {NotAttemptedReason.DEADLINE}


async def test_a_deadline_in_flight_leaves_unknown_what_was_sent(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Delay(seconds=30))
    items = case.items(range(8))
    stream = open_stream(
        case, client, items, chunk_size=2, concurrency=2, timeout=0.02, retry=BRIEF
    )

    outcomes = [outcome async for outcome in stream]

    assert check_stream(case, aws, items, outcomes) == {"unknown": 4, "not_attempted": 4}
    assert left_behind() == []


@only_fms
async def test_a_deadline_ends_the_wait_for_a_source(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading = Reading(case.items(range(10)))
    reading.gates[4] = asyncio.Event()
    stream = open_stream(case, client, reading.slowly(), chunk_size=3, timeout=0.05, retry=PATIENT)

    outcomes = [outcome async for outcome in stream]

    # Three were sent, and the fourth waited for others in its chunk; on a slow machine less.
    assert reading.read <= 4
    counts = check_stream(case, aws, reading.items[: reading.read], outcomes)
    assert counts.get("succeeded", 0) in {0, 3}


@only_fms
async def test_a_deadline_ends_the_drain_of_a_source(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    reading = Reading(case.items(range(20)))
    reading.gates[7] = asyncio.Event()
    stream = open_stream(
        case, client, reading.slowly(), chunk_size=3, concurrency=1, timeout=0.05, retry=PATIENT
    )

    outcomes = [outcome async for outcome in stream]

    # Seven, unless the machine is so slow that the deadline comes before the first answer.
    counts = check_stream(case, aws, reading.items[: reading.read], outcomes)
    assert counts["failed"] == 3
    assert reading.read <= 7
    assert left_behind() == []


@only_fms
async def test_time_spent_on_the_source_is_no_stall(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    reading = Reading(case.items(range(4)))
    stream: AnyStream

    async def source() -> AsyncIterator[Any]:
        async for item in reading.slowly():
            if reading.read == 3:
                # As if it had taken an hour since a throttle, and the service throttles again.
                stream._run.state.queue._settled_at = -4000
                await until(lambda: stream.progress.settled == 2)
                stream._run.state.stall.since = -3600
                aws.inject(Throttle(times=1))
            yield item

    stream = open_stream(case, client, source(), chunk_size=2, concurrency=1)
    outcomes = [outcome async for outcome in stream]

    assert check_stream(case, aws, reading.items, outcomes) == {"succeeded": 4}
    assert stream.progress.throttled == 1


@only_fms
async def test_entries_that_match_nothing_are_kept_up_to_a_number(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(ExtraFailures(sent=tuple(f"unsent-{number}" for number in range(400))))
    items = case.items(range(4))
    stream = open_stream(case, client, items, chunk_size=1, concurrency=1)

    outcomes = [outcome async for outcome in stream]

    # Each reply has a failure of an unknown item: no silence of it is trusted.
    assert check_stream(case, aws, items, outcomes) == {"unknown": 4}
    assert len(stream.unmatched) == 1000
