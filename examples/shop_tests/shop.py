"""A shop that bills by Razorpay: its code knows nothing of billhook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from razorpay.errors import BadRequestError, SignatureVerificationError

RESERVED_FOR = timedelta(days=2)
"""How long a customer may take to pay."""


@dataclass
class Order:
    """What a customer ordered; `paid` in paise."""

    invoice_id: str
    copies: int
    paid: int = 0
    status: str = "open"


class Shop:
    """Sells copies of one book, at 500 rupees each.

    `client` is a `razorpay.Client`; `now` is the shop's clock.
    """

    def __init__(
        self, client: Any, webhook_secret: str, now: Callable[[], datetime], stock: int = 10
    ) -> None:
        self._client, self._secret, self._now = client, webhook_secret, now
        self.stock = stock
        self.orders: dict[str, Order] = {}
        self._handled: set[str] = set()

    def order(self, customer: Mapping[str, str], copies: int) -> Order:
        """Reserve copies, and send the customer an invoice by SMS and e-mail."""
        invoice = self._client.invoice.create(
            {
                "type": "invoice",
                "customer": dict(customer),
                "line_items": [{"name": "Atlas", "amount": 50000, "quantity": copies}],
                "partial_payment": True,
                "expire_by": int((self._now() + RESERVED_FOR).timestamp()),
                "sms_notify": 1,
                "email_notify": 1,
            }
        )
        self.stock -= copies
        order = self.orders[invoice["id"]] = Order(invoice["id"], copies)
        return order

    def remind(self, order: Order) -> bool:
        """Send the invoice by e-mail again; whether it was sent."""
        try:
            response = self._client.invoice.notify_by(order.invoice_id, "email")
        except BadRequestError:  # such as: it is paid by now
            return False
        return bool(response["success"])

    def receive(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Handle a webhook, and return the status code of the response.

        Webhooks may come twice and in any order.
        """
        signature = headers.get("X-Razorpay-Signature", "")
        try:
            self._client.utility.verify_webhook_signature(body.decode(), signature, self._secret)
        except SignatureVerificationError:
            return 400
        event = headers["x-razorpay-event-id"]
        if event not in self._handled:
            self._update(json.loads(body)["payload"]["invoice"]["entity"])
            self._handled.add(event)
        return 200

    def _update(self, invoice: Mapping[str, Any]) -> None:
        order = self.orders.get(invoice["id"])
        if order is None or order.status != "open":
            return
        order.paid = max(order.paid, invoice["amount_paid"])
        if invoice["status"] == "paid":
            order.status = "paid"
        elif invoice["status"] == "expired":
            order.status = "cancelled"
            self.stock += order.copies
