"""The faults of whole calls that can be drawn, by service."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from itemwise.testing import (
    Delay,
    Drop,
    ExtraFailures,
    FailCalls,
    Fault,
    Garbage,
    RateLimit,
    Throttle,
)
from tests.property.chaos.operations import OF_SERVICE
from tests.wire.cases import GREENGRASS, INSPECTOR, RAM, Case

__all__ = ["CALL_FAULTS", "READ_TIMEOUT"]

READ_TIMEOUT: Final = 0.03
"""Seconds. A `Delay` beyond it is an answer that comes too late."""

_UNSENT: Final[dict[Case, object]] = {
    INSPECTOR: {"scanConfigurationArn": "a", "resource": {"projectId": "unsent"}},
    GREENGRASS: {"thingName": "unsent"},
}
"""Items that no request holds, where they are no strings."""


def _call_faults(case: Case) -> st.SearchStrategy[Fault]:
    times = st.sampled_from([1, 1, 2, 3, 8, None])
    extra = _UNSENT.get(case, "unsent")
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


CALL_FAULTS: Final = {service: _call_faults(case) for service, (case, _) in OF_SERVICE.items()}
"""By service."""
