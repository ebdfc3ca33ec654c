"""Every error has an English sentence, which says what is not possible and what would help."""

from __future__ import annotations

import pytest

from billhook import InstalmentNotFound, Medium, NotDeadLetter, sentence
from billhook.messaging.delivery import DeliveryStatus
from billhook.sentences import AnyError
from unit.every_error import BESIDE, REFUSED

ERRORS: list[AnyError] = [
    *REFUSED, *BESIDE, InstalmentNotFound(()), NotDeadLetter(DeliveryStatus.SENT),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_has_a_whole_sentence_without_names_of_the_code(error: AnyError) -> None:
    shown = sentence(error)
    assert shown.endswith(".") or shown == "lines.0.name: Field required."
    for name in (type(error).__name__, "datetime", "Status.", "None", f"{Medium.SMS!r}"):
        assert name not in shown


def test_no_two_kinds_of_error_have_one_sentence() -> None:
    assert len({sentence(error) for error in ERRORS}) == len(ERRORS)
