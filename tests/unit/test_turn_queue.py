"""Who waits for a turn at a pace, by a clock that the test sets."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

from itemwise._rate import Start
from itemwise._turn_queue import TurnQueue
from tests.conftest import Clock
from tests.wire.cases import rounds


class Noting(TurnQueue):
    """A queue that notes which starts were taken back."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self.withdrawn: list[Start] = []

    def withdraw(self, start: Start) -> None:
        self.withdrawn.append(start)
        super().withdraw(start)


async def test_who_asks_later_does_not_overtake_who_waits(clock: Clock) -> None:
    queue, served = TurnQueue(rate=1), list[str]()

    async def ask(name: str) -> None:
        await queue.turn(None)
        served.append(name)

    await ask("first")
    second = asyncio.create_task(ask("second"))
    await rounds(2)
    # Its time comes while the loop is busy, so that its timer is late and another asks before.
    clock.now += 1
    third = asyncio.create_task(ask("third"))
    await rounds(5)
    assert served == ["first", "second"]

    clock.now += 1
    await asyncio.gather(second, third)
    assert served == ["first", "second", "third"]


@pytest.mark.usefixtures("clock")
async def test_nothing_is_left_of_who_waited_alone_and_was_cancelled() -> None:
    queue = TurnQueue(rate=1)
    await queue.turn(None)
    waits = asyncio.create_task(queue.turn(None))
    await rounds(2)

    waits.cancel()
    await asyncio.wait({waits})

    assert not queue._waiting
    assert queue._timer is None


async def test_a_turn_that_comes_just_before_a_cancellation_is_taken_back(clock: Clock) -> None:
    queue = Noting(rate=1)
    first = await queue.turn(None)
    assert first is not None
    waits = asyncio.create_task(queue.turn(None))
    await rounds(2)

    clock.now += 1
    queue.accepted(first)
    # It has its turn, and has not heard of it.
    waits.cancel()
    await asyncio.wait({waits})

    assert waits.cancelled()
    assert [start.number for start in queue.withdrawn] == [2]


@pytest.mark.parametrize(("throttled", "seconds"), [(False, 0.0), (True, 0.03)])
async def test_who_waits_for_the_first_answers_goes_once_they_are_there(
    clock: Clock, *, throttled: bool, seconds: float
) -> None:
    queue = TurnQueue(None)

    def answer(start: Start) -> None:
        if throttled:
            queue.throttled(start, "Op")
        else:
            queue.accepted(start)

    first, second = [await queue.turn(None) for _ in range(2)]
    assert first is not None
    assert second is not None
    clock.now += 0.1
    answer(first)
    waits = asyncio.create_task(queue.turn(None))
    await rounds(2)

    # Until the second was to be there at the latest, a tenth of a second would go by.
    clock.now += 0.05
    await rounds(2)
    assert not waits.done()
    answer(second)
    clock.now += seconds
    await rounds(3)
    assert waits.done()


@pytest.mark.parametrize("rate", [20, 200, 2000])
async def test_a_fixed_rate_is_kept_although_timers_are_late(clock: Clock, rate: int) -> None:
    queue, times = TurnQueue(rate=rate), list[float]()

    async def ask() -> None:
        await queue.turn(None)
        times.append(clock.now)

    begun = clock.now
    waiting = [asyncio.create_task(ask()) for _ in range(rate)]
    while not all(task.done() for task in waiting):
        # The loop is busy for ten milliseconds at a time.
        clock.now += 0.01
        await rounds(3)
    assert clock.now - begun == pytest.approx(1, abs=0.07)
    first = [time for time in times if time <= begun + 0.5]
    assert len(first) == pytest.approx(rate / 2, rel=0.15)


async def test_turns_that_nobody_took_are_not_made_up_for(clock: Clock) -> None:
    queue = TurnQueue(rate=100)
    await queue.turn(None)
    clock.now += 60
    await queue.turn(None)
    waits = asyncio.create_task(queue.turn(None))
    await rounds(3)
    assert not waits.done()
    clock.now += 0.02
    await waits


def test_who_waited_in_a_loop_that_was_closed_holds_up_nobody_in_the_next() -> None:
    queue = TurnQueue(1)

    async def leave_one_waiting() -> None:
        await queue.turn(None)
        waiting.append(asyncio.create_task(queue.turn(None)))
        await rounds(2)

    waiting: list[asyncio.Task[Start | None]] = []
    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave_one_waiting())
    loop.close()

    async def wait_in_another() -> Start | None:
        task = asyncio.create_task(queue.turn(None))
        await rounds(2)
        assert len(queue) == 1
        task.cancel()
        await asyncio.wait({task})
        return None

    # Not by `asyncio.run`, which forgets the loop that pytest-asyncio has set.
    another = asyncio.new_event_loop()
    another.run_until_complete(wait_in_another())
    another.close()
    assert len(queue) == 0
    # It never ends, of which nobody is to complain, and it is dropped without a word.
    waiting[0]._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own
    waiting.clear()
    gc.collect()


async def test_a_pace_at_which_another_loop_waits_is_refused_by_name() -> None:
    queue = TurnQueue(1)
    begun = threading.Event()
    others: list[asyncio.AbstractEventLoop] = []

    async def wait() -> None:
        others.append(asyncio.get_running_loop())
        await queue.turn(None)
        task = asyncio.create_task(queue.turn(None))
        await rounds(2)
        begun.set()
        await done.wait()
        task.cancel()
        await asyncio.wait({task})

    done = asyncio.Event()
    thread = threading.Thread(target=asyncio.run, args=(wait(),))
    thread.start()
    await asyncio.to_thread(begun.wait)
    with pytest.raises(RuntimeError, match="runs of another event loop wait"):
        await queue.turn(None)
    others[0].call_soon_threadsafe(done.set)
    await asyncio.to_thread(thread.join)
