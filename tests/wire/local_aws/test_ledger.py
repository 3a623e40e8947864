"""The ledger: which calls came, and what they applied."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import cast

import pytest

from itemwise.services.fms import batch_disassociate_resource
from itemwise.testing import FailItems, Ledger, LocalAWS
from tests.wire.clients import Reply
from tests.wire.local_aws.samples import FMS, GREENGRASS, UUID


def was_applied(ledger: Ledger, operation: str) -> bool:
    return ledger.was_applied(operation, ("a",))


QUERIES: list[Callable[[Ledger, str], object]] = [
    Ledger.applied,
    Ledger.call_count,
    Ledger.applied_count,
    Ledger.replay_count,
    was_applied,
]


async def test_a_call_is_recorded_in_full(aws: LocalAWS) -> None:
    aws.inject(FailItems(items="b"))
    before = time.monotonic()
    reply = await FMS(aws, "a", "b")
    (record,) = aws.ledger.calls
    metadata = cast("Reply", reply["ResponseMetadata"])
    assert record.request_id == metadata["RequestId"]
    assert UUID.fullmatch(record.request_id)
    assert (record.service, record.operation) == ("fms", "BatchDisassociateResource")
    assert (record.items, record.applied) == ((("a",), ("b",)), (("a",),))
    assert (record.status, record.code, record.client_token) == (200, None, None)
    assert before <= record.started <= record.ended <= time.monotonic()
    assert not record.replay


async def test_counts_add_up_over_operations(aws: LocalAWS) -> None:
    await FMS(aws, "a", "b")
    await GREENGRASS(aws, "a")
    assert aws.ledger.applied() == Counter({("a",): 2, ("b",): 1})
    assert aws.ledger.applied(GREENGRASS.operation) == {("a",): 1}
    assert (aws.ledger.call_count(), aws.ledger.call_count(FMS.operation)) == (2, 1)
    assert (aws.ledger.applied_count(), aws.ledger.applied_count(FMS.operation)) == (3, 2)


@pytest.mark.parametrize("ask", QUERIES, ids=lambda ask: ask.__name__)
def test_an_operation_that_is_not_served_is_refused(ask: Callable[[Ledger, str], object]) -> None:
    ledger = LocalAWS().ledger
    with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
        ask(ledger, "Nothing")
    with pytest.raises(TypeError, match=r"^operation must be a wire name, .*, not Operation$"):
        ask(ledger, cast("str", batch_disassociate_resource))
    assert not ask(ledger, FMS.operation)
    assert not ask(Ledger(), "Nothing")


async def test_a_ledger_shows_its_counts_and_no_items(aws: LocalAWS) -> None:
    assert repr(aws.ledger) == "<Ledger: 0 calls, 0 items applied>"
    await FMS(aws, "a", "b")
    await FMS(aws, "c")
    await GREENGRASS(aws, "a")
    by_operation = f"{FMS.operation} 2, {GREENGRASS.operation} 1"
    assert repr(aws.ledger) == f"<Ledger: 3 calls ({by_operation}), 4 items applied>"


async def test_what_is_not_kept_is_counted() -> None:
    async with LocalAWS(keep_calls=False, keep_applied=False) as aws:
        await FMS(aws, "a", "b")
        assert (aws.ledger.call_count(), aws.ledger.applied_count()) == (1, 2)
        with pytest.raises(RuntimeError, match="keep_calls"):
            _ = aws.ledger.calls
        with pytest.raises(RuntimeError, match="keep_applied"):
            aws.ledger.applied()


async def test_reset_forgets(aws: LocalAWS) -> None:
    await FMS(aws, "a")
    aws.ledger.reset()
    assert (aws.ledger.calls, aws.ledger.applied(), aws.ledger.call_count()) == ([], {}, 0)


async def test_request_ids_repeat_with_the_seed() -> None:
    async def first_id(seed: int) -> str:
        async with LocalAWS(seed=seed) as aws:
            await FMS(aws, "a")
            return aws.ledger.calls[0].request_id

    assert await first_id(1) == await first_id(1)
    assert await first_id(1) != await first_id(2)
