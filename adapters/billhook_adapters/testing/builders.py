"""Builders: a valid value in one call, showing only what matters to the test at hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from returns.result import Result, Success

from billhook.application.account_commands import (
    OpenAccount,
    SaveWebhookEndpoint,
    SuppressAddress,
    UpdateAccount,
)
from billhook.application.records import Contact, ContactHistory, Entry, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.draft import draft
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEvent, WebhookEventType
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium, Suppression
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.line_items import Line, Rounding
from billhook.model.money import Currency
from billhook.model.payment import Payment, Reference

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the builders' invoices are made."""

TOMORROW = NOON + timedelta(days=1)
"""When an invoice built as expired ran out."""

INR = Currency("INR")


def a_customer(**fields: Any) -> Customer:
    """Ravi, with an e-mail address and a phone number.

    >>> a_customer(contact=None).email
    'ravi@example.com'
    """
    known = {"name": "Ravi", "email": "ravi@example.com", "contact": "+919876543210"}
    return Customer.model_validate({**known, **fields})


def a_line(unit_amount: int | Decimal = 49900, quantity: Decimal | int = 2, **fields: Any) -> Line:
    """Two books at 499.00 rupees.

    >>> a_line().total
    99800
    """
    given = {"name": "Book", "unit_amount": unit_amount, "currency": INR, "quantity": quantity}
    return Line.model_validate({**given, **fields})


def a_document(**fields: Any) -> Document:
    """A document over 998.00 rupees for Ravi, who may pay in parts.

    >>> a_document().total
    99800
    """
    given = {
        "currency": INR,
        "customer": a_customer(),
        "lines": (a_line(),),
        "partial_payment": True,
    }
    return Document.model_validate({**given, **fields})


def a_payment(amount: int = 100, reference: str = "pay_1", currency: str = "INR") -> Payment:
    """One rupee under the reference pay_1, unless you say otherwise.

    >>> a_payment(500).amount
    500
    """
    return Payment(reference=Reference(reference), amount=amount, currency=Currency(currency))


def an_invoice(
    status: Status = Status.ISSUED,
    *,
    account: str = "acc_1",
    id: str = "inv_1",
    **document: Any,
) -> Invoice:
    """An invoice in this status, by the domain's own operations; fields go to its document.

    >>> an_invoice(Status.PAID).due
    0
    """
    if status is Status.EXPIRED:
        document.setdefault("expire_by", TOMORROW)
    drafted = _after(
        draft(a_document(**document), account=AccountId(account), id=InvoiceId(id), now=NOON)
    )
    if status is Status.DRAFT:
        return drafted
    issued = _after(issue(drafted, now=NOON, short_url=f"https://bill.example/i/{id}"))
    match status:
        case Status.ISSUED:
            return issued
        case Status.PARTIALLY_PAID:
            return _after(pay(issued, a_payment(1), now=NOON))
        case Status.PAID:
            return _after(pay(issued, a_payment(issued.due), now=NOON))
        case Status.EXPIRED:
            return _after(expire(issued, now=as_of_expiry(issued)))
        case Status.CANCELLED:
            return _after(cancel(issued, now=NOON))


def an_account(id: str = "acc_1", name: str = "Acme", **policy: Any) -> Account:
    """Acme, with every policy at its default; fields go to its policy.

    >>> an_account(number_prefix="INV-").number(1)
    'INV-0001'
    """
    return Account.model_validate({"id": id, "name": name, "policy": policy})


def a_full_document(**fields: Any) -> Document:
    """A document with every field set, in several scripts.

    >>> a_full_document().total
    99950
    """
    address = {
        "line1": "12 MG Road",
        "line2": "2. Stock, Tür 5",
        "city": "बेंगलुरु",
        "state": "ಕರ್ನಾಟಕ",
        "postal_code": "560001",
        "country": "IN",
    }
    everything = {
        "title": "Spring order № 5",
        "customer": a_customer(
            name="رافي 👩🏽‍🚀",
            billing_address=address,
            shipping_address={**address, "city": "鎌倉"},
            language="hi",
            time_zone="Asia/Kolkata",
        ),
        "lines": (
            a_line(),
            a_line(
                Decimal("100.000000000001"),
                Decimal("1.505"),
                name="Ink, ½ l",
                description="for the quill",
                item="ink",
                taxes=[{"name": "GST", "rate": "18.5", "id": "tax_1"}],
                tax_inclusive=True,
            ),
        ),
        "recipients": {
            "emails": ["raví@example.com"],
            "contacts": ["+919876543210"],
            "cc": ["ceo@example.com"],
            "bcc": ["books@example.com"],
        },
        "discount": {"percentage": "0.5", "items": ["ink"]},
        "schedule": {
            "instalments": [
                {"id": "first", "amount": 5, "due_by": NOON},
                {"id": "rest", "percentage": "99.9"},
            ]
        },
        "live": False,
        "description": "Two books\nand ink",
        "receipt": "R-0001/26",
        "date": NOON.replace(microsecond=1),
        "due_by": TOMORROW.replace(microsecond=2),
        "expire_by": TOMORROW.replace(microsecond=999_999),
        "partial_payment": True,
        "first_payment_min_amount": 1,
        "terms": "Within 14 days.",
        "comment": "Thank you ❤️",
        "notes": {"order": "A-1", "ключ": "значение"},
        "media": (Medium.EMAIL, Medium.SMS),
        "extras": {"example": '{"type":"invoice"}'},
        "rounding": Rounding.PER_INVOICE,
    }
    return a_document(**{**everything, **fields})


