"""How all that a scenario sends is sent side by side, through one client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiobotocore.client import AioBaseClient

from itemwise import Pace
from tests.property.chaos.plain_call import PlainCall, PlainReply, send_plain
from tests.property.chaos.run import Observed, run_workload
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.schedule import Schedule

__all__ = ["send"]


async def send(
    scenario: Scenario, client: AioBaseClient, schedule: Schedule
) -> tuple[Sequence[Observed], Mapping[PlainCall, PlainReply]]:
    """Run the workloads to their ends, with the plain calls in between.

    Returns:
        What each workload has brought, and the replies to the plain calls that were sent.

    Raises:
        AssertionError: something does not hold of a workload.
    """
    pace = Pace(rate=scenario.workloads[0].rate) if scenario.share_pace else None
    started: dict[PlainCall, asyncio.Event] = {}
    waiting: dict[PlainCall, asyncio.Task[PlainReply]] = {}
    for call in scenario.plain_calls:
        started[call] = asyncio.Event()
        # Made here, for a task takes over its maker's context: that of a call of ours otherwise.
        waiting[call] = asyncio.create_task(_send_after(started[call], call, client))
        schedule.after_requests(call.after, started[call].set)
    ended = await asyncio.gather(
        *(run_workload(workload, client, schedule, pace) for workload in scenario.workloads),
        return_exceptions=True,
    )
    replies: dict[PlainCall, PlainReply] = {}
    for call, task in waiting.items():
        if started[call].is_set():
            replies[call] = await task
        else:
            task.cancel()
    observed: list[Observed] = []
    for each in ended:
        if isinstance(each, BaseException):
            raise each
        observed.append(each)
    return observed, replies


async def _send_after(started: asyncio.Event, call: PlainCall, client: AioBaseClient) -> PlainReply:
    await started.wait()
    return await send_plain(call, client)
