"""A thousand items through all kinds of faults at once, for each operation."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from aiobotocore.session import AioSession

from itemwise import Pace, RetryPolicy, run_batch
from itemwise.testing import FailCalls, FailItems, LocalAWS, Throttle
from tests.wire.cases import AnyResult, Case, check_accounting

COUNT = 1000
POLICY = RetryPolicy(max_attempts=10, base_delay=0.001, max_delay=0.005)


@pytest.mark.usefixtures("reply_path")
@pytest.mark.parametrize("applied_first", [False, True], ids=["500", "500 after applying"])
async def test_a_thousand_items_end_in_one_outcome_each_and_none_is_applied_twice(
    case: Case, session: AioSession, unpaced: Pace, applied_first: bool
) -> None:
    randomly = random.Random(case.name)
    bad = set(randomly.sample(range(COUNT), 30))
    healing = set(randomly.sample(sorted(set(range(COUNT)) - bad), 50))
    request = case.request(COUNT)
    async with (
        LocalAWS(seed=7) as aws,
        aws.client(case.operation.service, session=session) as client,
    ):
        aws.inject(FailItems(items=set(case.keys(*bad)), code=case.final_code))
        if case.retryable_code is not None:
            aws.inject(FailItems(items=set(case.keys(*healing)), code=case.retryable_code, times=1))
        throttle = aws.inject(Throttle(probability=0.2))
        fault = aws.inject(FailCalls(status=500, probability=0.05, apply=applied_first))

        result: AnyResult = await run_batch(
            client, case.operation, request, retry=POLICY, pace=unpaced
        )

        check_accounting(case, aws, request, result)
        applied = case.applied(aws)
        calls = aws.ledger.calls

    assert {failure.index for failure in result.failed} == bad
    assert all(isinstance(failure.entry, case.entry) for failure in result.failed)
    assert {failure.code for failure in result.failed} == {case.final_code}
    assert {case.key(success.item) for success in result.succeeded} == applied.keys()
    assert result.counts == {
        "succeeded": COUNT - len(bad),
        "failed": len(bad),
        "unknown": 0,
        "not_attempted": 0,
    }
    assert throttle.fired > 0
    # Twice was applied what an answer of 500 had hidden the first time, and nothing else; and not
    # even that where a client token tells the service that it is asked again.
    hidden = Counter(key for call in calls if call.status == 500 for key in call.applied)
    assert bool(hidden) == (applied_first and fault.fired > 0)
    if calls[0].client_token is None:
        assert all(times == 1 + hidden[key] for key, times in applied.items())
    else:
        assert set(applied.values()) == {1}
