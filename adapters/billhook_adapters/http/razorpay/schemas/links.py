"""Payment links: what the vendor's invoices of the type `link` hold instead of line items.

In the domain a link is an invoice with one line, named by the description, and a key in its extras
that says so.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from billhook.model.base import Text
from billhook.model.document import Document
from billhook.model.line_items import Line

LINK = "razorpay.link"
"""The key of a document's extras that makes it a link."""

CALLBACK = "razorpay.callback"
"""The key of a document's extras that holds where the payer is sent after a payment."""

Type = Literal["invoice", "link"]


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be an http or https URL")
    return text


CallbackUrl = Annotated[Text, StringConstraints(max_length=2048), AfterValidator(_web_address)]


def type_of(document: Document) -> Type:
    """The vendor's type of an invoice."""
    return "link" if LINK in document.extras else "invoice"


def link_line(amount: int, currency: str, description: str | None) -> Line:
    """The one line of a link.

    >>> link_line(25000, "INR", "Monthly fee,\\nOctober").name
    'Monthly fee, October'
    """
    name = " ".join((description or "").split())[:256] or "Payment"
    return Line.model_validate({"name": name, "unit_amount": amount, "currency": currency})


def link_extras(url: str | None, *, link: bool) -> dict[str, str]:
    """What the extras of a document hold of its type and its callback."""
    extras = {LINK: "{}"} if link else {}
    return extras if url is None else {**extras, CALLBACK: json.dumps({"url": url})}


def callback_url(document: Document) -> str | None:
    """Where the payer of an invoice is sent after a payment."""
    kept = document.extras.get(CALLBACK)
    url: str | None = None if kept is None else json.loads(kept)["url"]
    return url
