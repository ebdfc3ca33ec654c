"""A shop plugin: an order becomes a link, the payer pays, and the order is completed once.

Written in the manner of the plugins that public shops run. Their reports name what goes wrong: the
callback and the webhook both complete an order (razorpay/razorpay-magento 175 and 208), a webhook
comes again and again (razorpay/razorpay-opencart 120), and the SDK does not verify the callback of
an invoice under its own names (razorpay/razorpay-node 450).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
from razorpay.errors import BadRequestError, SignatureVerificationError
from requests import JSONDecodeError
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry

from acceptance.contract.receiver import HOOK_SECRET, Received, Receiver
from acceptance.contract.sandbox import Sandbox as OverHttp
from billhook_adapters.testing import Sandbox, SandboxError

HOUR = 60 * 60
PRICE = 249900
RETURN_TO = "https://shop.example/checkout/return?lang=en"


@dataclass
class Order:
    """What the shop knows of an order; `completions` counts how often it was completed."""

    number: str
    total: int = PRICE
    status: str = "pending"
    link: str = ""
    page: str = ""
    paid: int = 0
    completions: int = 0


@dataclass
class Plugin:
    """The plugin. It knows the vendor's SDK, its own orders, and nothing of the sandbox."""

    client: Any
    now: Callable[[], int]
    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    handled: set[str] = field(default_factory=set[str])

    def place(self, number: str) -> Order:
        """An order, and the link by which it is paid.

        The vendor documents no idempotency key: the shop looks for its own receipt first, so that
        it may place the same order again whenever it does not know whether it was placed.
        """
        order = self.orders.setdefault(number, Order(number))
        known = self.client.invoice.all({"receipt": number})["items"]
        link = known[0] if known else self.client.invoice.create(self.link_of(order))
        order.link, order.page = link["id"], link["short_url"]
        return order

    def link_of(self, order: Order) -> dict[str, Any]:
        """What the shop requests."""
        return {
            "type": "link",
            "amount": order.total,
            "currency": "INR",
            "description": f"Order {order.number}",
            "receipt": order.number,
            "customer": {"name": "Meera", "email": f"{order.number}@example.com"},
            "sms_notify": 0,
            "email_notify": 1,
            "expire_by": self.now() + HOUR,
            "notes": {"order": order.number},
            "callback_url": RETURN_TO,
            "callback_method": "get",
            "partial_payment": True,
        }

    def returned(self, url: str) -> Order:
        """The payer is back. Raises SignatureVerificationError."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
        order = self.orders[query["razorpay_invoice_receipt"]]
        self.client.utility.verify_payment_link_signature(
            {  # what is signed is the same; only the names of the first payment links differ
                "payment_link_id": query["razorpay_invoice_id"],
                "payment_link_reference_id": query["razorpay_invoice_receipt"],
                "payment_link_status": query["razorpay_invoice_status"],
                "razorpay_payment_id": query["razorpay_payment_id"],
                "razorpay_signature": query["razorpay_signature"],
            }
        )
        if order.link != query["razorpay_invoice_id"]:
            raise SignatureVerificationError("another order's payment")
        self._update(order, self.client.invoice.fetch(order.link))
        return order

    def receive(self, received: Received) -> None:
        """A webhook. Raises SignatureVerificationError."""
        signature = received.headers["x-razorpay-signature"]
        self.client.utility.verify_webhook_signature(received.body.decode(), signature, HOOK_SECRET)
        if received.id in self.handled:
            return
        self.handled.add(received.id)
        link = json.loads(received.body)["payload"]["invoice"]["entity"]
        self._update(self.orders[link["notes"]["order"]], link)

    def _update(self, order: Order, link: Mapping[str, Any]) -> None:
        order.paid = max(order.paid, link["amount_paid"])
        if order.status != "pending":
            return
        if link["status"] == "paid":
            order.status = "completed"
            order.completions += 1
        elif link["status"] == "expired":
            order.status = "cancelled"


@pytest.fixture
def sandbox(posting_sandbox: tuple[Sandbox, Receiver]) -> Iterator[Sandbox]:
    started, _ = posting_sandbox
    yield started
    started.reset()


@pytest.fixture
def receiver(posting_sandbox: tuple[Sandbox, Receiver]) -> Receiver:
    return posting_sandbox[1]


@pytest.fixture
def plugin(sandbox: Sandbox, connect: Callable[[Sandbox], Any]) -> Plugin:
    return Plugin(connect(sandbox), lambda: int(sandbox.now.timestamp()))


def test_an_order_is_paid_by_its_link_and_the_payer_returns(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    order = plugin.place("A-1001")
    (mail,) = sandbox.outbox
    assert (mail.to, mail.invoice_id) == ("A-1001@example.com", order.link)
    assert order.page in mail.text

    back = sandbox.pay(order.link, PRICE, method="card").callback_url
    assert back is not None
    assert back.startswith(f"{RETURN_TO}&razorpay_payment_id=pay_")
    assert plugin.returned(back).status == "completed"
    assert order.paid == PRICE


def test_a_callback_that_was_changed_on_the_way_is_refused(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    order, other = plugin.place("A-1002"), plugin.place("A-1003")
    part = sandbox.pay(order.link, 100).callback_url
    assert part is not None
    for changed in (
        part.replace("partially_paid", "paid"),
        part.replace(order.link, other.link),
        part.replace("A-1002", "A-1003"),
    ):
        assert changed != part
        with pytest.raises(SignatureVerificationError):
            plugin.returned(changed)
    assert (plugin.returned(part).status, order.paid, other.paid) == ("pending", 100, 0)


def test_the_callback_and_the_webhook_complete_an_order_once(
    plugin: Plugin, sandbox: Sandbox, receiver: Receiver
) -> None:
    order = plugin.place("A-1004")
    back = sandbox.pay(order.link, PRICE).callback_url
    assert back is not None
    (webhook,) = receiver.wait(order.link, 1)
    plugin.receive(webhook)
    plugin.returned(back)
    assert (order.status, order.completions) == ("completed", 1)


def test_a_webhook_that_comes_again_has_the_same_id_and_changes_nothing(
    plugin: Plugin, sandbox: Sandbox, receiver: Receiver
) -> None:
    order = plugin.place("A-1005")
    receiver.answer(order.link, 500)  # the shop is down for a moment
    sandbox.pay(order.link, PRICE)
    sandbox.advance(hours=1)
    number = sandbox.webhooks[-1].number
    over_http = OverHttp(sandbox.url)
    assert over_http.json_of("POST", f"/sandbox/webhooks/{number}/resend")["accepted"]
    first, *again = receiver.wait(order.link, 3)
    assert [one.id for one in again] == [first.id] * 2
    for webhook in (first, *again):
        plugin.receive(webhook)
    assert plugin.handled == {first.id}
    assert (order.status, order.completions) == ("completed", 1)


def test_parts_may_come_in_any_order(plugin: Plugin, sandbox: Sandbox, receiver: Receiver) -> None:
    order = plugin.place("A-1006")
    for part in (100000, PRICE - 100000):
        sandbox.pay(order.link, part)
    webhooks = receiver.wait(order.link, 2)
    for webhook in reversed(webhooks):
        plugin.receive(webhook)
    assert (order.status, order.paid, order.completions) == ("completed", PRICE, 1)


def test_a_forged_webhook_is_refused(plugin: Plugin, sandbox: Sandbox, receiver: Receiver) -> None:
    order = plugin.place("A-1007")
    sandbox.pay(order.link, 100)
    (webhook,) = receiver.wait(order.link, 1)
    forged = webhook._replace(body=webhook.body.replace(b"partially_paid", b"paid"))
    with pytest.raises(SignatureVerificationError):
        plugin.receive(forged)
    assert order.status == "pending"


def test_an_order_whose_answer_was_lost_is_not_charged_twice(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    sandbox.fail_api("answer_lost", method="POST", path="/v1/invoices")
    with pytest.raises(JSONDecodeError):  # the SDK reads the proxy's page as JSON
        plugin.place("A-1008")
    with pytest.raises(BadRequestError, match="receipt has already been taken"):
        plugin.client.invoice.create(plugin.link_of(plugin.orders["A-1008"]))
    order = plugin.place("A-1008")
    found = plugin.client.invoice.all({"receipt": "A-1008"})
    assert [one["id"] for one in found["items"]] == [order.link]
    assert [one.invoice_id for one in sandbox.outbox] == [order.link]


def test_the_same_idempotency_key_gets_the_answer_that_was_lost(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    request = plugin.link_of(Order("A-1009"))

    def create() -> Any:
        return plugin.client.invoice.create(request, headers={"Idempotency-Key": "order A-1009"})

    sandbox.fail_api("answer_lost", method="POST", path="/v1/invoices")
    with pytest.raises(JSONDecodeError):
        create()
    link = create()
    assert plugin.client.invoice.all({"receipt": "A-1009"})["items"] == [link]


def test_a_shop_that_is_too_fast_waits_as_long_as_the_answer_says(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    waited: list[float | None] = []

    class Waiting(Retry):
        """Waits in the sandbox's time."""

        def sleep(self: Self, response: BaseHTTPResponse | None = None) -> None:
            assert response is not None
            waited.append(self.get_retry_after(response))
            sandbox.advance(seconds=waited[-1] or 0)

    patient = Waiting(total=5, status_forcelist=[429], allowed_methods=None)
    plugin.client.session.mount("http://", HTTPAdapter(max_retries=patient))
    sandbox.fail_api("rate_limited", times=2, method="POST", seconds=7)
    order = plugin.place("A-1010")
    assert waited == [7, 7]
    assert plugin.client.invoice.all()["count"] == 1
    assert plugin.client.invoice.fetch(order.link)["status"] == "issued"


def test_a_shop_that_does_not_wait_is_refused_by_the_vendors_error(
    plugin: Plugin, sandbox: Sandbox
) -> None:
    sandbox.fail_api("rate_limited", method="POST")
    with pytest.raises(BadRequestError):
        plugin.place("A-1011")
    assert plugin.client.invoice.all()["count"] == 0


def test_an_order_that_is_not_paid_in_time_is_cancelled(
    plugin: Plugin, sandbox: Sandbox, receiver: Receiver
) -> None:
    order = plugin.place("A-1012")
    sandbox.advance(seconds=HOUR)
    assert [one.name for one in sandbox.effects if one.invoice_id == order.link] == [
        "invoice.expired",
        "webhook.accepted",
    ]
    (webhook,) = receiver.wait(order.link, 1)
    plugin.receive(webhook)
    assert order.status == "cancelled"
    with pytest.raises(SandboxError, match="expired"):
        sandbox.pay(order.link, PRICE)