def a_message(
    id: str = "msg_1", *, account: str = "acc_1", invoice: str = "inv_1", **fields: Any
) -> Message:
    """A message to Ravi by e-mail, queued at noon and due at once.

    >>> a_message(attempts=2).attempts
    2
    """
    known = {
        "account": account,
        "id": id,
        "invoice": invoice,
        "medium": Medium.EMAIL,
        "address": "ravi@example.com",
        "requested_at": NOON,
        "due_at": NOON,
    }
    return Message.model_validate({**known, **fields})


def a_webhook_endpoint(
    id: str = "sub_1", *, account: str = "acc_1", **fields: Any
) -> WebhookEndpoint:
    """The bookkeeping system of acc_1, which receives all events.

    >>> a_webhook_endpoint(silenced=True).wants(WebhookEventType.PAID)
    False
    """
    known = {
        "account": account,
        "id": id,
        "url": "https://books.example/hooks",
        "style": "native",
    }
    return WebhookEndpoint.model_validate({**known, **fields})


def a_webhook_event(
    id: str = "evt_1", *, account: str = "acc_1", invoice: str = "inv_1", **fields: Any
) -> WebhookEvent:
    """To sub_1, that the invoice was issued in its second version; queued at noon, due at once.

    >>> a_webhook_event(event_type=WebhookEventType.PAID, version=3).version
    3
    """
    known = {
        "account": account,
        "id": id,
        "invoice": invoice,
        "webhook_endpoint": "sub_1",
        "event_type": WebhookEventType.ISSUED,
        "version": 2,
        "requested_at": NOON,
        "due_at": NOON,
    }
    return WebhookEvent.model_validate({**known, **fields})


def an_entry(
    id: str = "cust_1", body: str = '{"name":"Ravi"}', *, account: str = "acc_1", **fields: Any
) -> Entry:
    """A customer, as a vendor API saved it at noon.

    >>> an_entry().key.entry
    'cust_1'
    """
    known = {"account": account, "id": id, "body": body, "filed_at": NOON}
    return Entry.model_validate({**known, **fields})


def a_recorded_payment(
    reference: str = "pay_1",
    amount: int = 100,
    *,
    account: str = "acc_1",
    invoice: str = "inv_1",
    at: datetime = NOON,
    applied: bool = True,
) -> RecordedPayment:
    """One rupee that an invoice took at noon.

    >>> a_recorded_payment(applied=False).key.reference
    'pay_1'
    """
    payment = a_payment(amount, reference)
    return RecordedPayment(
        AccountId(account),
        InvoiceId(invoice),
        payment,
        at,
        3 if applied else b'{"note":"\xe2\x9c\x93"}',
        unapplied=0 if applied else amount,
    )


def as_of_expiry(invoice: Invoice) -> datetime:
    """The instant at which an invoice runs out; TOMORROW where it never does."""
    return invoice.document.expire_by or TOMORROW


def _after(result: Any) -> Invoice:
    change: Change = result.unwrap()
    return change.invoice


def open_account(service: InvoiceService, account: Account) -> Account:
    """Create an account; where it exists, set its name and its whole policy."""
    opened: Result[Account, Any] = service.execute(OpenAccount.of(account))
    if not isinstance(opened, Success):
        policy = AccountPolicy.model_validate(dict(account.policy))
        update = UpdateAccount(account=account.id, name=account.name, policy=policy)
        opened = service.execute(update)
    return opened.unwrap()


def add_webhook_endpoint(
    service: InvoiceService, endpoint: WebhookEndpoint
) -> Result[WebhookEndpoint, Any]:
    """Add a webhook endpoint to its account, or replace it."""
    return service.execute(SaveWebhookEndpoint(account=endpoint.account, webhook_endpoint=endpoint))


def suppress(
    service: InvoiceService, contact: Contact, reason: Suppression | None
) -> Result[ContactHistory, Any]:
    """Put an address on the suppression list, or take it off."""
    return service.execute(SuppressAddress(account=contact.account, contact=contact, reason=reason))
