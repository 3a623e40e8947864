"""Where scenarios are run: one event loop, with servers and open clients for all of them."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

from itemwise import Status
from itemwise.testing import LocalAWS
from tests.property.chaos.faults import READ_TIMEOUT
from tests.property.chaos.invariants import check_ledger
from tests.property.chaos.leftovers import leftover_tasks, leftover_timers, wait_until_idle
from tests.property.chaos.operations import OF_SERVICE
from tests.property.chaos.plain_invariants import check_plain
from tests.property.chaos.scenario import Scenario
from tests.property.chaos.schedule import Schedule
from tests.property.chaos.send import send

__all__ = ["Harness", "Totals"]


@dataclass(slots=True, kw_only=True)
class Totals:
    """What a number of scenarios came to."""

    examples: int = 0
    items: int = 0
    calls: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])

    def __str__(self) -> str:
        by_kind = ", ".join(f"{self.outcomes[status]:,} {status}" for status in Status)
        return (
            f"{self.examples:,} examples, {self.items:,} items, {self.calls:,} calls; "
            f"outcomes: {by_kind}"
        )


class Harness:
    """Runs scenarios, one after the other.

    A context manager. On leaving it, what clients and servers have left behind is a failure too.

    Attributes:
        totals: what all scenarios came to so far.
    """

    def __init__(self) -> None:
        self.totals = Totals()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._servers: dict[bool, LocalAWS] = {}
        self._clients: dict[tuple[bool, str], AioBaseClient] = {}
        self._loop_errors: list[str] = []
        self._schedule = Schedule()

    def __enter__(self) -> Self:
        loop = self._runner.get_loop()
        loop.set_exception_handler(lambda _, said: self._loop_errors.append(str(said)))
        self._runner.run(self._start())
        # What is here for good is not looked through by each collection.
        gc.collect()
        gc.freeze()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            gc.unfreeze()
            self._runner.run(self._open.aclose())
            if error is None:
                self._runner.run(self._check_closed())
        finally:
            self._runner.close()

    def run(self, scenario: Scenario) -> None:
        """Run a scenario, and check what must hold of it.

        Raises:
            AssertionError: something does not.
        """
        self._runner.run(self._run(scenario))

    async def _start(self) -> None:
        session = get_session()
        config = AioConfig(read_timeout=READ_TIMEOUT)
        for refuse_repeats in (False, True):
            aws = await self._open.enter_async_context(LocalAWS(refuse_repeats=refuse_repeats))
            self._servers[refuse_repeats] = aws
            for service in OF_SERVICE:
                opened = aws.client(service, session=session, config=config)
                client = await self._open.enter_async_context(opened)
                client.meta.events.register("before-send", self._count_request)
                self._clients[refuse_repeats, service] = client

    def _count_request(self, **_: object) -> None:
        self._schedule.request_leaves()

    async def _run(self, scenario: Scenario) -> None:
        aws = self._servers[scenario.refuse_repeats]
        client = self._clients[scenario.refuse_repeats, scenario.service]
        aws.ledger.reset()
        aws.clear_faults()
        self._loop_errors.clear()
        self._schedule = Schedule()
        for fault in scenario.lasting_faults():
            aws.inject(fault)
        for at, fault in scenario.faults:
            self._schedule.before_next_request(at, partial(aws.inject, fault))
        observed, replies = await send(scenario, client, self._schedule)
        await wait_until_idle()
        self._check_nothing_left(scenario)
        check_ledger(scenario, observed, aws)
        for call, reply in replies.items():
            check_plain(scenario, call, reply, aws)
        self.totals.examples += 1
        self.totals.calls += aws.ledger.call_count()
        for seen in observed:
            self.totals.items += len(seen.items)
            self.totals.outcomes.update(outcome.status for outcome in seen.outcomes)

    def _check_nothing_left(self, scenario: Scenario) -> None:
        dropped = any(each.leave == "drop" or each.caller_errors for each in scenario.workloads)
        if dropped or self.totals.examples % 50 == 0:
            # What nobody holds any more complains as it goes.
            gc.collect(1)
        assert not self._loop_errors, self._loop_errors
        assert not (tasks := [*leftover_tasks()]), tasks
        assert not (timers := [*leftover_timers()]), timers

    async def _check_closed(self) -> None:
        gc.collect()
        await wait_until_idle()
        current = asyncio.current_task()
        # The servers are gone as well: whatever is left belongs to nobody.
        assert [task for task in asyncio.all_tasks() if task is not current] == []
        assert not (timers := [*leftover_timers()]), timers
        assert not self._loop_errors, self._loop_errors
