"""Webhook events of the service: queued in the deciding transaction, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import (
    Cancel,
    Delete,
    Draft,
    DraftAndSend,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    Update,
)
from billhook.application.ports import StoreConflictError
from billhook.application.records import PendingWrites
from billhook.lifecycle.errors import NotStored
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import NOON, a_document, a_payment
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, TWO, InMemoryService

CANCEL = Cancel(account=ACME, invoice=ONE)


def _events(running: InMemoryService) -> list[str]:
    return [one.event_type for one in running.webhook_events()]


class RefusingStore(InMemoryStore):
    """Refuses what touches this invoice, after it was saved."""

    culprit: InvoiceId | None = None

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as transaction:
            saved = transaction.save

            def save(outcome: PendingWrites) -> None:
                saved(outcome)
                if any(key.invoice == self.culprit for key in outcome.invoices):
                    raise StoreConflictError

            transaction.save = save  # type: ignore[method-assign]  # this work alone is tampered with
            yield transaction


def test_an_event_is_queued_for_its_endpoint_with_its_version() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.issued()
    running.clock.advance(timedelta(hours=1))
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(1))).unwrap()
    issued, paid = running.webhook_events()
    assert (issued.event_type, issued.version, issued.requested_at) == (
        WebhookEventType.ISSUED,
        2,
        NOON,
    )
    assert (paid.event_type, paid.version) == (WebhookEventType.PARTIALLY_PAID, 3)
    assert (paid.requested_at, paid.due_at) == (NOON + timedelta(hours=1),) * 2
    assert (paid.account, paid.invoice, paid.webhook_endpoint) == (ACME, ONE, "sub_1")
    assert (paid.status, paid.attempts) == (DeliveryStatus.QUEUED, 0)
    assert paid.id.startswith("evt_")


def test_a_change_without_a_new_status_queues_no_webhook() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.drafted(ONE)
    running.drafted(TWO)
    running.service.execute(Update(account=ACME, invoice=ONE, patch=Patch(comment="Soon"))).unwrap()
    running.service.execute(Delete(account=ACME, invoice=ONE)).unwrap()
    assert running.webhook_events() == []


def test_a_batch_queues_every_step_in_its_order() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.drafted()
    steps: list[AnyCommand] = [
        Issue(account=ACME, invoice=ONE),
        Pay(account=ACME, invoice=ONE, payment=a_payment(1)),
        Pay(account=ACME, invoice=ONE, payment=a_payment(99799, "pay_2")),
    ]
    running.service.execute_all(steps)
    assert [(one.event_type, one.version) for one in running.webhook_events()] == [
        (WebhookEventType.ISSUED, 2),
        (WebhookEventType.PARTIALLY_PAID, 3),
        (WebhookEventType.PAID, 4),
    ]


def test_drafting_and_sending_queues_one_webhook() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.service.execute(
        DraftAndSend(
            account=ACME, invoice=ONE, document=a_document(), media=(Medium.EMAIL, Medium.SMS)
        )
    ).unwrap()
    assert _events(running) == [WebhookEventType.ISSUED]


def test_reading_an_expired_invoice_queues_nothing_and_the_sweep_queues_one_webhook() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint(events=(WebhookEventType.EXPIRED,))
    running.issued(expire_by=TOMORROW)
    running.clock.set(TOMORROW + timedelta(hours=1))
    assert running.invoice().status == "expired"
    assert _events(running) == []
    assert [running.background_jobs.sweep() for _ in range(3)] == [1, 0, 0]
    (expired,) = running.webhook_events()
    assert (expired.event_type, expired.version) == (WebhookEventType.EXPIRED, 3)
    assert expired.requested_at == TOMORROW + timedelta(hours=1)


@pytest.mark.parametrize(
    "refused",
    [
        Cancel(account=ACME, invoice=ONE),
        Issue(account=ACME, invoice=ONE),
        Pay(account=ACME, invoice=ONE, payment=a_payment(1, "late")),
        RecordPayment(account=ACME, invoice=ONE, payment=a_payment(1, "late")),
        Cancel(account=ACME, invoice=InvoiceId("inv_none")),
        Cancel(account=ACME, invoice=ONE, expected_version=1),
    ],
)
def test_a_refused_command_queues_no_webhook(refused: AnyCommand) -> None:
    running = InMemoryService()
    running.issued()
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    running.add_webhook_endpoint()
    assert isinstance(running.service.execute_all([refused])[0], Failure)
    assert running.webhook_events() == []


def test_a_refused_command_does_not_affect_the_webhooks_of_others() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.drafted(ONE)
    running.drafted(TWO)
    running.service.execute_all(
        [
            Issue(account=ACME, invoice=ONE),
            Pay(account=ACME, invoice=TWO, payment=a_payment(1)),
            Issue(account=ACME, invoice=TWO),
        ]
    )
    assert [(one.invoice, one.event_type) for one in running.webhook_events()] == [
        (ONE, WebhookEventType.ISSUED),
        (TWO, WebhookEventType.ISSUED),
    ]


def test_a_command_that_the_store_refuses_queues_nothing_and_the_others_queue_one_webhook() -> None:
    store = RefusingStore()
    running = InMemoryService(store)
    running.add_webhook_endpoint()
    running.drafted(ONE)
    running.drafted(TWO)
    store.culprit = TWO
    kept, refused = running.service.execute_all(
        [Issue(account=ACME, invoice=ONE), Issue(account=ACME, invoice=TWO)]
    )
    assert isinstance(kept, Success)
    assert refused == Failure(NotStored())
    assert [one.invoice for one in running.webhook_events()] == [ONE]


def test_a_repeated_payment_queues_one_webhook() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.issued()
    paid = RecordPayment(account=ACME, invoice=ONE, payment=a_payment(99800))
    running.service.execute_all([paid, paid])
    running.service.execute(paid).unwrap()
    assert _events(running) == [WebhookEventType.ISSUED, WebhookEventType.PAID]


def test_an_endpoint_gets_nothing_that_happened_before_it_was_added() -> None:
    running = InMemoryService()
    running.issued()
    running.add_webhook_endpoint()
    running.service.execute(CANCEL).unwrap()
    assert _events(running) == [WebhookEventType.CANCELLED]


def test_adding_an_endpoint_again_replaces_it() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint(events=(WebhookEventType.ISSUED,))
    running.add_webhook_endpoint(events=(WebhookEventType.CANCELLED,))
    running.issued()
    running.service.execute(CANCEL).unwrap()
    assert _events(running) == [WebhookEventType.CANCELLED]


def test_a_webhook_event_is_no_message_to_the_payer() -> None:
    running = InMemoryService(resend_wait=timedelta(hours=1))
    running.add_webhook_endpoint()
    running.issued()
    assert list(running.messages()) == []
    assert isinstance(
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)), Success
    )
    assert [event.event.name for event in running.events()] == [
        "invoice.drafted",
        "invoice.issued",
        "invoice.notification_requested",
    ]


class CountingStore(InMemoryStore):
    """Keeps of how many accounts each read of endpoints was."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[int] = []

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as transaction:
            read = transaction.webhook_endpoints

            def counting(accounts: Collection[AccountId]) -> Any:
                self.looks.append(len(accounts))
                return read(accounts)

            transaction.webhook_endpoints = counting  # type: ignore[method-assign]  # only counted
            yield transaction


def test_endpoints_are_read_once_a_batch_of_changes() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    ids = [InvoiceId(f"inv_{number}") for number in range(5)]
    running.service.execute_all(
        [Draft(account=ACME, invoice=one, document=a_document()) for one in ids]
    )
    assert store.looks == [1]
    running.service.execute_all([Issue(account=ACME, invoice=one) for one in ids])
    assert store.looks == [1, 1]
