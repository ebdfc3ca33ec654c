"""Amounts, times and statuses of the console as text."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import NamedTuple

from billhook.lifecycle.overdue import is_overdue
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.money import Currency
from billhook_adapters.documents.figures import amount_text
from billhook_adapters.system.optional_dependencies import needs

with needs("messages"):
    from babel import Locale

_ENGLISH = Locale("en")


class Moment(NamedTuple):
    """A time as a machine and as a person reads it."""

    iso: str
    text: str


class Badge(NamedTuple):
    """A status in a word or two, and the class of the style sheet that colours it."""

    tone: str
    text: str


def amount(value: int | Decimal, currency: Currency) -> str:
    """An amount in smallest units with the sign of its currency.

    >>> amount(99800, Currency("INR"))
    '₹998.00'
    """
    return amount_text(value, currency, _ENGLISH)


def moment(at: datetime, zone: tzinfo) -> Moment:
    """A time in a time zone, to the second.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 3, 2, 14, 30, tzinfo=UTC), UTC).text
    '2 Mar 2026 14:30:00 UTC'
    """
    local = at.astimezone(zone)
    return Moment(local.isoformat(), f"{local.day} {local:%b %Y %H:%M:%S %Z}")


def words(code: str) -> str:
    """A code with spaces between its words.

    >>> words("partially_paid")
    'partially paid'
    """
    return code.replace("_", " ")


def pretty(body: bytes) -> str:
    """A body as a person reads it: JSON in lines of its own, else the text."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode(errors="replace")


def medium_name(medium: Medium) -> str:
    """A medium as it is written within a sentence.

    >>> medium_name(Medium.SMS), medium_name(Medium.EMAIL)
    ('SMS', 'e-mail')
    """
    return "SMS" if medium is Medium.SMS else "e-mail"


def invoice_badge(invoice: Invoice, now: datetime) -> Badge:
    """The status of an invoice, and whether it is overdue."""
    status = words(invoice.status)
    if is_overdue(invoice, now=now):
        return Badge("late", f"{status}, overdue")
    return Badge(invoice.status.value, status)


def payer_name(invoice: Invoice) -> str:
    """What is known of the payer: the name, else an address."""
    customer = invoice.document.customer
    if customer is None:
        return ""
    return customer.name or customer.email or customer.contact or ""
