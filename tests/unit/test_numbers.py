"""Which numbers belong to the series of an account, as a command finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Never

import pytest
from returns.result import Failure, Result, Success

from billhook.application.account_commands import UpdateAccount
from billhook.application.command import Command
from billhook.application.commands import Issue, Send, Update
from billhook.application.numbering import is_of_series
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import NumberTaken
from billhook.model.account import AccountPolicy
from billhook.model.invoice import InvoiceId, Status
from billhook.model.patch import Patch
from billhook_adapters.testing.running import RunningService
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


@pytest.mark.parametrize(
    ("start", "given", "numbers"),
    [
        (1, [None, "A-1", None], ["INV-0001", "A-1", "INV-0002"]),
        (1, ["INV-0001", "INV-0002", None], ["INV-0001", "INV-0002", "INV-0003"]),
        (1000, [None, "INV-1001", None], ["INV-1000", "INV-1001", "INV-1002"]),
    ],
)
def test_a_given_number_is_kept_and_a_drawn_one_is_free(
    start: int, given: list[str | None], numbers: list[str]
) -> None:
    running = RunningService(number_prefix="INV-", number_start=start)
    issued = [running.issued(f"inv_{n}", receipt=receipt) for n, receipt in enumerate(given)]
    assert [invoice.shown_number for invoice in issued] == numbers
    assert _is_taken(running, numbers[0])


def _is_taken(running: RunningService, number: str) -> bool:
    """Whether another draft with this number is neither issued nor sent."""
    draft = running.drafted("inv_9", receipt=number).id
    taken = Failure(NumberTaken(number))
    issued = running.service.execute(Issue(account=ACME, invoice=draft))
    sent = running.service.execute(Send(account=ACME, invoice=draft))
    return issued == sent == taken and running.invoice("inv_9").status is Status.DRAFT


def test_the_number_of_an_issued_invoice_changes_to_a_free_one_alone() -> None:
    running = RunningService(number_prefix="INV-")
    running.issued("inv_1", receipt="A-1")
    second = running.issued("inv_2").id

    def renumbered(number: str) -> Result[str | None, object]:
        update = Update(account=ACME, invoice=second, patch=Patch(receipt=number))
        return running.service.execute(update).map(lambda invoice: invoice.shown_number)

    assert renumbered("A-1") == Failure(NumberTaken("A-1"))
    assert renumbered("INV-0001") == Success("INV-0001")  # its own
    assert renumbered("A-2") == Success("A-2")
    assert running.issued("inv_3", receipt="INV-0001").shown_number == "INV-0001"


def test_the_numbers_of_an_account_that_has_no_series_any_more_stay_its_own() -> None:
    running = RunningService(number_prefix="INV-")
    running.issued("inv_1", receipt="A-1")
    second = running.issued("inv_2").id
    policy = AccountPolicy(number_prefix=None)
    running.service.execute(UpdateAccount(account=ACME, policy=policy)).unwrap()
    update = Update(account=ACME, invoice=second, patch=Patch(receipt="A-1"))
    assert running.service.execute(update) == Failure(NumberTaken("A-1"))


def test_without_a_series_a_receipt_may_repeat() -> None:
    running = RunningService()
    assert [running.issued(f"inv_{n}", receipt="R").number for n in (1, 2)] == [None, None]
