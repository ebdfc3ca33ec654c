"""Where the store refuses a batch, only the cause fails; a bug leaves nothing."""

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
from billhook.lifecycle.errors import NotStored
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import a_document, a_payment
from unit.running_service import ACME, ONE, TWO, InMemoryService

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


def test_commands_are_decided_in_order_when_they_are_retried() -> None:
    running = InMemoryService(PickyStore(StoreConflictError))
    answers = running.service.execute_all(
        [
            *_drafts(ONE, CULPRIT),
            Issue(account=ACME, invoice=ONE),
            Cancel(account=ACME, invoice=ONE),
        ]
    )
    assert [isinstance(answer, Success) for answer in answers] == [True, False, True, True]
    assert [event.version for event in running.events()] == [1, 2, 3]


def test_an_accepted_batch_is_one_write() -> None:
    store = PickyStore(StoreConflictError)
    running = InMemoryService(store)
    before = store.saves
    running.service.execute_all(_drafts(ONE, TWO))
    assert store.saves == before + 1


@pytest.mark.parametrize(
    "commands",
    [
        (Issue(account=ACME, invoice=ONE), Cancel(account=ACME, invoice=ONE)),
        (Pay(account=ACME, invoice=TWO, payment=a_payment()),) * 2,
    ],
)
def test_a_batch_with_two_commands_on_one_row_is_one_write(
    commands: tuple[AnyCommand, ...],
) -> None:
    store = PickyStore(StoreConflictError)
    running = InMemoryService(store)
    running.drafted(ONE)
    running.issued(TWO)
    before = store.saves
    answers = running.service.execute_all(commands)
    assert [isinstance(answer, Success) for answer in answers] == [True, True]
    assert store.saves == before + 1


def test_a_single_command_is_not_retried() -> None:
    store = PickyStore(StoreConflictError)
    running = InMemoryService(store)
    before = store.saves
    assert running.service.execute_all(_drafts(CULPRIT)) == [Failure(NotStored())]
    assert store.saves == before + 1


def test_a_command_that_was_not_stored_leaves_no_idempotency_record() -> None:
    store = PickyStore(StoreConflictError)
    running = InMemoryService(store)
    command = _drafts(CULPRIT, key="k")[0]
    assert running.service.execute(command) == Failure(NotStored())
    store.error = None
    assert running.service.execute(command) == Success(running.invoice(CULPRIT))


def test_a_bug_raises_and_leaves_nothing() -> None:
    running = InMemoryService(PickyStore(RuntimeError))
    before = running.rows()
    with pytest.raises(RuntimeError, match="no"):
        running.service.execute_all(_drafts(ONE, CULPRIT))
    assert running.rows() == before
