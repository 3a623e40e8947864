"""What must hold of a plain call of aiobotocore: that what runs beside it leaves it alone."""

from __future__ import annotations

from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from itemwise.testing import ExtraFailures, Fault, Garbage, LocalAWS, ServedCall, Throttle
from tests.property.chaos.plain_call import PlainCall, PlainReply
from tests.property.chaos.scenario import Scenario
from tests.wire.clients import Reply

__all__ = ["check_plain"]


def check_plain(scenario: Scenario, call: PlainCall, reply: PlainReply, aws: LocalAWS) -> None:
    """Hold the reply to a plain call against the ledger.

    Raises:
        AssertionError: it was sent again, with other items, or has the reply of another call.
    """
    served = [
        each
        for each in aws.ledger.calls
        if each.operation == call.operation and not call.keys.isdisjoint(each.items)
    ]
    # The client has no retries.
    assert len(served) <= 1, served
    garbled = any(_defies_parsers(fault) for _, fault in scenario.faults)
    if isinstance(reply, Exception):
        # botocore's parsers raise whatever they stumble upon.
        assert garbled or isinstance(reply, ClientError | BotoCoreError), reply
        return
    (one,) = served
    assert set(one.items) == call.keys
    metadata = cast("dict[str, object]", reply["ResponseMetadata"])
    assert metadata["HTTPStatusCode"] == one.status == 200
    assert metadata["RequestId"] == one.request_id
    if not garbled and not _lies(scenario, call):
        _check_entries(call, reply, one)


def _defies_parsers(fault: Fault) -> bool:
    # Some models have Retry-After as a whole number, and botocore then reads no other.
    fraction = isinstance(fault, Throttle) and fault.retry_after is not None
    return fraction or isinstance(fault, Garbage)


def _lies(scenario: Scenario, call: PlainCall) -> bool:
    """Tell whether the service may say something else of the items than what it did."""
    untold = scenario.keys(scenario.forgotten | scenario.contradicted)
    extra = any(isinstance(fault, ExtraFailures) for _, fault in scenario.faults)
    return extra or scenario.renamed or not untold.isdisjoint(call.keys)


def _check_entries(call: PlainCall, reply: Reply, served: ServedCall) -> None:
    operation = call.case.operation
    items = call.case.items(call.numbers)
    failed = {operation.key(0, item) for item in items if call.case.key(item) not in served.applied}
    members = {name: value for name, value in reply.items() if name != "ResponseMetadata"}
    verdicts = [*operation.verdicts(operation.response.model_validate(members))]
    assert {verdict.key for verdict in verdicts if verdict.failed} == failed
    succeeded = {verdict.key for verdict in verdicts if not verdict.failed}
    everything = {operation.key(0, item) for item in items}
    assert succeeded == (everything - failed if call.case.lists_successes else set())
