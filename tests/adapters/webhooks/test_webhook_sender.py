"""The webhooks that an endpoint gets of an event, in its own style."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success
from standardwebhooks import Webhook

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend, Notify, Pay
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId, WebhookEventType
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.apis import OURS, webhook_formats
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.http.razorpay.webhooks import signature as razorpay_signature
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON, a_document, a_payment, an_account
from billhook_adapters.testing.builders import a_webhook_endpoint, add_webhook_endpoint
from billhook_adapters.testing.contracts import WebhookSenderContract
from billhook_adapters.testing.running import RunningService
from billhook_adapters.webhooks.secret_box import SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender

BOX = SecretBox("the operator's passphrase")
FORMATS = webhook_formats(OURS)
RAZORPAY, NATIVE = "razorpay", "native"
ACME = an_account().id


class CapturedPoster:
    """Keeps what would be posted, and gives a set result."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.result: Result[Accepted, SendError] = Success(Accepted())

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        self.posts.append((url, body, headers))
        return self.result


class TestWebhookSenderContract(WebhookSenderContract):
    """It fulfils the contract of a sender of webhooks."""

    @pytest.fixture
    def poster(self) -> CapturedPoster:
        return CapturedPoster()

    @pytest.fixture
    def sender(self, poster: CapturedPoster) -> HttpWebhookSender:
        return HttpWebhookSender(poster, BOX, SettableClock(NOON), FORMATS)

    @pytest.fixture
    def broken_sender(self, poster: CapturedPoster, sender: HttpWebhookSender) -> HttpWebhookSender:
        poster.result = Failure(Transient("could not be reached"))
        return sender

    @pytest.fixture
    def received(self, poster: CapturedPoster) -> Callable[[], Sequence[bytes]]:
        return lambda: [body for _, body, _ in poster.posts]

    @pytest.fixture
    def webhook_endpoint(self) -> WebhookEndpoint:
        return a_webhook_endpoint(style=NATIVE, sealed_secret=BOX.seal("whsec"))


class WebhookService(RunningService):
    """A service whose account has one webhook endpoint."""

    clock: SettableClock

    def __init__(self, style: str = RAZORPAY, secret: str | None = "whsec") -> None:  # noqa: S107  # a made-up secret
        self.poster = CapturedPoster()
        super().__init__(webhook_sender=HttpWebhookSender(self.poster, BOX, SystemClock(), FORMATS))
        self.engine = EmbeddedEngine(self.background_jobs)
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

    def draft_and_send(self, **document: Any) -> Invoice:
        sent = self.service.execute(DraftAndSend(account=ACME, document=a_document(**document)))
        return sent.unwrap().invoice

    def pay(self, invoice: Invoice, amount: int, reference: str = "pay_1") -> None:
        payment = a_payment(amount=amount, reference=reference)
        self.service.execute(Pay(account=ACME, invoice=invoice.id, payment=payment)).unwrap()

    def sent(self) -> list[Any]:
        self.engine.drain()
        return [json.loads(body) for _, body, _ in self.poster.posts]


def test_a_part_payment_sends_the_payment_the_order_and_the_invoice() -> None:
    running = WebhookService()
    invoice = running.draft_and_send(receipt="R-1")
    running.pay(invoice, 30000)
    (event,) = running.sent()
    assert (event["entity"], event["event"]) == ("event", "invoice.partially_paid")
    assert event["contains"] == list(event["payload"]) == ["payment", "order", "invoice"]
    payment, order, shown = (event["payload"][name]["entity"] for name in event["contains"])
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


def test_the_last_payment_sends_a_paid_invoice_with_its_first_payment() -> None:
    running = WebhookService()
    invoice = running.draft_and_send()
    running.pay(invoice, 30000)
    running.pay(invoice, 69800, "pay_2")
    event = next(one for one in running.sent() if one["event"] == "invoice.paid")
    payload = event["payload"]
    assert payload["payment"]["entity"]["id"] == "pay_2"
    assert payload["invoice"]["entity"]["payment_id"] == "pay_1"
    assert (payload["order"]["entity"]["status"], payload["order"]["entity"]["attempts"]) == (
        "paid", 2,
    )  # fmt: skip


