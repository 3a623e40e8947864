"""Faults of any kind over any run: the strategy, the harness that runs scenarios, the invariants.

``python -m tests.property.chaos`` looks for trouble for minutes: see `main`. The suite runs a few
examples of the same in ``test_chaos.py``.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, fields, replace
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, Final, Literal, Self

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from itemwise import (
    BatchRun,
    BatchStream,
    Delivery,
    Failed,
    NotAttempted,
    Outcome,
    Pace,
    RetryPolicy,
    Status,
    Succeeded,
    Unknown,
    stream_batch,
)
from itemwise.testing import (
    ContradictItems,
    Delay,
    Drop,
    ExtraFailures,
    FailCalls,
    FailItems,
    Fault,
    ForgetItems,
    Garbage,
    Key,
    LocalAWS,
    LowerLimit,
    PoisonItems,
    RateLimit,
    RenameItems,
    Throttle,
)
from tests.wire.cases import CASES, INSPECTOR, RAM, AnyOperation, Case, case_id

__all__ = ["Harness", "Scenario", "StumbleError", "Totals", "scenarios"]

AnyOutcome = Outcome[Any, Any]
AnyStream = BatchStream[Any, Any, Any, Any]
AnyRun = BatchRun[Any, Any, Any, Any]

READ_TIMEOUT: Final = 0.03
"""Seconds. A `Delay` beyond it is an answer that comes too late."""

_HANG_SECONDS: Final = 20.0
_BY_SERVICE: Final = {case_id(case): case for case in CASES}


class StumbleError(Exception):
    """A fault in code of the caller's own: a source, or a function of an operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One example: a run, and all that happens to it. By default there are no faults.

    Attributes:
        service: the service of the operation.
        numbers: the items of the input, as the case table makes them; repeats are equal items.
        faults: faults of whole calls, each with the number of requests sent before it is in force.
        failing: items that fail for good.
        healing: items that fail in a retryable way, so many times.
        busy: items that stay retryable.
        forgotten: items without an entry.
        contradicted: items in both lists.
        poison: items that spoil their call.
        renamed: whether failure entries name items that were not sent.
        limit: what the service takes in a call.
        refuse_repeats: whether an item that was applied fails when it comes again.
        idempotent: whether the operation may be repeated after a lost answer.
        stumbles: at which of its calls the operation's own code raises.
        isolate: the option of the run.
        concurrency: the option of the run.
        chunk_size: the option of the run.
        attempts: most attempts; ``None`` for no policy at all.
        rate: a fixed pace.
        timeout: the option of the run.
        cancel: after how many requests, and rounds of the loop, the run is cancelled.
        again: rounds after which it is cancelled once more.
        source: ``None`` for `BatchRun`, else the kind of source of a stream.
        source_breaks_at: the item before which the source raises.
        take: outcomes after which the caller leaves the stream.
        leave: how: with `aclose`, or by dropping it.
    """

    service: str
    numbers: tuple[int, ...] = ()
    faults: tuple[tuple[int, Fault], ...] = ()
    failing: frozenset[int] = frozenset()
    healing: tuple[frozenset[int], int] = (frozenset(), 1)
    busy: frozenset[int] = frozenset()
    forgotten: frozenset[int] = frozenset()
    contradicted: frozenset[int] = frozenset()
    poison: frozenset[int] = frozenset()
    renamed: bool = False
    limit: int | None = None
    refuse_repeats: bool = False
    idempotent: bool = True
    stumbles: frozenset[int] = frozenset()
    isolate: bool = True
    concurrency: int = 8
    chunk_size: int | None = None
    attempts: int | None = 3
    rate: float | None = None
    timeout: float | None = None
    cancel: tuple[int, int] | None = None
    again: int | None = None
    source: Literal["list", "generator", "async"] | None = None
    source_breaks_at: int | None = None
    take: int | None = None
    leave: Literal["close", "drop"] = "close"

    def __repr__(self) -> str:
        # Only what is out of the ordinary, and fit to be pasted into a test.
        shown = (
            f"{part.name}={getattr(self, part.name)!r}"
            for part in fields(self)
            if getattr(self, part.name) != part.default
        )
        return f"Scenario({', '.join(shown)})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        # How hypothesis shows an example that fails.
        printer.text(repr(self))

    @property
    def case(self) -> Case:
        return _BY_SERVICE[self.service]

    @property
    def operation(self) -> AnyOperation:
        """The operation, with what the example changes of it."""
        operation = self.case.operation
        with_items = operation.with_items
        calls = count()

        def stumble(request: Any, items: Sequence[Any]) -> Any:
            if next(calls) in self.stumbles:
                raise StumbleError
            return with_items(request, items)

        if self.stumbles:
            operation = replace(operation, with_items=stumble)
        return operation if self.idempotent else replace(operation, idempotent=False)

    @property
    def policy(self) -> RetryPolicy | None:
        if self.attempts is None:
            return None
        return RetryPolicy(
            max_attempts=self.attempts,
            base_delay=0.0005,
            max_delay=0.002,
            stall_timeout=0.2,
            grace=0.05,
        )

    def lasting_faults(self) -> Iterator[Fault]:
        """Make the faults that are in force from the start."""
        code = self.case.retryable_code
        many, times = self.healing
        # The first that is about an item counts.
        for numbers, fault in (
            (self.failing, FailItems(items=(), code=self.case.final_code)),
            (many, FailItems(items=(), code=code, times=times)),
            (self.busy, FailItems(items=(), code=code)),
            (self.forgotten, ForgetItems(items=())),
            (self.contradicted, ContradictItems(items=())),
            (self.poison, PoisonItems(items=())),
        ):
            if numbers:
                yield replace(fault, items=frozenset(self.case.keys(*numbers)))
        if self.renamed:
            yield RenameItems(rename=lambda name: f"not-{name}")
        if self.limit is not None:
            yield LowerLimit(limit=self.limit)


def _call_faults(case: Case) -> st.SearchStrategy[Fault]:
    times = st.sampled_from([1, 1, 2, 3, 8, None])
    unsent: dict[Case, object] = {
        INSPECTOR: {"scanConfigurationArn": "a", "resource": {"projectId": "unsent"}},
    }
    extra = unsent.get(case, "unsent")
    if case.operation.service == "greengrassv2":
        extra = {"thingName": "unsent"}
    nameless: object = "" if case is RAM else {}
    return st.one_of(
        st.builds(
            Throttle,
            times=times,
            style=st.sampled_from(["modelled", "400", "429", "bare"]),
            retry_after=st.sampled_from([None, 0.001]),
        ),
        st.builds(RateLimit, rate=st.sampled_from([0.0, 100.0, 1000.0])),
        st.builds(
            FailCalls, times=times, status=st.sampled_from([500, 502, 503]), apply=st.booleans()
        ),
        st.builds(
            FailCalls,
            times=times,
            code=st.sampled_from(
                ["InternalErrorException", "AccessDeniedException", "Strange", case.item_error]
            ),
        ),
        st.builds(Drop, times=times, when=st.sampled_from(["before", "after", "midway"])),
        st.builds(
            Garbage,
            times=times,
            kind=st.sampled_from(["text", "empty", "null", "list", "string", "huge"]),
            size=st.just(100_000),
        ),
        st.builds(
            ExtraFailures,
            times=times,
            sent=st.sampled_from([(extra,), (nameless,)]),
            code=st.sampled_from([case.final_code, case.retryable_code]),
        ),
        st.builds(
            Delay,
            times=st.sampled_from([1, 2]),
            seconds=st.sampled_from([0.002, READ_TIMEOUT + 0.01]),
        ),
    )


_FAULTS: Final = {name: _call_faults(case) for name, case in _BY_SERVICE.items()}


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw an example; its simplest form has few items and no faults."""
    case = draw(st.sampled_from(CASES))
    # Numbers of RAM's three kinds of items, and neighbours of the others'.
    size = draw(st.sampled_from([3, 0, 1, 10, 25, 60]))
    numbers = draw(st.lists(st.integers(0, 99), min_size=size // 2, max_size=size))
    if draw(st.booleans()):
        numbers = list(dict.fromkeys(numbers))
    some = st.frozensets(st.sampled_from(sorted(set(numbers)) or [0]), max_size=6)
    rarely = st.one_of(st.just(frozenset[int]()), some)
    at = st.integers(0, 6)
    # Small chunks over many items are many calls, and no more than a few calls.
    fewest = max(1, len(numbers) // 12)
    source = draw(_sources)
    return Scenario(
        service=case_id(case),
        numbers=tuple(numbers),
        faults=tuple(draw(st.lists(st.tuples(at, _FAULTS[case_id(case)]), max_size=4))),
        failing=draw(rarely),
        healing=(draw(rarely), draw(st.integers(1, 4))),
        busy=draw(rarely) if draw(st.booleans()) else frozenset(),
        forgotten=draw(rarely),
        contradicted=draw(rarely),
        poison=draw(rarely),
        renamed=draw(_seldom),
        limit=draw(st.one_of(st.none(), st.none(), st.integers(1, 12))),
        refuse_repeats=draw(st.booleans()),
        idempotent=not draw(_seldom),
        stumbles=draw(st.frozensets(at, min_size=1)) if draw(_very_seldom) else frozenset(),
        isolate=draw(st.sampled_from([True, False])),
        concurrency=draw(st.sampled_from([8, 1, 2, 3])),
        chunk_size=draw(
            st.one_of(st.none(), st.integers(fewest, 2 * fewest), st.integers(fewest, 25))
        ),
        attempts=draw(st.sampled_from([3, 1, 2, 5, None])),
        rate=draw(st.sampled_from([None, None, None, 2000.0])),
        timeout=draw(st.sampled_from([*[None] * 7, 0, 0.002, 0.005, 0.02])),
        cancel=draw(st.none() | st.none() | st.none() | st.tuples(at, st.integers(0, 40))),
        again=draw(st.one_of(st.none(), st.integers(0, 10))),
        source=source,
        source_breaks_at=draw(st.integers(0, 60)) if source is not None and draw(_seldom) else None,
        take=draw(st.integers(0, 30)) if source is not None and draw(_seldom) else None,
        leave=draw(st.sampled_from(["close", "drop"])),
    )


_KINDS: Final[Sequence[Literal["list", "generator", "async"] | None]] = (
    *(None, None),
    *("list", "generator", "async"),
)
_sources: Final = st.sampled_from(_KINDS)
_seldom: Final = st.sampled_from([False, False, False, True])
_very_seldom: Final = st.sampled_from([*[False] * 15, True])


@dataclass(slots=True, kw_only=True)
class Totals:
    """What a number of examples came to."""

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


@dataclass(slots=True)
class _Seen:
    """What one example has brought.

    Attributes:
        items: the items that were handed over: of a stream, those that were read.
        outcomes: their outcomes.
        partial: whether outcomes are lost with a stream that was dropped.
    """

    items: Sequence[Any]
    outcomes: Sequence[AnyOutcome]
    partial: bool = False


class Harness:
    """Where examples live: one event loop, with servers and open clients for all of them.

    A context manager. On leaving it, what clients and servers have left behind is a failure too.
    """

    def __init__(self) -> None:
        self.totals = Totals()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._servers: dict[bool, LocalAWS] = {}
        self._clients: dict[tuple[bool, str], AioBaseClient] = {}
        self._complaints: list[str] = []
        self._sent = 0
        self._moments: list[tuple[float, Callable[[], object]]] = []

    def __enter__(self) -> Self:
        loop = self._runner.get_loop()
        loop.set_exception_handler(lambda _, said: self._complaints.append(str(said)))
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

    def live(self, scenario: Scenario) -> None:
        """Live through an example, and check what must hold of it.

        Raises:
            AssertionError: something does not.
        """
        self._runner.run(self._live(scenario))

    async def _start(self) -> None:
        session = get_session()
        config = AioConfig(read_timeout=READ_TIMEOUT)
        for refuse_repeats in (False, True):
            aws = await self._open.enter_async_context(LocalAWS(refuse_repeats=refuse_repeats))
            self._servers[refuse_repeats] = aws
            for service in _BY_SERVICE:
                opened = aws.client(service, session=session, config=config)
                client = await self._open.enter_async_context(opened)
                client.meta.events.register("before-send", self._count)
                self._clients[refuse_repeats, service] = client

    def _count(self, **_: object) -> None:
        """Take note of a request that leaves, and let happen what is to happen before and then."""
        self._due(self._sent + 0.5)
        self._sent += 1
        self._due(self._sent)

    def _due(self, sent: float) -> None:
        for moment in [moment for moment in self._moments if moment[0] <= sent]:
            self._moments.remove(moment)
            moment[1]()

    async def _live(self, scenario: Scenario) -> None:
        aws = self._servers[scenario.refuse_repeats]
        client = self._clients[scenario.refuse_repeats, scenario.service]
        aws.ledger.reset()
        aws.clear_faults()
        self._complaints.clear()
        self._sent, self._moments = 0, []
        for fault in scenario.lasting_faults():
            aws.inject(fault)
        for at, fault in scenario.faults:
            # Before the next request leaves; at once where there was none.
            self._moments.append((at and at + 0.5, partial(aws.inject, fault)))
        self._due(0)
        if scenario.source is None:
            seen = await self._run(scenario, client)
        else:
            seen = await self._stream(scenario, client)
        await _calm()
        self._check_nothing_left(scenario)
        check(scenario, seen, aws)
        self.totals.examples += 1
        self.totals.items += len(seen.items)
        self.totals.calls += aws.ledger.call_count()
        self.totals.outcomes.update(outcome.status for outcome in seen.outcomes)

    async def _run(self, scenario: Scenario, client: AioBaseClient) -> _Seen:
        operation = scenario.operation
        request = scenario.case.make(scenario.case.items(sorted(scenario.numbers)))
        before = request.model_dump()
        run: AnyRun = BatchRun(client, operation, request, **_options(scenario))
        assert set(run.result.counts.values()) <= {0, len(operation.items(request))}

        def look() -> None:
            # The accounting is complete at any moment, not only at the end.
            assert sum(run.result.counts.values()) == len(operation.items(request))
            progress = run.progress
            assert progress.settled <= progress.total

        error = await self._until_done(run.execute(), scenario, look)
        assert error is None or (isinstance(error, StumbleError) and scenario.stumbles)
        assert request.model_dump() == before
        result = run.result
        outcomes = result.outcomes
        assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
        assert sum(result.counts.values()) == len(outcomes) == run.progress.settled
        counted = Counter(outcome.status.value for outcome in outcomes)
        assert result.counts == {status.value: counted[status.value] for status in Status}
        if result.error is None and error is None and not _ended_early(scenario):
            assert not result.not_attempted
        return _Seen(operation.items(request), outcomes)

    async def _stream(self, scenario: Scenario, client: AioBaseClient) -> _Seen:
        case, operation = scenario.case, scenario.operation
        request = case.make([])
        before = request.model_dump()
        source = _Reading(scenario)
        options = _options(scenario)
        ahead = 2 * scenario.concurrency * (scenario.chunk_size or case.limit)
        kept: list[AnyStream] = []
        taken: list[AnyOutcome] = source.taken

        async def consume() -> None:
            stream: AnyStream = stream_batch(client, operation, request, source.items(), **options)
            if scenario.leave == "close" or scenario.take is None:
                kept.append(stream)
            if scenario.take == 0:
                return
            async for outcome in stream:
                taken.append(outcome)
                if len(taken) == scenario.take:
                    break

        error = await self._until_done(consume(), scenario, lambda: None)
        for stream in kept:
            await stream.aclose()
            assert stream.progress.settled == stream.progress.total == len(source.read)
            pending = [*stream.pending]
            if error is None and scenario.take is None and scenario.cancel is None:
                assert not pending
        # What an operation makes of an item is the item's fault, as far as a stream can know.
        cause = error.__cause__ if isinstance(error, TypeError) else error
        assert isinstance(cause, StumbleError | None)
        assert source.most_ahead <= ahead, "the source was read too far ahead"
        assert request.model_dump() == before
        if not kept:
            return _Seen(source.read, taken, partial=True)
        outcomes = sorted([*taken, *kept[0].pending], key=lambda outcome: outcome.index)
        assert [outcome.index for outcome in outcomes] == list(range(len(source.read)))
        return _Seen(source.read, outcomes)

    async def _until_done(
        self, work: Any, scenario: Scenario, look: Callable[[], None]
    ) -> BaseException | None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        tasks = [task]
        if scenario.cancel is not None:
            sent, rounds = scenario.cancel
            reached = asyncio.Event()
            self._moments.append((sent, reached.set))
            self._due(self._sent)
            tasks.append(asyncio.create_task(_cancel(task, reached, rounds, scenario.again, look)))
        await asyncio.wait({task}, timeout=_HANG_SECONDS)
        assert task.done(), "the run hangs"
        for other in tasks[1:]:
            if other.done():
                other.result()
            other.cancel()
            await asyncio.wait({other})
        look()
        if task.cancelled():
            assert scenario.cancel is not None, "cancelled by nobody"
            return None
        return task.exception()

    def _check_nothing_left(self, scenario: Scenario) -> None:
        if scenario.leave == "drop" or scenario.stumbles or self.totals.examples % 50 == 0:
            # What nobody holds any more complains as it goes.
            gc.collect(1)
        assert not self._complaints, self._complaints
        assert not (tasks := [*_strange_tasks()]), tasks
        assert not (timers := [*_strange_timers()]), timers

    async def _check_closed(self) -> None:
        gc.collect()
        await _calm()
        current = asyncio.current_task()
        # The servers are gone as well: whatever is left belongs to nobody.
        assert [task for task in asyncio.all_tasks() if task is not current] == []
        assert not (timers := [*_strange_timers()]), timers
        assert not self._complaints, self._complaints


class _Reading:
    """A source of a stream, which knows how far it was read."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._all = scenario.case.items(scenario.numbers)
        self.read: list[Any] = []
        self.taken: list[AnyOutcome] = []
        self.most_ahead = 0

    def items(self) -> Any:
        if self._scenario.source == "list" and self._scenario.source_breaks_at is None:
            # Not looked at as it is read.
            return _Listening(self._all, self.read)
        return self._slowly() if self._scenario.source == "async" else self._one_by_one()

    def _one_by_one(self) -> Iterator[Any]:
        for place, item in enumerate(self._all):
            if place == self._scenario.source_breaks_at:
                raise StumbleError
            self._takes(item)
            yield item

    async def _slowly(self) -> AsyncIterator[Any]:
        for place, item in enumerate(self._all):
            if place == self._scenario.source_breaks_at:
                raise StumbleError
            if place % 3 == 0:
                await asyncio.sleep(0)
            self._takes(item)
            yield item

    def _takes(self, item: Any) -> None:
        self.read.append(item)
        self.most_ahead = max(self.most_ahead, len(self.read) - len(self.taken))


class _Listening(Sequence[Any]):
    """A plain sequence, but for what was read of it."""

    def __init__(self, items: Sequence[Any], read: list[Any]) -> None:
        self._items, self._read = items, read

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        item = self._items[place]
        self._read.append(item)
        return item


def _options(scenario: Scenario) -> dict[str, Any]:
    return {
        "concurrency": scenario.concurrency,
        "chunk_size": None
        if scenario.chunk_size is None
        else min(scenario.chunk_size, scenario.case.limit),
        "retry": scenario.policy,
        "timeout": scenario.timeout,
        "isolate": scenario.isolate,
        "pace": Pace(rate=scenario.rate),
    }


def _ended_early(scenario: Scenario) -> bool:
    return scenario.timeout is not None or scenario.cancel is not None


async def _cancel(
    task: asyncio.Task[object],
    reached: asyncio.Event,
    rounds: int,
    again: int | None,
    look: Callable[[], None],
) -> None:
    await reached.wait()
    for _ in range(rounds):
        await asyncio.sleep(0)
    look()
    task.cancel()
    if again is not None:
        for _ in range(again):
            await asyncio.sleep(0)
        look()
        task.cancel()


def check(scenario: Scenario, seen: _Seen, aws: LocalAWS) -> None:
    """Hold the outcomes against what the server has really done."""
    case = scenario.case
    for outcome in seen.outcomes:
        assert outcome.item == seen.items[outcome.index]
        if isinstance(outcome, Succeeded):
            entry = outcome.entry
            told = None if entry is None else entry.model_dump_json(by_alias=True)
            names = [str(part) for part in case.operation.key(0, outcome.item)]
            assert (told is not None) == case.lists_successes
            assert told is None or all(name in told for name in names), (outcome, "not its entry")
    outcomes_of: defaultdict[Key, list[AnyOutcome]] = defaultdict(list)
    for outcome in seen.outcomes:
        outcomes_of[case.key(outcome.item)].append(outcome)
    applied = case.applied(aws)
    assert applied.keys() <= {case.key(item) for item in seen.items}
    contradicted = set(case.keys(*scenario.contradicted)) if case.lists_successes else set[Key]()
    # A failure that the service keeps to itself, or gives to somebody else beside a success, is a
    # success to everybody.
    failing = scenario.failing | scenario.healing[0] | scenario.busy
    kept = scenario.contradicted if case.lists_successes else scenario.forgotten
    unsaid = set[Key]()
    if scenario.renamed or not case.lists_successes:
        unsaid = set(case.keys(*(kept & failing)))
    for key, outcomes in outcomes_of.items():
        if key not in applied:
            for outcome in outcomes:
                assert not isinstance(outcome, Succeeded) or key in unsaid, (outcome, "unearned")
        elif scenario.source is None:
            # Equal items share their fate.
            assert all(_admits(outcome) or key in contradicted for outcome in outcomes), outcomes
        elif not seen.partial:
            # In a stream they travel one by one, and it is enough that one of them tells.
            assert key in contradicted or any(map(_admits, outcomes)), outcomes
    if not scenario.idempotent and not scenario.refuse_repeats and scenario.source is None:
        # Nothing is sent again after a doubt.
        assert set(applied.values()) <= {1}


def _admits(outcome: AnyOutcome) -> bool:
    """Whether an outcome says that its item was, or may have been, applied."""
    match outcome:
        case Succeeded() | Unknown():
            return True
        case Failed(error=error):
            return error is not None and error.delivery is Delivery.IN_DOUBT
        case NotAttempted():
            return False


async def _calm() -> None:
    """Wait until the servers are done with what was cancelled, and the loop with the rest."""
    quiet = 0
    give_up = time.monotonic() + _HANG_SECONDS
    while quiet < 15:
        await asyncio.sleep(0)
        if any(True for _ in _strange_tasks()) or any(map(_is_served, asyncio.all_tasks())):
            quiet = 0
            await asyncio.sleep(0.001)
            if time.monotonic() > give_up:
                return
        else:
            quiet += 1


def _is_served(task: asyncio.Task[Any]) -> bool:
    return "RequestHandler._handle_request" in repr(task.get_coro())


def _strange_tasks() -> Iterator[asyncio.Task[Any]]:
    current = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not current and "RequestHandler" not in repr(task.get_coro()):
            yield task


def _strange_timers() -> Iterator[str]:
    scheduled: list[asyncio.TimerHandle] = getattr(asyncio.get_running_loop(), "_scheduled")  # noqa: B009 - private
    for timer in scheduled:
        # Both ends of a connection that is kept alive have an eye on it.
        shown = repr(timer)
        if not timer.cancelled() and "aiohttp" not in shown and "RequestHandler" not in shown:
            yield shown


def main() -> None:
    """Look for trouble until 20,000 examples, or ``CHAOS_SECONDS``, are over.

    ``CHAOS_SEED`` repeats a search. Prints the seed first and the totals last.
    """
    start = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**9))
    limit = os.environ.get("CHAOS_SECONDS")
    most = sys.maxsize if limit else 20_000
    until = time.monotonic() + float(limit or 600)
    sys.stdout.write(f"CHAOS_SEED={start}\n")
    with Harness() as harness:
        part = 0
        # What the library warns of is what is asked for here.
        logging.getLogger("itemwise").setLevel(logging.ERROR)
        try:
            while harness.totals.examples < most and time.monotonic() < until:
                _search(harness, start + part)
                part += 1
        finally:
            sys.stdout.write(f"{harness.totals}\n")


def _search(harness: Harness, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=250,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(scenarios())
    def search(scenario: Scenario) -> None:
        harness.live(scenario)

    search()


if __name__ == "__main__":
    main()
