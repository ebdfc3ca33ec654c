"""The texts of messages to payers: what writes them, and plain texts that need no template.

Amounts are written with their ISO 4217 code and decimals, in characters that every phone has:
a sign such as the rupee's would cut a text from 160 to 70 characters.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook.model.money import Currency, major
from billhook_adapters.documents.untrusted_text import one_line

UNNAMED = "The seller"
"""Stands for a seller whose name has nothing that may be shown."""


class Letter(NamedTuple):
    """An e-mail's words; `html` is None where there is only the plain text."""

    subject: str
    text: str
    html: str | None = None


class Writer(Protocol):
    """Puts messages into words. Each holds one link, and it is the invoice's."""

    def sms(self, message: Message, invoice: Invoice, seller: str) -> str:
        """The text of an SMS."""
        ...

    def letter(self, message: Message, invoice: Invoice, seller: str) -> Letter:
        """The text of an e-mail."""
        ...


class PlainWriter:
    """Writes one plain English sentence. Needs only the core."""

    def sms(self, message: Message, invoice: Invoice, seller: str) -> str:
        """Who bills, how much is due, and the invoice's short URL."""
        currency = invoice.document.currency
        due = amount_text(invoice.due, currency)
        if invoice.instalments:
            requested = amount_text(invoice.due_at(message.requested_at), currency)
            due = f"{due}, of which {requested} is due next"
        does = "has sent you" if message.reminder is None else "reminds you of"
        return f"{seller_name(seller, 40)} {does} an invoice for {due}: {invoice.short_url}"

    def letter(self, message: Message, invoice: Invoice, seller: str) -> Letter:
        """The same sentence behind a greeting."""
        due = amount_text(invoice.due, invoice.document.currency)
        what = "Invoice" if message.reminder is None else "Reminder: invoice"
        customer = invoice.document.customer
        name = one_line(customer.name) if customer is not None and customer.name else ""
        greeting = f"Hello {name}," if name else "Hello,"
        return Letter(
            f"{what} for {due} from {seller_name(seller)}",
            f"{greeting}\n\n{self.sms(message, invoice, seller)}\n",
        )


PLAIN = PlainWriter()


def amount_text(amount: int, currency: Currency) -> str:
    """An amount as text with all decimals of its currency.

    >>> amount_text(123450, Currency("INR"))
    'INR 1234.50'
    """
    return f"{currency} {major(amount, currency):f}"


def seller_name(seller: str, longest: int | None = None, unnamed: str = UNNAMED) -> str:
    """A seller's name for a message: harmless, cut to `longest` characters, and never empty.

    >>> seller_name("Acme.example", 40), seller_name("+91 98765 43210")
    ('Acme example', 'The seller')
    """
    return one_line(seller)[:longest].rstrip() or unnamed
