"""Rows to values and back."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, get_args

from billhook.application.records import (
    WEBHOOK,
    ContactHistory,
    DeliveryQueue,
    Entry,
    IdempotencyKey,
    IdempotencyRecord,
    OutboxMessage,
    RateLimitKey,
    RecordedEvent,
    RecordedPayment,
    queue_of,
)
from billhook.lifecycle.events import Event, InvoiceDrafted, decode_event
from billhook.lifecycle.expire import ExpiredInvoice, OverdueInvoice
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsBudgetKey, SmsCount
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEvent
from billhook.model.account import Account
from billhook.model.addresses import normal_form
from billhook.model.base import AccountId
from billhook.model.canonical_json import canonical, plain, stored
from billhook.model.customer import Medium, Suppression
from billhook.model.destinations import destination
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook.model.logo import Logo
from billhook.model.payment import Payment
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.sql.tables import PER_VERSION, invoices
from billhook_adapters.system.instants import at, instant, micros, some

Row = Mapping[str, Any]

_INVOICE_TIMES = (
    "created_at", "updated_at", "issued_at", "paid_at", "expired_at", "cancelled_at", "deleted_at",
)  # fmt: skip
_INVOICE_NAMES = tuple(column.name for column in invoices.c)
_DOCUMENT = _INVOICE_NAMES.index("document")
_STATUSES = {status.value: status for status in Status}  # a third of the cost of asking the enum
_MESSAGE_TIMES = ("requested_at", "due_at", "sent_at", "ended_at", "requeued_at")

_EVENT_COLUMNS = frozenset({"at", "account", "id"})
_EVENT_PREFIX = "invoice."

KEPT_ACCOUNTS = 256
KEPT_ROWS, KEPT_LENGTH = 2048, 2048
"""How many invoices are kept beside the rows they were read from, and the most characters of a
document: 7 kB for an invoice of one line, 22 kB for the longest, so 45 MB at the most."""


@lru_cache(KEPT_ACCOUNTS)
def account_of(body: str) -> Account:
    """The account of a row's text. Raises ValueError on a corrupt one."""
    return Account.model_validate_json(body)


def logo_row(account: AccountId, logo: Logo) -> dict[str, Any]:
    """The columns of a logo."""
    return {
        "account": account,
        "format": logo.format,
        "data": b64encode(logo.data).decode(),
    }


def logo_of(row: Row) -> Logo:
    """The logo of a row. Raises ValueError on a corrupt one."""
    return Logo(format=row["format"], data=b64decode(row["data"], validate=True))


def invoice_row(invoice: Invoice, before: Invoice | None) -> dict[str, Any]:
    """An invoice's columns; the document only where it is new."""
    row = dict(vars(invoice))
    document = row.pop("document")
    row.update({name: micros(row[name]) for name in _INVOICE_TIMES})
    row.update(_searched(document, row["created_at"], invoice.number))
    row["search_text"] = invoice.search_text
    row["due_by"] = micros(invoice.next_due_by)
    row["instalments_paid"] = json.dumps(invoice.instalments_paid)
    if before is None or before.document is not document:
        row["document"] = stored(document).decode()
    return row


def _searched(document: Document, created_at: int, number: str | None) -> dict[str, Any]:
    """What invoices are swept and searched by, copied out of their documents."""
    return {
        "expire_by": micros(document.expire_by),
        "receipt": document.receipt or number,
        "customer": None if document.customer is None else document.customer.id,
        "dated_at": created_at if document.date is None else some(document.date),
        "live": document.live,
        "extras": "".join(f"\n{key}\n" for key in sorted(document.extras)),
    }


def invoice_of(row: Sequence[Any]) -> Invoice:
    """The invoice of a row, its columns in the table's order.

    Raises ValueError on a corrupt one: nothing is silently repaired. Of a row that was read
    before, the same in every column, the invoice made then is the answer: neither ever changes.
    """
    return (_kept if len(row[_DOCUMENT]) <= KEPT_LENGTH else _validated)(*row)


def _validated(*row: Any) -> Invoice:
    fields = dict(zip(_INVOICE_NAMES, row, strict=True))
    document = Document.model_validate_json(fields["document"])
    del fields["search_text"]  # only the database searches it
    due_by = instant(fields.pop("due_by"))
    searched = _searched(document, fields["created_at"], fields["number"])
    for name, value in searched.items():
        if fields.pop(name) != value:
            raise ValueError(
                f"the column {name}, by which invoices are found, is not the document's"
            )
    fields.update({name: instant(fields[name]) for name in _INVOICE_TIMES})
    fields["document"] = document
    fields["instalments_paid"] = json.loads(fields["instalments_paid"])
    invoice = Invoice.model_validate(fields)
    if invoice.next_due_by != due_by:
        raise ValueError("the column due_by, by which invoices are found, is not the invoice's")
    return invoice


# Typed, because 1, 1.0 and True are equal, and only one of them is an amount.
_kept = lru_cache(KEPT_ROWS, typed=True)(_validated)


