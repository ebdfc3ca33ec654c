"""What a subscriber is told of an event, in its own style, from the invoice's facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from returns.result import Failure, Result, Success
from standardwebhooks import Webhook

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend, Notify, Pay
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId, WebhookEventType
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.apis import OURS, webhook_formats
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.http.razorpay.webhooks import signature as razorpay_signature
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON, a_document, a_payment, an_account
from billhook_adapters.testing.builders import add_webhook_endpoint, open_account
from billhook_adapters.webhooks.secret_box import SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender

BOX = SecretBox("the operator's passphrase")
FORMATS = webhook_formats(OURS)
RAZORPAY, NATIVE = "razorpay", "native"
ACME = an_account().id


class Posted:
    """Keeps what would be posted, and answers as it is told."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.answer: Result[Accepted, SendError] = Success(Accepted())

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        self.posts.append((url, body, headers))
        return self.answer


class Shop:
    """A desk whose account has one subscriber."""

    def __init__(self, style: str = RAZORPAY, secret: str | None = "whsec") -> None:  # noqa: S107  # a pretend one
        self.poster, self.clock = Posted(), SettableClock(NOON)
        store, ids, told = InMemoryStore(), RandomIds(), CapturedSender()
        poster: Any = self.poster
        webhook_sender = HttpWebhookSender(poster, BOX, SystemClock(), FORMATS)
        senders = {Medium.EMAIL: told, Medium.SMS: told}
        self.service = InvoiceService(store, self.clock, ids)
        self.engine = EmbeddedEngine(
            BackgroundJobs(store, self.clock, ids, senders, webhook_sender)
        )
        open_account(self.service, an_account())
        add_webhook_endpoint(
            self.service,
            WebhookEndpoint(
                account=ACME,
                id=WebhookEndpointId("sub_1"),
                url="https://shop.example/hook",
                style=style,
                events=(
                    WebhookEventType.PARTIALLY_PAID,
                    WebhookEventType.PAID,
                    WebhookEventType.EXPIRED,
                ),
                sealed_secret=None if secret is None else BOX.seal(secret),
            ),
        )

    def issued(self, **document: Any) -> Invoice:
        sent = self.service.execute(DraftAndSend(account=ACME, document=a_document(**document)))
        return sent.unwrap().invoice

    def pay(self, invoice: Invoice, amount: int, reference: str = "pay_1") -> None:
        payment = a_payment(amount=amount, reference=reference)
        self.service.execute(Pay(account=ACME, invoice=invoice.id, payment=payment)).unwrap()

    def told(self) -> list[Any]:
        self.engine.drain()
        return [json.loads(body) for _, body, _ in self.poster.posts]


def test_a_part_payment_tells_the_payment_the_order_and_the_invoice() -> None:
    shop = Shop()
    invoice = shop.issued(receipt="R-1")
    shop.pay(invoice, 30000)
    (event_type,) = shop.told()
    assert (event_type["entity"], event_type["event"]) == ("event", "invoice.partially_paid")
    assert event_type["contains"] == list(event_type["payload"]) == ["payment", "order", "invoice"]
    payment, order, shown = (
        event_type["payload"][name]["entity"] for name in event_type["contains"]
    )
    assert (payment["id"], payment["amount"], payment["status"]) == ("pay_1", 30000, "captured")
    assert payment["description"] == f"Invoice #{invoice.id}"
    assert payment["order_id"] == order["id"] == shown["order_id"]
    assert (order["amount_paid"], order["amount_due"], order["attempts"]) == (30000, 69800, 1)
    assert (order["status"], order["receipt"]) == ("attempted", "R-1")
    assert (shown["id"], shown["status"], shown["amount_due"]) == (
        invoice.id, "partially_paid", 69800,
    )  # fmt: skip
    assert "line_items" not in shown
    assert {"first_payment_min_amount", "supply_state_code", "user_id"} <= shown.keys()


