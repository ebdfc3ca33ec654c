"""Where the vendor sends the payer after a payment, signed with the secret of the API key."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from billhook.model.invoice import Invoice
from billhook_adapters.http.razorpay.schemas.links import callback_url
from billhook_adapters.http.razorpay.webhooks import signature


def payer_redirect(invoice: Invoice, payment: str, secret: str) -> str | None:
    """The callback of an invoice with what the vendor adds to its query; None where it has none."""
    url = callback_url(invoice.document)
    if url is None:
        return None
    receipt, status = invoice.shown_number or "", invoice.status.value
    signed = "|".join((invoice.id, receipt, status, payment))
    added = {
        "razorpay_payment_id": payment,
        "razorpay_invoice_id": invoice.id,
        "razorpay_invoice_status": status,
        "razorpay_invoice_receipt": receipt,
        "razorpay_signature": signature(signed.encode(), secret),
    }
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(added))))
    return urlunsplit(parts._replace(query=query))
