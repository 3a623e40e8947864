"""The shared pace, over real connections: who waits for whom, and what makes it wait."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession

from itemwise import (
    BatchRun,
    NotAttemptedReason,
    Pace,
    RetryPolicy,
    Status,
    run_batch,
    stream_batch,
)
from itemwise._pace import queue_of
from itemwise._rate import Start
from itemwise._turn_queue import TurnQueue
from itemwise.services import fms
from itemwise.testing import Delay, Drop, FailCalls, FailItems, LocalAWS, Throttle
from tests.wire.cases import (
    CONNECT,
    GREENGRASS,
    AnyResult,
    AnyRun,
    Case,
    case_id,
    check_accounting,
    only_fms,
    rounds,
    until,
)

NEVER = 1e-6
"""A rate: the first attempt starts, and the second in eleven days."""

BRIEF = RetryPolicy(max_attempts=3, base_delay=0.001, max_delay=0.004, grace=0.01)


class Watched(TurnQueue):
    """A queue that tells who asked it.

    Attributes:
        asked: whose attempts have asked for a turn.
    """

    def __init__(self, rate: float | None = None) -> None:
        super().__init__(rate)
        self.asked: list[object] = []

    async def turn(self, group: object) -> Start | None:
        self.asked.append(group)
        return await super().turn(group)


def paced(queue: TurnQueue) -> Pace:
    """Make a pace of which the engine asks this queue."""
    pace = Pace()
    pace._queue = queue
    return pace


def shared(client: AioBaseClient, case: Case) -> TurnQueue:
    return queue_of(client, case.operation, None)


def connections() -> int:
    """Count the connections that the server holds."""
    return sum("RequestHandler.start" in repr(task.get_coro()) for task in asyncio.all_tasks())


def timers() -> Iterator[str]:
    """List what the loop is to call for a pace."""
    scheduled: list[asyncio.TimerHandle] = getattr(asyncio.get_running_loop(), "_scheduled")  # noqa: B009 - private
    for timer in scheduled:
        if not timer.cancelled() and "TurnQueue" in repr(timer):
            yield repr(timer)


class Counting(TurnQueue):
    """A queue that counts what it is told.

    Attributes:
        told: how many starts were given, and how they were answered.
    """

    def __init__(self) -> None:
        super().__init__(rate=1e6)
        self.told = Counter[str]()

    async def turn(self, group: object) -> Start | None:
        start = await super().turn(group)
        self.told["started"] += start is not None
        return start

    def withdraw(self, start: Start) -> None:
        self.told["withdrawn"] += 1
        super().withdraw(start)

    def accepted(self, start: Start) -> None:
        self.told["accepted"] += 1
        super().accepted(start)

    def throttled(self, start: Start, operation: str, *, partly: bool = False) -> None:
        self.told["partly throttled" if partly else "throttled"] += 1
        super().throttled(start, operation, partly=partly)


async def cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_pace_is_free_until_the_service_throttles(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    await run_batch(client, case.operation, case.request(20), chunk_size=2)
    assert shared(client, case).rate is None

    aws.inject(Throttle(times=1))
    result: AnyResult = await run_batch(client, case.operation, case.request(2))

    assert result.ok
    rate = shared(client, case).rate
    assert rate is not None
    assert rate > 0


@only_fms
async def test_each_start_is_answered_once_whatever_became_of_it(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    queue = Counting()
    aws.inject(Drop(when="before", times=1))
    aws.inject(Throttle(times=1))
    await run_batch(client, case.operation, case.request(2), retry=BRIEF, pace=paced(queue))
    assert queue.told == {"started": 3, "withdrawn": 1, "throttled": 1, "accepted": 1}

    aws.inject(Delay(seconds=30))
    run: AnyRun = BatchRun(client, case.operation, case.request(2), retry=BRIEF, pace=paced(queue))
    task = asyncio.create_task(run.execute())
    await until(lambda: queue.told["started"] == 4)
    await rounds(3)
    await cancel(task)

    assert queue.told == {"started": 4, "withdrawn": 2, "throttled": 1, "accepted": 1}


@pytest.mark.parametrize("style", ["modelled", "400", "429", "bare"])
@only_fms
async def test_every_style_of_throttling_sets_the_pace(
    case: Case, client: AioBaseClient, aws: LocalAWS, style: Any
) -> None:
    aws.inject(Throttle(times=1, style=style))

    await run_batch(client, case.operation, case.request(2))

    assert shared(client, case).rate is not None


@pytest.mark.parametrize(
    "fault",
    [
        FailCalls(status=500, times=2),
        FailCalls(code="InternalErrorException", times=2),
        Drop(when="before", times=2),
        Drop(when="after", times=2),
    ],
    ids=["500", "server fault", "dropped before", "dropped after"],
)
@only_fms
async def test_other_faults_do_not_set_the_pace(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, fault: Any
) -> None:
    aws.inject(fault)

    await run_batch(client, case.operation, case.request(2), retry=fast)

    assert aws.ledger.call_count() == 3
    assert shared(client, case).rate is None


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (GREENGRASS, "ThrottlingException"),
        (GREENGRASS, "InternalServerException"),
        (CONNECT, "429"),
        (CONNECT, "503"),
    ],
)
async def test_throttled_items_in_an_answer_set_the_pace_and_other_items_do_not(
    case: Case, client: AioBaseClient, aws: LocalAWS, fast: RetryPolicy, code: str
) -> None:
    aws.inject(FailItems(items=set(case.keys(1)), code=code, times=1))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request, retry=fast)

    check_accounting(case, aws, request, result)
    assert result.ok
    assert aws.ledger.call_count() == 2
    throttles = code in {"ThrottlingException", "429"}
    assert (shared(client, case).rate is not None) is throttles


async def test_runs_and_streams_on_one_client_and_operation_share_a_pace(
    case: Case, client: AioBaseClient
) -> None:
    run: AnyRun = BatchRun(client, case.operation, case.request(2))
    stream = stream_batch(client, case.operation, case.make([]), [])

    assert run._state.queue is shared(client, case)
    assert stream._run.state.queue is shared(client, case)


@only_fms
async def test_operations_do_not_share_a_pace(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=1, operation=case.name))
    await run_batch(client, case.operation, case.request(2))
    other = fms.batch_associate_resource
    request = fms.BatchAssociateResourceRequest(resource_set_identifier="rs-1", items=["a"])
    await run_batch(client, other, request)

    assert shared(client, case).rate is not None
    assert queue_of(client, other, None).rate is None


@only_fms
async def test_clients_share_a_pace_only_where_they_are_given_one(
    case: Case, client: AioBaseClient, aws: LocalAWS, session: AioSession
) -> None:
    queue = Watched()
    request = case.request(2)
    async with aws.client("fms", session=session) as second:
        assert shared(client, case) is not shared(second, case)
        aws.inject(Throttle(times=1))

        await run_batch(client, case.operation, request, pace=paced(queue))
        assert len(queue.asked) == 2
        assert queue.rate is not None
        await run_batch(second, case.operation, request, pace=paced(queue))

        # The second client waited where the first was throttled.
        assert len(queue.asked) == 3
        assert len(set(map(id, queue.asked))) == 2
        assert shared(client, case).rate is shared(second, case).rate is None


@only_fms
async def test_a_fixed_rate_stays_whatever_the_service_says(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(Throttle(times=3))
    pace = Pace(rate=500)

    result: AnyResult = await run_batch(
        client, case.operation, case.request(10), chunk_size=2, pace=pace
    )

    assert result.ok
    assert pace.rate == 500
    assert aws.ledger.call_count() == 8


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate must be a positive number"):
        Pace(rate=rate)


def test_a_pace_shows_what_it_does() -> None:
    assert repr(Pace()) == "<Pace: free, 0 waiting>"
    assert repr(Pace(rate=12.5)) == "<Pace: 12.5 attempts per second, 0 waiting>"


@pytest.mark.parametrize("rate", ["1", True])
def test_a_rate_of_another_kind_is_refused(rate: Any) -> None:
    words = f"rate must be a number of attempts per second or None, not {rate!r}"
    with pytest.raises(TypeError, match=words):
        Pace(rate=rate)


async def test_what_waits_for_its_turn_holds_no_connection(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(16)
    queue = Watched(rate=NEVER)
    run: AnyRun = BatchRun(
        client, case.operation, request, chunk_size=2, retry=BRIEF, pace=paced(queue)
    )

    task = asyncio.create_task(run.execute())
    # One may start, and has ended; the others have asked.
    await until(lambda: len(queue.asked) == 8 and run.progress.settled == 2)
    await rounds(50)

    assert aws.ledger.call_count() == 1
    assert connections() == 1
    await cancel(task)
    check_accounting(case, aws, request, run.result)
    assert run.result.counts["not_attempted"] == 14
    assert {rest.reason for rest in run.result.not_attempted} == {NotAttemptedReason.CANCELLED}
    # And nothing of it waits any more.
    assert not [*timers()]


async def test_a_run_that_stops_waits_for_no_turn(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailCalls(code="AccessDeniedException"))
    request = case.request(16)

    # Else it would take a hundred days.
    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, retry=BRIEF, pace=Pace(rate=NEVER)
    )

    check_accounting(case, aws, request, result)
    assert aws.ledger.call_count() == 1
    assert result.counts["failed"] == 2
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.STOPPED}
    # What never had its turn is no call.
    assert [record.attempts for record in result.calls] == [1]
    assert not [*timers()]


@only_fms
async def test_a_deadline_waits_for_no_turn(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    request = case.request(6)
    pace = Pace(rate=NEVER)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=2, timeout=0.02, pace=pace
    )

    check_accounting(case, aws, request, result)
    assert {rest.reason for rest in result.not_attempted} == {NotAttemptedReason.DEADLINE}
    assert result.counts["not_attempted"] >= 4
    assert not [*timers()]


@only_fms
async def test_a_stream_that_is_closed_waits_for_no_turn(case: Case, client: AioBaseClient) -> None:
    items = case.items(range(8))
    queue = Watched(rate=NEVER)
    async with stream_batch(
        client, case.operation, case.make([]), items, chunk_size=2, pace=paced(queue)
    ) as stream:
        first = await anext(stream)
        await until(lambda: len(queue.asked) == 4)

    assert first.status is Status.SUCCEEDED
    assert len(stream.pending) == 7
    assert not [*timers()]


@only_fms
async def test_a_run_that_ends_takes_no_turn_from_another(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    queue = Watched(rate=50)
    request = case.request(8)
    delay = aws.inject(Delay(seconds=0))
    runs: list[AnyRun] = [
        BatchRun(client, case.operation, request, chunk_size=2, retry=BRIEF, pace=paced(queue))
        for _ in range(2)
    ]

    tasks = [asyncio.create_task(run.execute()) for run in runs]
    await until(lambda: len(queue.asked) >= 8)
    # All of the first wait in front of all of the second, but for the one that was let through.
    await cancel(tasks[0])
    delay.remove()
    await tasks[1]

    assert runs[1].result.ok
    assert runs[0].result.counts["not_attempted"] > 0
    assert not [*timers()]


@only_fms
async def test_an_episode_of_throttling_is_one_line_in_the_log(
    case: Case, client: AioBaseClient, aws: LocalAWS, caplog: pytest.LogCaptureFixture
) -> None:
    aws.inject(Throttle(times=4))
    with caplog.at_level(logging.INFO, logger="itemwise"):
        for _ in range(2):
            result: AnyResult = await run_batch(
                client, case.operation, case.request(6), chunk_size=2, concurrency=2
            )
            assert result.ok
            aws.inject(Throttle(times=1))

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", f"{case.name} is throttled: its calls now start at the pace it accepts")
    ]


@only_fms
async def test_the_log_does_not_say_that_a_fixed_rate_follows_the_service(
    case: Case, client: AioBaseClient, aws: LocalAWS, caplog: pytest.LogCaptureFixture
) -> None:
    aws.inject(Throttle(times=1))
    with caplog.at_level(logging.INFO, logger="itemwise"):
        await run_batch(client, case.operation, case.request(1), pace=Pace(rate=500))
    assert [record.getMessage() for record in caplog.records] == [
        f"{case.name} is throttled, although its calls start at the fixed rate of 500 a second"
    ]


class Told(Watched):
    """A queue that holds nobody up, and tells of how many throttles it was told."""

    throttles = 0

    def throttled(self, start: Start, operation: str, *, partly: bool = False) -> None:
        self.throttles += 1
        super().throttled(start, operation, partly=partly)


@pytest.mark.parametrize("case", [GREENGRASS], ids=case_id)
async def test_an_item_that_is_throttled_again_and_again_holds_up_itself_alone(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(FailItems(items=case.keys(3), code="ThrottlingException"))
    queue = Told(rate=1e6)

    result = await run_batch(
        client,
        case.operation,
        case.request(10),
        chunk_size=2,
        concurrency=1,
        retry=RetryPolicy(max_attempts=6, base_delay=0.0, max_delay=0.0),
        pace=paced(queue),
    )

    assert [outcome.index for outcome in result.failed] == [3]
    assert [call.attempts for call in result.calls] == [1, 6, 1, 1, 1]
    assert queue.throttles == 1


class Broken(TurnQueue):
    """A queue with a fault of its own, once a service has answered."""

    def accepted(self, start: Start) -> None:
        raise ArithmeticError


@pytest.mark.parametrize(
    ("fault", "status"),
    [(None, Status.SUCCEEDED), (FailCalls(status=500, apply=True), Status.UNKNOWN)],
    ids=["answered", "in doubt"],
)
async def test_a_fault_of_our_own_after_an_answer_forgets_nothing(
    case: Case, client: AioBaseClient, aws: LocalAWS, fault: FailCalls | None, status: Status
) -> None:
    if fault is not None:
        aws.inject(fault)
    request = case.request(3)
    run: AnyRun = BatchRun(
        client, case.operation, request, pace=paced(Broken(rate=None)), retry=BRIEF
    )

    with pytest.raises(ArithmeticError):
        await run.execute()

    assert {outcome.status for outcome in run.result.outcomes} == {status}
    check_accounting(case, aws, request, run.result)
