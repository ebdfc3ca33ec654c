"""Ids of things that the domain knows by something else: a line's position, an order's invoice."""

from __future__ import annotations

from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.ids import derived_id

_INVOICE, _ORDER = "inv_", "order_"


def line_id(invoice: str, position: int) -> str:
    """The id of the line at this position; lines are added and changed, never removed."""
    return derived_id("li", invoice, position)


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