def test_expiry_sends_the_invoice_alone() -> None:
    running = WebhookService()
    running.draft_and_send(expire_by=NOON + timedelta(hours=1))
    running.clock.advance(timedelta(hours=2))
    (event,) = running.sent()
    assert (event["event"], event["contains"]) == ("invoice.expired", ["invoice"])
    assert event["payload"]["invoice"]["entity"]["status"] == "expired"


def test_the_headers_of_the_vendor_sign_the_raw_bytes_and_name_the_event() -> None:
    running = WebhookService()
    running.pay(running.draft_and_send(), 99800)
    running.engine.drain()
    ((url, body, headers),) = running.poster.posts
    assert url == "https://shop.example/hook"
    assert headers["X-Razorpay-Signature"] == razorpay_signature(body, "whsec")
    assert headers["x-razorpay-event-id"].startswith("evt_")
    assert headers["Content-Type"] == "application/json"


def test_every_attempt_sends_the_same_bytes_whatever_happened_since() -> None:
    running = WebhookService()
    invoice = running.draft_and_send()
    running.pay(invoice, 30000)
    running.poster.result = Failure(Transient("answered 500"))
    running.engine.drain()
    notify = Notify(account=ACME, invoice=invoice.id, medium=Medium.SMS)
    running.service.execute(notify).unwrap()
    running.poster.result = Success(Accepted())
    running.pay(invoice, 69800, "pay_2")
    running.clock.advance(timedelta(hours=1))
    running.engine.drain()
    part = [post for post in running.poster.posts if b"invoice.partially_paid" in post[1]]
    assert len(part) == 2
    assert part[0] == part[1]


def test_events_that_the_endpoint_did_not_choose_are_not_sent() -> None:
    running = WebhookService()
    running.draft_and_send()
    assert running.sent() == []


def test_a_native_endpoint_gets_the_invoice_signed_by_standard_webhooks() -> None:
    running = WebhookService(NATIVE, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    invoice = running.draft_and_send()
    running.pay(invoice, 99800)
    (event,) = running.sent()
    assert (event["type"], event["timestamp"]) == (
        "invoice.paid",
        "2026-01-01T12:00:00.000000Z",
    )
    assert (event["data"]["id"], event["data"]["paid"], event["data"]["due"]) == (
        invoice.id, 99800, 0,
    )  # fmt: skip
    ((_, body, headers),) = running.poster.posts
    Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(body.decode(), dict(headers))


def test_errors_of_the_settings_are_retried_and_an_unknown_style_is_not() -> None:
    running = WebhookService()
    poster: Any = running.poster
    other = HttpWebhookSender(poster, SecretBox("another passphrase here"), SystemClock(), FORMATS)
    none = HttpWebhookSender(poster, None, SystemClock(), FORMATS)
    contexts: list[Any] = []

    class CapturedContexts:
        def send(self, context: Any) -> Result[Accepted, SendError]:
            contexts.append(context)
            return Success(Accepted())

    running.pay(running.draft_and_send(), 99800)
    engine = EmbeddedEngine(
        BackgroundJobs(
            running.store,
            running.clock,
            RandomIds(),
            running.background_jobs.senders,
            CapturedContexts(),
        )
    )
    engine.drain()
    (context,) = contexts
    assert other.send(context) == Failure(Transient("the secret was sealed under another key"))
    assert none.send(context) == Failure(Transient("there is no secret to sign with"))
    unknown = context.webhook_endpoint.model_copy(update={"style": "unknown"})
    assert none.send(replace(context, webhook_endpoint=unknown)) == Failure(
        Permanent("no registered API has a webhook format of this style")
    )
