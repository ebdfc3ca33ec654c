"""The shop is tested with Razorpay's own SDK, against a sandbox on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import razorpay

from billhook_adapters.testing import Sandbox
from shop_tests.shop import RESERVED_FOR, Shop

RAVI = {"name": "Ravi", "contact": "+919876543210", "email": "ravi@example.com"}


@pytest.fixture
def shop(billhook_sandbox: Sandbox) -> Iterator[Shop]:
    credentials = (billhook_sandbox.key_id, billhook_sandbox.key_secret)
    client: Any = razorpay.Client(auth=credentials, base_url=billhook_sandbox.url)
    yield Shop(client, billhook_sandbox.webhook_secret, now=lambda: billhook_sandbox.now)
    client.session.close()


def deliver(sandbox: Sandbox, shop: Shop) -> list[int]:
    return [shop.receive(one.body, one.headers) for one in sandbox.webhooks]


def test_a_customer_gets_the_invoice_by_sms_and_email(
    billhook_sandbox: Sandbox, shop: Shop
) -> None:
    shop.order(RAVI, copies=2)
    assert {one.to for one in billhook_sandbox.outbox} == {RAVI["contact"], RAVI["email"]}
    assert all("1,000.00" in one.text for one in billhook_sandbox.outbox)


def test_an_order_is_paid_once_all_of_it_is_paid(billhook_sandbox: Sandbox, shop: Shop) -> None:
    order = shop.order(RAVI, copies=2)
    billhook_sandbox.pay(order.invoice_id, 60000)
    assert deliver(billhook_sandbox, shop) == [200]
    assert (order.status, order.paid) == ("open", 60000)
    billhook_sandbox.pay(order.invoice_id, 40000, method="card")
    assert deliver(billhook_sandbox, shop) == [200, 200]
    assert (order.status, order.paid, shop.stock) == ("paid", 100000, 8)


def test_webhooks_may_come_twice_and_in_any_order(billhook_sandbox: Sandbox, shop: Shop) -> None:
    order = shop.order(RAVI, copies=1)
    for part in (20000, 30000):
        billhook_sandbox.pay(order.invoice_id, part)
    for one in reversed(billhook_sandbox.webhooks * 2):
        assert shop.receive(one.body, one.headers) == 200
    assert (order.status, order.paid) == ("paid", 50000)


def test_what_is_not_paid_in_time_goes_back_into_stock(
    billhook_sandbox: Sandbox, shop: Shop
) -> None:
    order = shop.order(RAVI, copies=3)
    assert shop.stock == 7
    billhook_sandbox.advance(hours=RESERVED_FOR.total_seconds() / 3600)
    assert deliver(billhook_sandbox, shop) == [200]
    assert (order.status, shop.stock) == ("cancelled", 10)
    assert not shop.remind(order)


def test_a_webhook_that_someone_changed_is_refused(billhook_sandbox: Sandbox, shop: Shop) -> None:
    order = shop.order(RAVI, copies=1)
    billhook_sandbox.pay(order.invoice_id, 10000)
    (webhook,) = billhook_sandbox.webhooks
    forged = webhook.body.replace(b"partially_paid", b"paid")
    assert shop.receive(forged, webhook.headers) == 400
    assert shop.receive(webhook.body, {}) == 400
    assert (order.status, order.paid) == ("open", 0)


def test_a_reminder_that_the_provider_refuses_is_not_sent(
    billhook_sandbox: Sandbox, shop: Shop
) -> None:
    order = shop.order(RAVI, copies=1)
    billhook_sandbox.fail("email")
    assert not shop.remind(order)
    assert shop.remind(order)
    mails = [one for one in billhook_sandbox.outbox if one.medium == "email"]
    assert [one.invoice_id for one in mails] == [order.invoice_id] * 2
