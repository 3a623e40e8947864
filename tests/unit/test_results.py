"""A result on its own: what it counts, sums up, writes, and takes across processes."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict

from itemwise import (
    BatchError,
    BatchResult,
    CallError,
    Delivery,
    Failed,
    NotAttempted,
    NotAttemptedReason,
    Outcome,
    RejectedError,
    RequestShape,
    Status,
    Succeeded,
    ThrottledError,
    TransientError,
    Unknown,
    wire,
)
from itemwise.results import json_line
from itemwise.services.fms import FailedItem, batch_disassociate_resource

LOST = TransientError("Lost.", operation="Op", code="ReadTimeout", delivery=Delivery.IN_DOUBT)
DENIED = RejectedError(
    "Not you.",
    operation="Op",
    code="AccessDenied",
    delivery=Delivery.REFUSED,
    status=403,
    request_id="id-1",
)

OUTCOMES: Sequence[Outcome[str, FailedItem]] = (
    Succeeded(index=0, item="a"),
    Failed(index=1, item="b", code="BAD", message=None, entry=FailedItem(uri="b", reason="BAD")),
    Unknown(index=2, item="c", error=LOST),
    NotAttempted(index=3, item="d", reason=NotAttemptedReason.STOPPED),
    Failed(index=4, item="e", code="AccessDenied", message="Not you.", error=DENIED),
    Failed(index=5, item="f", code=None, message="Why not"),
)


def result(
    outcomes: Sequence[Outcome[str, FailedItem]] = OUTCOMES, error: CallError | None = None
) -> BatchResult[str, FailedItem]:
    return BatchResult(operation=batch_disassociate_resource, outcomes=outcomes, error=error)


def test_a_result_that_crossed_processes_is_equal_to_what_it_was() -> None:
    # But for errors, which are equal to nothing but themselves.
    before = result([OUTCOMES[0], OUTCOMES[1], OUTCOMES[3]])
    assert pickle.loads(pickle.dumps(before)) == before  # noqa: S301 - our own


def test_a_trail_is_complete_whatever_a_service_and_a_user_put_in() -> None:
    half = "bad \ud83d"
    cut = Failed(index=0, item=half, code="X", message=half, entry=FailedItem(uri=half))
    line = json.loads(json_line(batch_disassociate_resource, cut))
    assert (line["item"], line["message"], line["entry"]["URI"]) == (half, half, half)

    class Odd(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        where: Path
        what: io.StringIO
        blob: bytes

    operation: Any = batch_disassociate_resource
    odd = Odd(where=Path("a"), what=io.StringIO(), blob=b"\xff")
    line = json.loads(json_line(operation, Succeeded(index=0, item=odd)))
    assert line["item"].keys() == {"where", "what", "blob"}


def test_outcomes_are_sorted_by_status_and_their_counts_sum() -> None:
    mixed = result()

    assert [o.index for o in mixed.succeeded] == [0]
    assert [o.index for o in mixed.failed] == [1, 4, 5]
    assert [o.index for o in mixed.unknown] == [2]
    assert [o.index for o in mixed.not_attempted] == [3]
    assert mixed.counts == {"succeeded": 1, "failed": 3, "unknown": 1, "not_attempted": 1}


@pytest.mark.parametrize("index", range(1, 6))
def test_a_result_is_ok_only_if_every_item_succeeded(index: int) -> None:
    assert result([]).ok
    assert result(OUTCOMES[:1]).ok
    bad = result([OUTCOMES[0], OUTCOMES[index]])
    assert not bad.ok
    with pytest.raises(BatchError):
        bad.raise_for_failures()


def test_a_summary_counts_and_names_the_first_codes() -> None:
    many: list[Outcome[str, FailedItem]] = [
        Failed(index=n, item="x", code=f"CODE-{n % 5 if n % 2 else 0}", message=None)
        for n in range(10)
    ]

    assert result().summary() == (
        "BatchDisassociateResource: 6 items, 1 succeeded, 3 failed, 1 unknown, 1 not attempted; "
        "BAD ×1, AccessDenied ×1, no code ×1"
    )
    assert "CODE-0 ×6" in result(many).summary()
    assert result(many).summary().count("×") == 3
    assert result([]).summary() == "BatchDisassociateResource: 0 items"
    assert result(error=DENIED).summary().endswith(f"stopped by {DENIED}")
    assert repr(result([])) == "<BatchResult BatchDisassociateResource: 0 items>"


def test_a_throttled_end_is_the_cause_of_the_batch_error() -> None:
    slow = ThrottledError("Slow.", operation="Op", code="T", delivery=Delivery.REFUSED)

    with pytest.raises(BatchError) as caught:
        result(error=slow).raise_for_failures()

    assert caught.value.__cause__ is slow


def lines(outcomes: Sequence[Outcome[Any, Any]]) -> list[dict[str, Any]]:
    sink = io.StringIO()
    BatchResult[Any, Any](operation=batch_disassociate_resource, outcomes=outcomes).to_jsonl(sink)
    text = sink.getvalue()
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_the_trail_says_of_each_item_what_its_outcome_does() -> None:
    told = lines(OUTCOMES)

    assert {line.pop("operation") for line in told} == {"BatchDisassociateResource"}
    assert told == [
        {"index": 0, "status": "succeeded", "item": "a"},
        {
            "index": 1,
            "status": "failed",
            "item": "b",
            "code": "BAD",
            "entry": {"URI": "b", "Reason": "BAD"},
        },
        {
            "index": 2,
            "status": "unknown",
            "item": "c",
            "error": {
                "kind": "TransientError",
                "code": "ReadTimeout",
                "message": "Lost.",
                "status": None,
                "request_id": None,
                "delivery": "in doubt",
            },
        },
        {"index": 3, "status": "not_attempted", "item": "d", "reason": "stopped"},
        {
            "index": 4,
            "status": "failed",
            "item": "e",
            "code": "AccessDenied",
            "message": "Not you.",
            "error": {
                "kind": "RejectedError",
                "code": "AccessDenied",
                "message": "Not you.",
                "status": 403,
                "request_id": "id-1",
                "delivery": "refused",
            },
        },
        {"index": 5, "status": "failed", "item": "f", "message": "Why not"},
    ]
    assert lines([]) == []


def test_the_trail_tells_of_an_earlier_attempt_that_may_have_been_applied() -> None:
    repeated = RejectedError(
        "Gone.", operation="Op", code="Gone", delivery=Delivery.REFUSED, earlier=LOST
    )

    (line,) = lines([Failed(index=0, item="a", code="Gone", message="Gone.", error=repeated)])

    assert line["error"]["delivery"] == "refused"
    assert line["error"]["earlier"] == {
        "kind": "TransientError",
        "code": "ReadTimeout",
        "message": "Lost.",
        "status": None,
        "request_id": None,
        "delivery": "in doubt",
    }


def test_the_trail_keeps_items_of_any_type() -> None:
    strange = [object(), datetime(2026, 1, 1, tzinfo=UTC), ("a", 1), "zeile\n2", b"\xff", {"a": 1}]

    trail = lines([Succeeded(index=n, item=item) for n, item in enumerate(strange)])

    assert len(trail) == len(strange)
    assert all("item" in line for line in trail)
    assert trail[3]["item"] == "zeile\n2"


class Record(RequestShape):
    """An item with a blob, such as services for streams take."""

    data: Annotated[bytes, wire("Data")]


def test_the_trail_writes_bytes_in_base64() -> None:
    raw, wrapped = lines(
        [
            Succeeded(index=0, item=b"\xff\x00"),
            Succeeded(index=1, item=Record(data=b"\xff\x00")),
        ]
    )

    assert raw["item"] == "_wA="
    assert wrapped["item"] == {"Data": "_wA="}


def test_the_status_is_a_literal_of_each_kind() -> None:
    assert [outcome.status for outcome in OUTCOMES[:4]] == [
        Status.SUCCEEDED,
        Status.FAILED,
        Status.UNKNOWN,
        Status.NOT_ATTEMPTED,
    ]


def test_outcomes_are_values() -> None:
    success: Any = Succeeded(index=0, item="a")
    assert success == OUTCOMES[0]
    with pytest.raises(AttributeError):
        success.index = 1
    assert not hasattr(success, "__dict__")
