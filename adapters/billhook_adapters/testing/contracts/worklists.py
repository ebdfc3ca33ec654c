"""The worklists: which invoices ran out of time, and which messages are due."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import DeliveryQueue, DueQueues, OutboxMessage, PendingWrites
from billhook.lifecycle.delete import delete
from billhook.lifecycle.events import InvoiceExpired
from billhook.lifecycle.expire import OverdueInvoice, expire, expire_overdue
from billhook.messaging.delivery import LIVE, DeliveryStatus
from billhook.model.invoice import Invoice, InvoiceKey, Status
from billhook_adapters.testing.builders import NOON, a_message, a_webhook_event, an_invoice
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    add,
    save,
    stored,
)

MICROSECOND = timedelta(microseconds=1)
RUNS_OUT = NOON + timedelta(hours=1)


class WorklistsSuite(StoreSuite):
    """Overdue invoices and sendable messages of a store."""

    def test_an_open_invoice_is_overdue_from_the_instant_it_runs_out(self, opened: Store) -> None:
        issued = _running_out(RUNS_OUT)
        partly = _running_out(RUNS_OUT + MICROSECOND, Status.PARTIALLY_PAID, id="inv_2")
        add(opened, partly, issued)
        assert _overdue(opened, RUNS_OUT - MICROSECOND, 10) == []
        assert _overdue(opened, RUNS_OUT, 10) == [issued.key]
        assert _overdue(opened, RUNS_OUT + MICROSECOND, 10) == [issued.key, partly.key]

    @pytest.mark.parametrize(
        "status", [Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED]
    )
    def test_no_other_invoice_is_overdue(self, opened: Store, status: Status) -> None:
        add(opened, _running_out(RUNS_OUT, status))
        assert _overdue(opened, RUNS_OUT, 10) == []

    def test_neither_tombstones_nor_invoices_without_an_end_are_overdue(
        self, opened: Store
    ) -> None:
        drafted = _running_out(RUNS_OUT, Status.DRAFT)
        add(opened, delete(drafted, now=NOON).unwrap().invoice, an_invoice(id="inv_2"))
        assert _overdue(opened, RUNS_OUT, 10) == []

    def test_the_longest_overdue_are_first_and_no_more_than_the_limit(self, opened: Store) -> None:
        invoices = [
            _running_out(RUNS_OUT - n * MICROSECOND, id=f"inv_{n}", account=account)
            for n, account in enumerate(("acc_1", "acc_2") * 3)
        ]
        add(opened, *invoices)
        longest = [invoice.key for invoice in reversed(invoices)]
        assert _overdue(opened, RUNS_OUT, 4) == longest[:4]

    def test_what_is_overdue_has_the_fields_that_its_expiry_needs(self, opened: Store) -> None:
        partly = _running_out(RUNS_OUT, Status.PARTIALLY_PAID)
        add(opened, partly)
        with opened.transaction() as transaction:
            (found,) = transaction.overdue(RUNS_OUT, 10)
        assert found == OverdueInvoice(
            partly.key, partly.status, partly.version, RUNS_OUT, partly.updated_at
        )

    @pytest.mark.parametrize("status", [Status.ISSUED, Status.PARTIALLY_PAID])
    def test_a_recorded_expiry_is_the_change_that_expiring_makes(
        self, opened: Store, status: Status
    ) -> None:
        invoice = _running_out(RUNS_OUT, status)
        add(opened, invoice)
        change = expire(invoice, now=RUNS_OUT).unwrap()
        with opened.transaction() as transaction:
            (found,) = transaction.overdue(RUNS_OUT, 10)
            transaction.save(
                PendingWrites(expired_invoices=[expire_overdue(found, InvoiceExpired(RUNS_OUT))])
            )
        assert stored(opened, invoice.key) == change.invoice

    def test_a_recorded_expiry_of_another_version_is_refused(self, opened: Store) -> None:
        invoice = _running_out(RUNS_OUT)
        add(opened, invoice)
        stale = OverdueInvoice(
            invoice.key, invoice.status, invoice.version + 1, RUNS_OUT, invoice.updated_at
        )
        with pytest.raises(StoreConflictError):
            save(opened, expired_invoices=[expire_overdue(stale, InvoiceExpired(RUNS_OUT))])
        assert stored(opened, invoice.key) == invoice

    @pytest.mark.parametrize("status", sorted(LIVE))
    def test_a_live_message_is_sendable_from_the_instant_it_is_due(
        self, opened: Store, status: DeliveryStatus
    ) -> None:
        message = a_message(status=status, due_at=NOON)
        save(opened, messages={message.key: message})
        assert list(opened.sendable(NOON - MICROSECOND, 10)) == []
        assert list(opened.sendable(NOON, 10)) == [message.key]

    @pytest.mark.parametrize("status", sorted(set(DeliveryStatus) - LIVE))
    def test_no_other_message_is_sendable(self, opened: Store, status: DeliveryStatus) -> None:
        message = a_message(status=status, due_at=None)
        save(opened, messages={message.key: message})
        assert list(opened.sendable(NOON, 10)) == []

    def test_the_longest_waiting_are_first_and_no_more_than_the_limit(self, opened: Store) -> None:
        messages = [
            a_message(f"msg_{n}", account=account, due_at=NOON - n * MICROSECOND)
            for n, account in enumerate(("acc_1", "acc_2") * 3)
        ]
        save(opened, messages={message.key: message for message in messages})
        longest = [message.key for message in reversed(messages)]
        assert list(opened.sendable(NOON, 4)) == longest[:4]

    def test_each_queue_with_a_message_due_is_named_once(self, opened: Store) -> None:
        _three_queues(opened)
        found = opened.due_queues("webhook", NOON, None, 10)
        assert found == DueQueues(
            [
                DeliveryQueue("webhook", ONE.id, "sub_1"),
                DeliveryQueue("webhook", OTHER.id, "sub_1"),
            ],
            None,
        )
        assert opened.due_queues("sms", NOON, None, 10) == DueQueues(
            [DeliveryQueue("sms", ONE.id)], None
        )
        assert opened.due_queues("email", NOON, None, 10) == DueQueues([], None)

    def test_the_pages_of_the_queues_name_each_of_them_once(self, opened: Store) -> None:
        _three_queues(opened)
        first = opened.due_queues("webhook", NOON, None, 1)
        assert first.after is not None
        rest = opened.due_queues("webhook", NOON, first.after, 10)
        both = opened.due_queues("webhook", NOON, None, 10)
        assert [*first.queues, *rest.queues] == both.queues

    def test_a_queue_without_a_message_due_is_not_named(self, opened: Store) -> None:
        _three_queues(opened)
        assert opened.due_queues("sms", NOON - MICROSECOND, None, 10).queues == []
        message = a_message("msg_sms", medium="sms", status="sent", due_at=None)
        save(opened, messages={message.key: message})
        assert opened.due_queues("sms", NOON, None, 10) == DueQueues([], None)

    def test_the_messages_of_one_queue_are_sorted_by_when_they_are_due(self, opened: Store) -> None:
        _three_queues(opened)
        queue = DeliveryQueue("webhook", ONE.id, "sub_1")
        assert [key.message for key in opened.sendable_in(queue, NOON, 10)] == ["evt_2", "evt_1"]
        assert [key.message for key in opened.sendable_in(queue, NOON, 1)] == ["evt_2"]
        assert list(opened.sendable_in(queue, NOON - 2 * MICROSECOND, 10)) == []


def _three_queues(store: Store) -> None:
    """Two webhook events for one endpoint, one for another account's, and one SMS."""
    queued: list[OutboxMessage] = [
        a_webhook_event("evt_1", due_at=NOON),
        a_webhook_event("evt_2", due_at=NOON - MICROSECOND),
        a_webhook_event("evt_3", account="acc_2", due_at=NOON),
        a_message("msg_sms", medium="sms", due_at=NOON),
    ]
    save(store, messages={one.key: one for one in queued})


def _overdue(store: Store, now: datetime, limit: int) -> list[InvoiceKey]:
    with store.transaction() as transaction:
        return [one.key for one in transaction.overdue(now, limit)]


def _running_out(
    at: datetime, status: Status = Status.ISSUED, id: str = "inv_1", account: str = "acc_1"
) -> Invoice:
    return an_invoice(status, id=id, account=account, expire_by=at)
