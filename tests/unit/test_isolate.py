from __future__ import annotations

from itemwise import Delivery, RejectedError
from itemwise._isolate import Suspicion


def rejected(code: str = "Invalid", message: str = "no") -> RejectedError:
    return RejectedError(message, operation="Op", code=code, delivery=Delivery.REFUSED)


def test_three_parts_that_are_rejected_alike_point_to_the_request() -> None:
    suspicion = Suspicion(100)

    assert [suspicion.grows(rejected(), 0) for _ in range(3)] == [False, False, True]


def test_a_rejection_in_other_words_starts_anew() -> None:
    suspicion = Suspicion(100)

    assert not suspicion.grows(rejected(), 0)
    assert not suspicion.grows(rejected(), 0)
    assert not suspicion.grows(rejected(message="item 3"), 0)
    assert not suspicion.grows(rejected(code="Other", message="item 3"), 0)
    assert suspicion.alike == 1


def test_an_answer_in_between_starts_anew() -> None:
    suspicion = Suspicion(100)

    assert not suspicion.grows(rejected(), 0)
    assert not suspicion.grows(rejected(), 0)
    assert not suspicion.grows(rejected(), 1)
    assert suspicion.alike == 1


def test_after_an_answer_the_request_is_suspected_later() -> None:
    suspicion = Suspicion(100)

    answers, wanted = list[bool](), list[bool]()
    for _ in range(19):
        answers.append(suspicion.grows(rejected(), 5))
        wanted.append(suspicion.wants_probes)

    # Before it is, three lone items are asked for.
    assert answers == [False] * 18 + [True]
    assert wanted == [False] * 15 + [True] + [False] * 3
