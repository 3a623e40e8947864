"""Workers that call a service at a pace that they find, in virtual time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from itemwise._rate import RateFinder, Start

__all__ = ["Outcome", "Service", "simulate"]

_CLIENT_SECONDS = 0.0006
"""What the client computes for a call, one call at a time."""

_TIMER_SECONDS = 0.0012
"""By how much a timer is late, at most."""


Service = Callable[[float], bool]
"""Whether a call that arrives at a time is accepted."""


@dataclass(slots=True)
class Outcome:
    """What came of a simulation: the times of the accepted calls for each process."""

    accepted: list[list[float]]
    throttled: int = 0
    seconds: float = 0.0
    finders: list[RateFinder] = field(default_factory=list[RateFinder])

    def parts(self, since: float) -> list[int]:
        """Count the accepted calls of each process from a time on."""
        return [sum(time >= since for time in times) for times in self.accepted]


def simulate(
    service: Service,
    *,
    latency: float,
    workers: int = 16,
    calls: int | None = None,
    seconds: float = 1e9,
    starts: Sequence[float] = (0.0,),
    jitter: float = 0.02,
    quick_refusals: bool = False,
    events: Sequence[tuple[float, Callable[[], None]]] = (),
    stalls: Sequence[tuple[float, float]] = (),
    pauses: Sequence[tuple[float, float]] = (),
    seed: int = 0,
) -> Outcome:
    """Let processes of some workers each call a service, until the calls or the time are over.

    What reaches the service during a stall, from one time to another, it decides at the end. In a
    pause nobody has anything to send.
    """
    world = _World(
        service,
        latency,
        jitter,
        random.Random(seed),
        stalls,
        pauses=pauses,
        quick_refusals=quick_refusals,
    )
    outcome = Outcome([[] for _ in starts])
    for accepted, begins in zip(outcome.accepted, starts, strict=True):
        process = _Process(world, outcome, accepted, calls)
        outcome.finders.append(process.finder)
        for _ in range(workers):
            world.at(begins, process.ask)
    for time, event in events:
        world.at(time, event)
    while world.agenda:
        time, _, event = heapq.heappop(world.agenda)
        if time > seconds:
            break
        world.now = time
        event()
        if calls is not None and any(len(accepted) == calls for accepted in outcome.accepted):
            # The last answer is on its way.
            world.now += latency / 2
            break
    outcome.seconds = world.now
    return outcome


class _World:
    def __init__(
        self,
        service: Service,
        latency: float,
        jitter: float,
        rng: random.Random,
        stalls: Sequence[tuple[float, float]],
        *,
        pauses: Sequence[tuple[float, float]],
        quick_refusals: bool,
    ) -> None:
        self.service, self.rng, self.quick_refusals = service, rng, quick_refusals
        self.now = 0.0
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._latency, self._jitter, self._order = latency, jitter, itertools.count()
        self._stalls, self._pauses = stalls, pauses

    def at(self, time: float, event: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (time, next(self._order), event))

    def decides_at(self) -> float:
        """Tell when what reaches the service now is decided."""
        return self._end_of(self._stalls)

    def asks_at(self) -> float:
        """Tell when a worker that is free now has something to send."""
        return self._end_of(self._pauses)

    def _end_of(self, times: Sequence[tuple[float, float]]) -> float:
        return max((end for begin, end in times if begin <= self.now < end), default=self.now)

    def one_way(self) -> float:
        """Give the seconds from the client to the service, or back."""
        return self._latency / 2 * (1 + self._jitter * self.rng.random())


class _Process:
    def __init__(
        self, world: _World, outcome: Outcome, accepted: list[float], calls: int | None
    ) -> None:
        self.finder = RateFinder()
        self._world, self._outcome, self._accepted = world, outcome, accepted
        self._left = calls
        self._waiting = 0
        self._timer = -1.0
        self._free_at = 0.0

    def ask(self) -> None:
        """Let a worker ask for the turn of its next call, once it has one."""
        asks_at = self._world.asks_at()
        if asks_at > self._world.now:
            self._world.at(asks_at, self.ask)
            return
        if self._left is not None:
            if not self._left:
                return
            self._left -= 1
        self._waiting += 1
        self._serve()

    def _serve(self) -> None:
        world = self._world
        while self._waiting:
            due = self.finder.due(world.now)
            if due <= world.now:
                due = self._free_at
            else:
                due += world.rng.random() * _TIMER_SECONDS
            if due > world.now:
                if not world.now < self._timer <= due:
                    self._timer = due
                    world.at(due, self._serve)
                return
            self._waiting -= 1
            self._send(self.finder.start(world.now, others_wait=self._waiting > 0))

    def _send(self, start: Start) -> None:
        world = self._world
        self._free_at = world.now + _CLIENT_SECONDS

        def arrive() -> None:
            world.at(world.decides_at(), decide)

        def decide() -> None:
            accepts = world.service(world.now)
            if accepts:
                self._accepted.append(world.now)
            else:
                self._outcome.throttled += 1
            quick = world.quick_refusals and not accepts
            back = 0.0005 if quick else world.one_way()
            world.at(world.now + back, lambda: self._answer(start, accepts=accepts))

        world.at(self._free_at + world.one_way(), arrive)

    def _answer(self, start: Start, *, accepts: bool) -> None:
        now = self._world.now
        if accepts:
            self.finder.accepted(start, now)
            self.ask()
        else:
            self.finder.throttled(start, now)
            self._waiting += 1
        self._serve()
