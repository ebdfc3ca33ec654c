"""What a payer is told, in plain words that fit one SMS.

Amounts are written with their ISO 4217 code and decimals, in characters that every phone has:
a sign such as the rupee's would cut a text from 160 to 70 characters.
"""

from __future__ import annotations

import re
import unicodedata

from billhook.invoice import Invoice
from billhook.money import Currency, major

_LINK = re.compile(r"\S*(?:://|www\.)\S*")
_HOST = re.compile(r"(?<=\w)[.。](?=\w{2})")  # phones make a link of every bare host


def amount_text(amount: int, currency: Currency) -> str:
    """An amount as text with all decimals of its currency.

    >>> amount_text(123450, Currency("INR"))
    'INR 1234.50'
    """
    return f"{currency} {major(amount, currency):f}"


def one_line(text: str) -> str:
    """Text of strangers made harmless: one line, no controls, no direction marks, no links.

    >>> one_line("Ravi\\r\\nBcc: x@example.com www.evil.example")
    'Ravi Bcc: x@example com'
    """
    unseen = ("Cf", "Cs", "Co", "Cn")
    seen = (c for c in text if unicodedata.category(c) not in unseen)
    calm = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in seen)
    return " ".join(_HOST.sub(" ", _LINK.sub("", calm)).split())


def short_text(invoice: Invoice, seller: str, *, reminding: bool = False) -> str:
    """The text of an SMS: who bills, how much is due, and the invoice's short URL."""
    due = amount_text(invoice.due, invoice.document.currency)
    does = "reminds you of" if reminding else "has sent you"
    return f"{one_line(seller)[:40]} {does} an invoice over {due}: {invoice.short_url}"
