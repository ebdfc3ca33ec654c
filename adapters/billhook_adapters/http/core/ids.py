"""Ids in the vendors' form, for things to which the domain gives none."""

from __future__ import annotations

from hashlib import sha256
from string import ascii_letters, digits

from billhook.model.invoice import InvoiceId

_ALPHABET = (ascii_letters + digits).encode()
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def derived_id(prefix: str, *parts: object) -> str:
    """An id in the vendor's form that is always the same for the same thing.

    >>> derived_id("order", "inv_1") == derived_id("order", "inv_1")
    True
    """
    named = sha256(repr((prefix, *parts)).encode()).digest()[:14]
    return f"{prefix}_{named.translate(_LETTERS).decode()}"


_INVOICE, _ORDER = "inv_", "order_"


def order_id(invoice: str) -> str:
    """The id of an invoice's order: both end alike, so that the invoice is found by its order.

    >>> order_id("inv_Gj2vKx8LwQpR4s")
    'order_Gj2vKx8LwQpR4s'
    """
    return _ORDER + invoice.removeprefix(_INVOICE)


def invoices_of(order: str) -> tuple[InvoiceId, ...]:
    """The ids of the invoices to which an order with this id may belong, the likelier first.

    >>> invoices_of("order_Gj2vKx8LwQpR4s")
    ('inv_Gj2vKx8LwQpR4s', 'Gj2vKx8LwQpR4s')
    """
    rest = order.removeprefix(_ORDER)
    return () if rest == order else (InvoiceId(_INVOICE + rest), InvoiceId(rest))
