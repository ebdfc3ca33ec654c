"""Which numbers belong to the series of an account, as a command finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Never

import pytest
from returns.result import Result, Success

from billhook.application.command import Command
from billhook.application.numbering import is_of_series
from billhook.application.unit_of_work import CommandContext
from billhook.model.invoice import InvoiceId
from unit.running_service import ACME, InMemoryService


@dataclass(frozen=True, slots=True, kw_only=True)
class HasNumber(Command[bool, Never]):
    """Whether the account's series has given a number, or gives it next."""

    kind: ClassVar = "test.has_number"
    number: str

    def decide(self, context: CommandContext) -> Result[bool, Never]:
        """The answer."""
        return Success(is_of_series(context, self.number))


def _has(running: InMemoryService, number: str) -> bool:
    return running.service.execute(HasNumber(account=ACME, number=number)).unwrap()


@pytest.mark.parametrize(
    ("number", "known"),
    [("INV-0001", True), ("INV-0002", True), ("INV-0003", True), ("INV-0004", False), ("R", False)],
)
def test_given_numbers_and_the_next_one_belong_to_the_series(number: str, *, known: bool) -> None:
    running = InMemoryService(number_prefix="INV-")
    for name in ("inv_1", "inv_2"):
        running.issued(InvoiceId(name))
    assert _has(running, number) is known


def test_without_a_series_no_number_belongs_to_it() -> None:
    assert not _has(InMemoryService(), "INV-0001")
