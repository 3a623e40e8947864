"""What errors have in common, and what they say."""

from __future__ import annotations

import copy
import pickle

import pytest

from itemwise import (
    BatchError,
    CallError,
    ConfigurationError,
    Delivery,
    ItemwiseError,
    RejectedError,
    ResponseError,
    ThrottledError,
    TransientError,
)

KINDS = [ThrottledError, TransientError, RejectedError, ResponseError]


def make(kind: type[CallError]) -> CallError:
    return kind(
        "Words of the service.",
        operation="BatchDo",
        code="SomeCode",
        delivery=Delivery.REFUSED,
        status=400,
        request_id="id-1",
        retry_after=2.5,
    )


def test_the_tree_has_one_root() -> None:
    for kind in (CallError, BatchError, ConfigurationError):
        assert issubclass(kind, ItemwiseError)
    for kind in KINDS:
        assert kind.__bases__ == (CallError,)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_all_in_one_line(kind: type[CallError]) -> None:
    assert str(make(kind)) == "BatchDo: SomeCode: Words of the service. (HTTP 400, request id-1)"


def test_an_error_without_an_answer_says_no_more_than_it_knows() -> None:
    error = TransientError("Lost.", operation="Op", code="Code", delivery=Delivery.IN_DOUBT)

    assert str(error) == "Op: Code: Lost."


def test_an_error_tells_of_an_earlier_attempt_and_takes_it_along() -> None:
    error = make(RejectedError)
    error.earlier = TransientError("Lost.", operation="Op", code="Gone", delivery=Delivery.IN_DOUBT)

    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert str(twin) == str(error)
    assert str(error).endswith("id-1); an earlier attempt may have been applied: Gone")
    assert vars(twin.earlier) == vars(error.earlier)


def test_a_representation_says_all_that_the_words_do() -> None:
    error = make(ThrottledError)
    assert repr(error) == f"ThrottledError({str(error)!r})"


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_crosses_processes_whole(kind: type[CallError]) -> None:
    error = make(kind)
    error.add_note("seen here")

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert twin.args == error.args
        assert str(twin) == str(error)
