"""Whatever items are bad, and however they are sent: culprits fail, and nobody else."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from itemwise import Pace, run_batch
from itemwise.testing import LocalAWS, PoisonItems
from tests.wire.cases import FMS, AnyResult, check_accounting


@settings(max_examples=25)
@given(
    count=st.integers(1, 60),
    chunk_size=st.integers(1, 25),
    concurrency=st.integers(1, 4),
    data=st.data(),
)
def test_whatever_is_bad_only_that_fails_unless_the_run_is_stopped(
    count: int, chunk_size: int, concurrency: int, data: st.DataObject
) -> None:
    case = FMS
    culprits = data.draw(
        st.one_of(
            st.sets(st.integers(0, count - 1)),
            st.tuples(st.integers(0, count), st.integers(0, count)).map(
                lambda ends: {*range(*ends)}
            ),
        )
    )

    async def run() -> None:
        async with LocalAWS() as aws, aws.client(case.operation.service) as client:
            aws.inject(PoisonItems(items=set(case.keys(*culprits))))
            request = case.request(count)
            result: AnyResult = await run_batch(
                client,
                case.operation,
                request,
                chunk_size=chunk_size,
                concurrency=concurrency,
                pace=Pace(),
            )
            check_accounting(case, aws, request, result)
            assert not {outcome.index for outcome in result.succeeded} & culprits
            if result.error is None:
                assert {failure.index for failure in result.failed} == culprits
                assert result.counts["succeeded"] == count - len(culprits)
            assert aws.ledger.call_count() <= 2 * count + concurrency * 3

    asyncio.run(run())
