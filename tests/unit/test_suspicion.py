"""How many rejections in a row were alike."""

from __future__ import annotations

import pytest

from itemwise import Delivery, RejectedError
from itemwise._run.suspicion import Suspicion


def rejected(code: str = "Invalid", message: str = "no") -> RejectedError:
    return RejectedError(message, operation="Op", code=code, delivery=Delivery.REFUSED)


def test_what_is_rejected_alike_is_counted() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=False)
    suspicion.note(rejected(), 0, lone=True)
    suspicion.note(rejected(), 0, lone=True)

    assert (suspicion.episode, suspicion.alike, suspicion.lone) == (1, 3, 2)


def test_a_rejection_in_other_words_starts_anew() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=True)
    suspicion.note(rejected(message="no such set"), 0, lone=True)
    assert (suspicion.episode, suspicion.alike, suspicion.lone) == (2, 1, 1)
    suspicion.note(rejected(code="Other", message="no such set"), 0, lone=False)
    assert (suspicion.episode, suspicion.alike, suspicion.lone) == (3, 1, 0)


def test_an_answer_in_between_starts_anew() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=True)
    suspicion.note(rejected(), 1, lone=True)

    assert (suspicion.episode, suspicion.alike, suspicion.lone) == (2, 1, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Set 12 is not valid.", "Set 7 is not valid."),
        (
            "bad request 0c2e7a4e-9a43-4e5c-bdfa-cafebabecafe",
            "bad request d1f3b6aa-1b2c-4d5e-aeef-deadbeef0001",
        ),
        ("Request 9f8e7d6c5b4a failed", "Request 0123abcd4567 failed"),
        ("Value ['vpc-01'] failed", "Value ['vpc-02', 'vpc-03'] failed"),
    ],
)
def test_ids_and_numbers_and_how_many_there_are_make_no_difference(one: str, other: str) -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(message=one), 0, lone=True)
    suspicion.note(rejected(message=other), 0, lone=True)

    assert suspicion.alike == 2
