"""What has happened to an invoice: events, messages, payments and webhooks in one order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.application.idempotency import decode
from billhook.application.records import RecordedEvent, RecordedPayment
from billhook.lifecycle.events import InvoiceUpdated, MessageRequested, PaymentRecorded
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook.sentences import AnyError, sentence
from billhook_adapters.sandbox.console.texts import amount, medium_name, words
from billhook_adapters.sandbox.webhooks import CapturedWebhook


class Entry(NamedTuple):
    """Something that happened. `path` is its own page below the root, where it has one."""

    at: datetime
    kind: str
    text: str
    details: str = ""
    path: str | None = None
    failed: bool = False


def timeline(
    invoice: Invoice,
    events: Sequence[RecordedEvent],
    messages: Sequence[Message],
    payments: Sequence[RecordedPayment],
    webhooks: Sequence[CapturedWebhook],
    delivered: frozenset[str],
) -> Sequence[Entry]:
    """The entries, the oldest first. `delivered` are the ids of messages in the outbox."""
    entries = [
        *_of_events(invoice, events),
        *(entry for one in messages for entry in _of_message(one, in_outbox=one.id in delivered)),
        *_refused(invoice, payments),
        *map(_of_webhook, webhooks),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _of_events(invoice: Invoice, events: Sequence[RecordedEvent]) -> Iterator[Entry]:
    for recorded in events:
        event = recorded.event
        if isinstance(event, MessageRequested):  # it is the first entry of its message
            continue
        details = "" if recorded.version is None else f"version {recorded.version}"
        if isinstance(event, PaymentRecorded):
            paid = amount(event.amount, invoice.document.currency)
            details = f"{paid} as {event.reference}; {details}"
        elif isinstance(event, InvoiceUpdated):
            fields = ", ".join(sorted(event.patch.model_fields_set))
            details = f"{fields}; {details}"
        if recorded.actor is not None:
            details = f"{details}; by {recorded.actor}"
        yield Entry(event.at, "event", words(event.name.removeprefix("invoice.")), details)


def _of_message(message: Message, *, in_outbox: bool) -> Iterator[Entry]:
    medium = medium_name(message.medium)
    what = medium if message.reminder is None else f"reminder {message.reminder} by {medium}"
    path = f"/console/outbox/{message.id}" if in_outbox else None
    yield Entry(message.requested_at, "message", f"{what} requested", f"to {message.address}", path)
    if message.sent_at is not None:
        yield Entry(message.sent_at, "message", f"{what} sent", f"to {message.address}", path)
    reason = "" if message.reason is None else words(message.reason)
    if message.ended_at is not None:
        yield Entry(
            message.ended_at,
            "message",
            f"{what} {message.status}",
            reason,
            path,
            failed=bool(reason),
        )
    elif message.attempts and message.due_at is not None:
        attempts = f"{message.attempts} attempt{'s' if message.attempts > 1 else ''}: {reason}"
        yield Entry(message.due_at, "message", f"{what} is sent again", attempts, path, failed=True)


def _refused(invoice: Invoice, payments: Sequence[RecordedPayment]) -> Iterator[Entry]:
    """The payments that the invoice did not take; the others are events."""
    for one in payments:
        if isinstance(one.answer, bytes):
            answer: Result[object, AnyError] = decode(one.answer)
            reason = sentence(answer.failure()) if isinstance(answer, Failure) else ""
            paid = amount(one.payment.amount, invoice.document.currency)
            details = f"{paid} as {one.payment.reference}: {reason}"
            yield Entry(one.at, "payment", "payment refused", details, failed=True)


def _of_webhook(webhook: CapturedWebhook) -> Entry:
    details = "accepted" if webhook.accepted else f"not accepted: {webhook.refusal}"
    path = f"/console/webhooks/{webhook.number}"
    return Entry(webhook.at, "webhook", webhook.event, details, path, not webhook.accepted)