def overdue_of(row: Sequence[Any]) -> OverdueInvoice:
    """The overdue invoice of a row of its query."""
    account, name, status, version, expire_by, updated_at = row
    key = InvoiceKey(AccountId(account), InvoiceId(name))
    return OverdueInvoice(key, _STATUSES[status], version, at(expire_by), at(updated_at))


def expiry_row(expired: ExpiredInvoice) -> dict[str, Any]:
    """What an expiry changes, and the version it was decided on."""
    return {
        "status": expired.status,
        "version": expired.version,
        "expired_at": some(expired.expired_at),
        "updated_at": some(expired.updated_at),
        "its_account": expired.key.account,
        "its_id": expired.key.invoice,
        "its_version": expired.version - 1,
    }


def message_row(message: OutboxMessage) -> dict[str, Any]:
    """The columns of a message; a webhook event's address is its endpoint."""
    row: dict[str, Any] = {"event_type": None, "version": None, "reminder": None, **vars(message)}
    if isinstance(message, WebhookEvent):
        row |= {"medium": WEBHOOK, "address": row.pop("webhook_endpoint")}
    row["normal_address"] = normal_form(row["address"])
    row["queue"] = queue_text(queue_of(message))
    row["sms_prefix"] = destination(row["address"]).prefix if row["medium"] == Medium.SMS else None
    return {**row, **{name: micros(row[name]) for name in _MESSAGE_TIMES}}


def delivery_row(message: OutboxMessage) -> dict[str, Any]:
    """What the delivery of a message changes, and its key."""
    return {
        "its_account": message.account,
        "its_id": message.id,
        "status": message.status,
        "due_at": micros(message.due_at),
        "attempts": message.attempts,
        "sent_at": micros(message.sent_at),
        "ended_at": micros(message.ended_at),
        "reason": message.reason,
        "provider_id": message.provider_id,
        "requeued_at": micros(message.requeued_at),
    }


def queue_text(queue: DeliveryQueue) -> str:
    """The column of a delivery queue. No id contains a slash.

    >>> queue_text(DeliveryQueue("sms", AccountId("acc_1")))
    'sms/acc_1/'
    """
    return "/".join(queue)


def queue_named(text: str) -> DeliveryQueue:
    """The delivery queue of a column.

    >>> queue_named("sms/acc_1/")
    DeliveryQueue(kind='sms', account='acc_1', webhook_endpoint='')
    """
    kind, account, webhook_endpoint = text.split("/")
    return DeliveryQueue(kind, AccountId(account), webhook_endpoint)


def outbox_message_of(row: Row) -> OutboxMessage:
    """The message or the webhook event of a row."""
    if row["medium"] != WEBHOOK:
        return message_of(row)
    given = {**row, **{name: instant(row[name]) for name in _MESSAGE_TIMES}}
    for name in ("medium", "reminder", "queue", "sms_prefix", "normal_address"):
        del given[name]
    given["webhook_endpoint"] = given.pop("address")
    return WebhookEvent.model_validate(given)


def message_of(row: Row) -> Message:
    """The message to a payer of a row."""
    given = {**row, **{name: instant(row[name]) for name in _MESSAGE_TIMES}}
    del given["queue"], given["sms_prefix"], given["normal_address"]
    if (given.pop("event_type"), given.pop("version")) != (None, None):
        raise ValueError("the row of a webhook event has a payer's medium")
    return Message.model_validate(given)


def payment_row(recorded: RecordedPayment) -> dict[str, Any]:
    """A payment's columns."""
    return {
        "account": recorded.account,
        "invoice": recorded.invoice,
        **vars(recorded.payment),
        "instalments": json.dumps(recorded.payment.instalments),
        "at": some(recorded.at),
        "version": recorded.answer if isinstance(recorded.answer, int) else None,
        "refusal": recorded.answer.decode() if isinstance(recorded.answer, bytes) else None,
        "unapplied": recorded.unapplied,
        "refunded": recorded.refunded,
        "origin": recorded.origin,
    }


def payment_of(row: Row) -> RecordedPayment:
    """The payment of a row. Raises ValueError on a corrupt one."""
    answer = row["version"] if row["refusal"] is None else row["refusal"].encode()
    if answer is None:
        raise ValueError("the row has neither a version of the invoice nor an error")
    return RecordedPayment(
        account=AccountId(row["account"]),
        invoice=InvoiceId(row["invoice"]),
        payment=Payment(
            reference=row["reference"],
            amount=row["amount"],
            currency=row["currency"],
            instalments=json.loads(row["instalments"]),
        ),
        at=at(row["at"]),
        answer=answer,
        unapplied=row["unapplied"],
        refunded=row["refunded"],
        origin=row["origin"],
    )


def idempotency_row(answer: IdempotencyRecord) -> dict[str, Any]:
    """The columns of an idempotency record."""
    return {
        "account": answer.request.account,
        "key": answer.request.key,
        "fingerprint": answer.fingerprint,
        "answer": answer.answer.decode(),
        "until": some(answer.until),
    }


