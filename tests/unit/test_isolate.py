"""How many rejections in a row were alike."""

from __future__ import annotations

from itemwise import Delivery, RejectedError
from itemwise._run.isolate import Suspicion


def rejected(code: str = "Invalid", message: str = "no") -> RejectedError:
    return RejectedError(message, operation="Op", code=code, delivery=Delivery.REFUSED)


def test_what_is_rejected_alike_is_counted() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=0)
    suspicion.note(rejected(), 0, lone=1)
    suspicion.note(rejected(), 0, lone=4)

    assert (suspicion.alike, suspicion.lone) == (6, 5)


def test_a_rejection_in_other_words_starts_anew() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=1)
    suspicion.note(rejected(message="item 3"), 0, lone=1)
    assert (suspicion.alike, suspicion.lone) == (1, 1)
    suspicion.note(rejected(code="Other", message="item 3"), 0, lone=0)
    assert (suspicion.alike, suspicion.lone) == (1, 0)


def test_an_answer_in_between_starts_anew() -> None:
    suspicion = Suspicion()

    suspicion.note(rejected(), 0, lone=1)
    suspicion.note(rejected(), 1, lone=1)

    assert (suspicion.alike, suspicion.lone) == (1, 1)