def test_the_last_payment_tells_that_all_is_paid_and_names_the_first_payment() -> None:
    shop = Shop()
    invoice = shop.issued()
    shop.pay(invoice, 30000)
    shop.pay(invoice, 69800, "pay_2")
    event_type = next(one for one in shop.told() if one["event"] == "invoice.paid")
    payload = event_type["payload"]
    assert payload["payment"]["entity"]["id"] == "pay_2"
    assert payload["invoice"]["entity"]["payment_id"] == "pay_1"
    assert (payload["order"]["entity"]["status"], payload["order"]["entity"]["attempts"]) == (
        "paid", 2,
    )  # fmt: skip


def test_expiry_tells_the_invoice_alone() -> None:
    shop = Shop()
    shop.issued(expire_by=NOON + timedelta(hours=1))
    shop.clock.advance(timedelta(hours=2))
    (event_type,) = shop.told()
    assert (event_type["event"], event_type["contains"]) == ("invoice.expired", ["invoice"])
    assert event_type["payload"]["invoice"]["entity"]["status"] == "expired"


def test_the_vendors_headers_sign_the_raw_bytes_and_name_the_event() -> None:
    shop = Shop()
    shop.pay(shop.issued(), 99800)
    shop.engine.drain()
    ((url, body, headers),) = shop.poster.posts
    assert url == "https://shop.example/hook"
    assert headers["X-Razorpay-Signature"] == razorpay_signature(body, "whsec")
    assert headers["x-razorpay-event-id"].startswith("evt_")
    assert headers["Content-Type"] == "application/json"


def test_every_attempt_says_the_same_however_far_the_invoice_has_moved_on() -> None:
    shop = Shop()
    invoice = shop.issued()
    shop.pay(invoice, 30000)
    shop.poster.answer = Failure(Transient("answered 500"))
    shop.engine.drain()
    notify = Notify(account=ACME, invoice=invoice.id, medium=Medium.SMS)
    shop.service.execute(notify).unwrap()
    shop.poster.answer = Success(Accepted())
    shop.pay(invoice, 69800, "pay_2")
    shop.clock.advance(timedelta(hours=1))
    shop.engine.drain()
    part = [post for post in shop.poster.posts if b"invoice.partially_paid" in post[1]]
    assert len(part) == 2
    assert part[0] == part[1]


def test_what_the_subscriber_did_not_ask_for_is_not_told() -> None:
    shop = Shop()
    shop.issued()
    assert shop.told() == []


def test_a_native_subscriber_hears_the_domains_words_signed_by_the_standard() -> None:
    shop = Shop(NATIVE, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    invoice = shop.issued()
    shop.pay(invoice, 99800)
    (event_type,) = shop.told()
    assert (event_type["type"], event_type["timestamp"]) == (
        "invoice.paid",
        "2026-01-01T12:00:00.000000Z",
    )
    assert (event_type["data"]["id"], event_type["data"]["paid"], event_type["data"]["due"]) == (
        invoice.id, 99800, 0,
    )  # fmt: skip
    ((_, body, headers),) = shop.poster.posts
    Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(body.decode(), dict(headers))


def test_what_an_operator_can_mend_is_waited_for_and_an_unknown_style_is_not() -> None:
    shop = Shop()
    poster: Any = shop.poster
    other = HttpWebhookSender(poster, SecretBox("another passphrase here"), SystemClock(), FORMATS)
    none = HttpWebhookSender(poster, None, SystemClock(), FORMATS)
    occasions: list[Any] = []

    class Noting:
        def send(self, occasion: Any) -> Result[Accepted, SendError]:
            occasions.append(occasion)
            return Success(Accepted())

    background_jobs = shop.engine._background_jobs
    shop.pay(shop.issued(), 99800)
    engine = EmbeddedEngine(
        BackgroundJobs(
            background_jobs.store, shop.clock, RandomIds(), background_jobs.senders, Noting()
        )
    )
    engine.drain()
    (occasion,) = occasions
    assert other.send(occasion) == Failure(Transient("the secret was sealed under another key"))
    assert none.send(occasion) == Failure(Transient("there is no secret to sign with"))
    unknown = occasion.webhook_endpoint.model_copy(update={"style": "unknown"})
    assert none.send(replace(occasion, webhook_endpoint=unknown)) == Failure(
        Permanent("no registered API has a webhook format of this style")
    )