def idempotency_record_of(row: Row) -> IdempotencyRecord:
    """The idempotency record of a row."""
    return IdempotencyRecord(
        request=IdempotencyKey(AccountId(row["account"]), row["key"]),
        fingerprint=row["fingerprint"],
        answer=row["answer"].encode(),
        until=at(row["until"]),
    )


def entry_row(entry: Entry) -> dict[str, Any]:
    """An entry's columns."""
    return {**vars(entry), "filed_at": some(entry.filed_at)}


def entry_of(row: Row) -> Entry:
    """The entry of a row."""
    return Entry.model_validate({**row, "filed_at": instant(row["filed_at"])})


def webhook_endpoint_of(row: Row) -> WebhookEndpoint:
    """The webhook endpoint of a row."""
    return WebhookEndpoint.model_validate_json(row["body"])


def rate_limit_row(key: RateLimitKey, rate_limit_states: RateLimitState) -> dict[str, Any]:
    """The columns of a rate limit; an empty account stands for the whole service."""
    return {
        "account": key.account or "",
        "medium": key.medium,
        "next_free_at": some(rate_limit_states.next_free_at),
        "reserved_until": some(rate_limit_states.reserved_until),
    }


def rate_limit_of(row: Row) -> tuple[RateLimitKey, RateLimitState]:
    """The rate limit of a row."""
    account = AccountId(row["account"]) if row["account"] else None
    next_free_at, reserved_until = (at(row[name]) for name in ("next_free_at", "reserved_until"))
    return RateLimitKey(account, Medium(row["medium"])), RateLimitState(
        next_free_at, reserved_until
    )


def sms_count_of(accepted: int, first_at: int | None) -> SmsCount:
    """The count in these columns."""
    return SmsCount(accepted, instant(first_at))


def used_up_row(budget: SmsBudgetKey, until: datetime) -> dict[str, Any]:
    """The columns of an SMS budget that is used up; an empty prefix stands for all."""
    return {"account": budget.account, "prefix": budget.prefix or "", "until": some(until)}


def progress_row(key: InvoiceKey, progress: ReminderProgress) -> dict[str, Any]:
    """The columns of an invoice's reminders."""
    return {
        **key._asdict(),
        "since": some(progress.since),
        "sent": progress.sent,
        "due_at": micros(progress.due_at),
    }


def progress_of(row: Row) -> tuple[InvoiceKey, ReminderProgress]:
    """How far the reminders of a row have come."""
    key = InvoiceKey(AccountId(row["account"]), InvoiceId(row["invoice"]))
    since = at(row["since"])
    return key, ReminderProgress(since, row["sent"], instant(row["due_at"]))


def history_of(reason: str | None, last_message_at: int | None) -> ContactHistory:
    """The history in these columns. Raises ValueError on an unknown reason."""
    if reason is None:
        return ContactHistory(None, instant(last_message_at))
    for known in get_args(Suppression):
        if reason == known:
            return ContactHistory(known, instant(last_message_at))
    raise ValueError("an address is suppressed for an unknown reason")


def event_rows(events: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    """The columns of events. One that happens to many invoices is encoded once.

    The position of a change is its version times `PER_VERSION`. An event without a version has the
    next position after the event before it. Where that event is not among these, the position is
    a count below `PER_VERSION`, to which `ADD_EVENT` adds the last position of the invoice.
    """
    bodies: dict[int, str] = {}
    positions: dict[InvoiceKey, int] = {}
    rows: list[dict[str, Any]] = []
    for recorded in events:
        body = bodies.get(id(recorded.event))
        if body is None:
            body = bodies[id(recorded.event)] = _event_body(recorded.event)
        if recorded.version is None:
            position = positions.get(recorded.key, 0) + 1
        else:
            position = recorded.version * PER_VERSION
        positions[recorded.key] = position
        rows.append(_event_row(recorded, position, body))
    return rows


def _event_body(event: Event) -> str:
    """The fields of an event that have no column, without those that are as they are by default."""
    given = {
        name: value
        for name, field in event.__dataclass_fields__.items()
        if name not in _EVENT_COLUMNS and (value := getattr(event, name)) != field.default
    }
    return stored(given).decode()


def _event_row(recorded: RecordedEvent, position: int, body: str) -> dict[str, Any]:
    return {
        "account": recorded.key.account,
        "invoice": recorded.key.invoice,
        "position": position,
        "name": recorded.event.name.removeprefix(_EVENT_PREFIX),
        "version": recorded.event.version,
        "at": some(recorded.event.at),
        "actor": recorded.actor,
        "body": body,
    }


def recorded_event_of(row: Row, key: InvoiceKey) -> RecordedEvent:
    """The event of a row. Raises ValueError on a corrupt one."""
    fields = json.loads(row["body"]) | {"at": plain(at(row["at"]))}
    name = _EVENT_PREFIX + row["name"]
    if name == InvoiceDrafted.name:
        fields |= {"account": key.account, "id": key.invoice}
    event = decode_event(name, row["version"], canonical(fields))
    version, behind = divmod(row["position"], PER_VERSION)
    return RecordedEvent(key, None if behind else version, event, row["actor"])
