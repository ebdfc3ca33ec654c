"""The vendor's Python SDK against the service as it is run: messages wait until they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import razorpay

from acceptance.contract.invoices import a_payer, a_request, refused
from billhook_adapters.demo.service import OURS, SECRET, RunningDemo, running_demo


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningDemo]:
    with running_demo() as started:
        yield started


@pytest.fixture(scope="module")
def client(demo: RunningDemo) -> Iterator[Any]:
    made = razorpay.Client(auth=(f"key_{OURS}", SECRET), base_url=demo.url)
    yield made
    made.session.close()


def media(invoice: dict[str, Any]) -> tuple[str | None, str | None]:
    return invoice["sms_status"], invoice["email_status"]


def test_a_requested_medium_is_pending_at_issue_and_then_sent(
    client: Any, demo: RunningDemo
) -> None:
    request = a_request(customer=a_payer(contact=None), sms_notify=1, email_notify=True)
    issued = client.invoice.create(request)
    assert media(issued) == (None, "pending")
    demo.application.engine.drain()
    assert media(client.invoice.fetch(issued["id"])) == (None, "sent")


def test_a_draft_that_is_issued_is_pending_by_the_flags_it_was_created_with(
    client: Any, demo: RunningDemo
) -> None:
    draft = client.invoice.create(a_request(draft="1", sms_notify=1))
    assert media(draft) == (None, None)
    assert media(client.invoice.issue(draft["id"])) == ("pending", None)
    demo.application.engine.drain()
    assert media(client.invoice.fetch(draft["id"])) == ("sent", None)


def test_notify_by_is_a_success_as_soon_as_it_is_queued_and_a_resend_stays_sent(
    client: Any, demo: RunningDemo
) -> None:
    invoice = client.invoice.create(a_request())
    for before in ("pending", "sent"):
        assert client.invoice.notify_by(invoice["id"], "sms") == {"success": True}
        assert media(client.invoice.fetch(invoice["id"])) == (before, None)
        demo.application.engine.drain()
        assert client.invoice.fetch(invoice["id"]) == {**invoice, "sms_status": "sent"}


def test_a_message_that_waits_when_its_invoice_is_cancelled_is_not_sent(
    client: Any, demo: RunningDemo
) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer, sms_notify=1))
    client.invoice.cancel(invoice["id"])
    demo.application.engine.drain()
    assert payer["contact"] not in {message.to for message in demo.texts.delivered}
    assert client.invoice.fetch(invoice["id"])["sms_status"] != "sent"


def test_a_phone_number_is_echoed_as_it_was_given_and_reached_in_e164(
    client: Any, demo: RunningDemo
) -> None:
    invoice = client.invoice.create(a_request(customer=a_payer(contact="9876543210")))
    assert invoice["customer_details"]["contact"] == "9876543210"
    client.invoice.notify_by(invoice["id"], "sms")
    demo.application.engine.drain()
    assert demo.texts.delivered[-1].to == "+919876543210"


def test_a_refused_request_stores_nothing(client: Any, demo: RunningDemo) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    tables = ("invoices", "events", "messages")
    count = f"select {', '.join(f'(select count(*) from {name})' for name in tables)}"  # noqa: S608  # our own names

    def rows() -> Any:
        with demo.application.backend.database.connect() as connection:
            return connection.exec_driver_sql(count).one()

    before = rows()
    with refused("customer is required."):
        client.invoice.create(a_request(customer=None))
    with refused("Operation not allowed for Invoice in draft status."):
        client.invoice.notify_by(draft["id"], "sms")
    assert rows() == before
