"""Where the store refuses a batch, only the culprit fails; what is a bug leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Issue, Pay
from billhook.application.ports import StoreConflictError
from billhook.application.records import PendingWrites
from billhook.lifecycle.errors import InvoiceNotFound, NotStored
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import a_document, a_payment
from unit.running_service import ACME, ONE, TWO, Office

CULPRIT = InvoiceId("inv_bad")


class PickyStore(InMemoryStore):
    """Raises for every outcome that touches the culprit."""

    def __init__(self, error: Callable[[str], Exception]) -> None:
        super().__init__()
        self.error: Callable[[str], Exception] | None = error
        self.saves = 0

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as transaction:
            saved = transaction.save

            def save(outcome: PendingWrites) -> None:
                self.saves += 1
                saved(outcome)
                if self.error and any(key.invoice == CULPRIT for key in outcome.invoices):
                    raise self.error("no")

            transaction.save = save  # type: ignore[method-assign]
            yield transaction


def _drafts(*ids: InvoiceId, key: str | None = None) -> list[Draft]:
    return [Draft(account=ACME, invoice=one, document=a_document(), key=key) for one in ids]


def test_only_the_culprit_fails() -> None:
    office = Office(PickyStore(StoreConflictError))
    first, bad, last = office.service.execute_all(_drafts(ONE, CULPRIT, TWO))
    assert bad == Failure(NotStored())
    assert (first, last) == (Success(office.seen(ONE)), Success(office.seen(TWO)))
    assert office.service.get(ACME, CULPRIT) == Failure(InvoiceNotFound())


def test_commands_still_fold_in_order_when_they_are_redone() -> None:
    office = Office(PickyStore(StoreConflictError))
    answers = office.service.execute_all(
        [
            *_drafts(ONE, CULPRIT),
            Issue(account=ACME, invoice=ONE),
            Cancel(account=ACME, invoice=ONE),
        ]
    )
    assert [isinstance(answer, Success) for answer in answers] == [True, False, True, True]
    assert [event.version for event in office.events()] == [1, 2, 3]


def test_a_batch_that_is_taken_is_one_write() -> None:
    store = PickyStore(StoreConflictError)
    office = Office(store)
    before = store.saves
    office.service.execute_all(_drafts(ONE, TWO))
    assert store.saves == before + 1


@pytest.mark.parametrize(
    "commands",
    [
        (Issue(account=ACME, invoice=ONE), Cancel(account=ACME, invoice=ONE)),
        (Pay(account=ACME, invoice=TWO, payment=a_payment()),) * 2,
    ],
)
def test_a_batch_that_comes_back_to_a_row_is_one_write(commands: tuple[AnyCommand, ...]) -> None:
    store = PickyStore(StoreConflictError)
    office = Office(store)
    office.drafted(ONE)
    office.issued(TWO)
    before = store.saves
    answers = office.service.execute_all(commands)
    assert [isinstance(answer, Success) for answer in answers] == [True, True]
    assert store.saves == before + 1


def test_a_command_alone_is_not_tried_again() -> None:
    store = PickyStore(StoreConflictError)
    office = Office(store)
    before = store.saves
    assert office.service.execute_all(_drafts(CULPRIT)) == [Failure(NotStored())]
    assert store.saves == before + 1


def test_what_was_not_stored_is_not_remembered() -> None:
    store = PickyStore(StoreConflictError)
    office = Office(store)
    command = _drafts(CULPRIT, key="k")[0]
    assert office.service.execute(command) == Failure(NotStored())
    store.error = None
    assert office.service.execute(command) == Success(office.seen(CULPRIT))


def test_a_bug_raises_and_leaves_nothing() -> None:
    office = Office(PickyStore(RuntimeError))
    before = office.rows()
    with pytest.raises(RuntimeError, match="no"):
        office.service.execute_all(_drafts(ONE, CULPRIT))
    assert office.rows() == before
