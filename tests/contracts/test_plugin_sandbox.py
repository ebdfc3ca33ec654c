"""The sandbox of the pytest plugin, by the vendor's own client and by its own attributes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import razorpay
from razorpay.errors import BadRequestError, SignatureVerificationError

from billhook_adapters.cli.sandbox import stop_at_the_end_of_stdin
from billhook_adapters.testing import Sandbox, SandboxError
from billhook_adapters.testing.sandbox import running_sandbox

AMOUNT = 50000
PHONE, MAIL = "+919876543210", "ravi@example.com"


@pytest.fixture
def client(billhook_sandbox: Sandbox) -> Iterator[Any]:
    auth = (billhook_sandbox.key_id, billhook_sandbox.key_secret)
    made: Any = razorpay.Client(auth=auth, base_url=billhook_sandbox.url)
    yield made
    made.session.close()


def issued(client: Any, **fields: Any) -> str:
    quiet = {"sms_notify": 0, "email_notify": 0}
    payer = {"name": "Ravi", "contact": PHONE, "email": MAIL}
    lines = [{"name": "Atlas", "amount": AMOUNT}]
    invoice: str = client.invoice.create(
        {"type": "invoice", "customer": payer, "line_items": lines, **quiet, **fields}
    )["id"]
    return invoice


def test_the_outbox_has_the_messages_in_the_order_of_sending(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    invoice = issued(client)
    for medium in ("email", "sms", "email"):
        assert client.invoice.notify_by(invoice, medium)["success"]
    sent = billhook_sandbox.outbox
    assert [(one.medium, one.to) for one in sent] == [
        ("email", MAIL),
        ("sms", PHONE),
        ("email", MAIL),
    ]
    mail, text, _ = sent
    assert {one.invoice_id for one in sent} == {invoice}
    assert mail.subject == "Invoice for ₹500.00 from Sandbox key_sandbox"
    assert "₹500.00" in (mail.html or "")
    assert (text.subject, text.html) == (None, None)


def test_a_webhook_is_there_right_after_the_payment_and_its_signature_is_that_of_its_bytes(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    invoice = issued(client, partial_payment=True)
    for part in (20000, 30000):
        billhook_sandbox.pay(invoice, part)
    webhooks = billhook_sandbox.webhooks
    assert [one.event for one in webhooks] == ["invoice.partially_paid", "invoice.paid"]
    for one in webhooks:
        assert one.json["payload"]["invoice"]["entity"]["id"] == invoice
        verify = client.utility.verify_webhook_signature
        verify(one.body.decode(), one.signature, billhook_sandbox.webhook_secret)
        with pytest.raises(SignatureVerificationError):
            verify(str(one.json), one.signature, billhook_sandbox.webhook_secret)


def test_a_payment_by_a_method_is_known_to_the_vendors_api(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    invoice = issued(client)
    paid = billhook_sandbox.pay(invoice, AMOUNT, method="card", reference="pay_card")
    assert (paid.id, paid.status, paid.amount_due) == ("pay_card", "paid", 0)
    assert billhook_sandbox.pay(invoice, AMOUNT, method="card", reference="pay_card") == paid
    assert billhook_sandbox.webhooks[0].json["payload"]["payment"]["entity"]["method"] == "card"
    with pytest.raises(SandboxError, match="paid"):
        billhook_sandbox.pay(invoice, 1)
    with pytest.raises(SandboxError, match="No account has an invoice of this id"):
        billhook_sandbox.pay("inv_00000000000000", 1)


def test_what_expires_by_the_moved_clock_is_expired_and_its_webhook_sent(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    before = billhook_sandbox.now
    until = before + timedelta(days=2)
    invoice = issued(client, expire_by=int(until.timestamp()))
    assert billhook_sandbox.advance(hours=1, days=1) >= before + timedelta(hours=25)
    assert client.invoice.fetch(invoice)["status"] == "issued"
    assert billhook_sandbox.advance(to=until) >= until
    assert client.invoice.fetch(invoice)["status"] == "expired"
    assert [one.event for one in billhook_sandbox.webhooks] == ["invoice.expired"]


def test_a_transient_failure_is_tried_again_once_time_has_passed(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    billhook_sandbox.fail("sms", "transient")
    invoice = issued(client)
    assert client.invoice.notify_by(invoice, "sms") == {"success": False}
    assert billhook_sandbox.outbox == []
    billhook_sandbox.advance(hours=1)
    assert [one.to for one in billhook_sandbox.outbox] == [PHONE]


def test_a_failure_may_be_for_one_address(client: Any, billhook_sandbox: Sandbox) -> None:
    billhook_sandbox.fail("sms", to=PHONE, times=2)
    invoice = issued(client)
    successes = [client.invoice.notify_by(invoice, "sms")["success"] for _ in range(3)]
    assert successes == [False, False, True]


def test_a_bounce_stops_an_address(client: Any, billhook_sandbox: Sandbox) -> None:
    invoice = issued(client, email_notify=1)
    (mail,) = billhook_sandbox.outbox
    billhook_sandbox.report(mail.id, "bounced", suppresses="bounced")
    with pytest.raises(BadRequestError):
        client.invoice.notify_by(invoice, "email")


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_of_another_test_is_left(client: Any, billhook_sandbox: Sandbox, turn: int) -> None:
    assert (billhook_sandbox.outbox, billhook_sandbox.webhooks) == ([], [])
    assert client.invoice.all()["count"] == 0
    assert abs(billhook_sandbox.now - datetime.now(UTC)) < timedelta(minutes=1)  # noqa: TID251  # the sandbox's own is the machine's
    invoice = issued(client, receipt="RCPT-1", sms_notify=1, email_notify=1)
    assert len(billhook_sandbox.outbox) == 2
    billhook_sandbox.pay(invoice, AMOUNT, reference="pay_1")
    billhook_sandbox.fail("sms", "permanent", times=9)
    billhook_sandbox.advance(days=400)
    for sent in billhook_sandbox.outbox:
        billhook_sandbox.report(sent.id, "bounced", suppresses="bounced")


def test_a_reset_in_the_middle_of_a_test_leaves_nothing(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    invoice = issued(client)
    billhook_sandbox.reset()
    with pytest.raises(BadRequestError, match="does not exist"):
        client.invoice.fetch(invoice)


def test_no_id_of_a_webhook_or_an_invoice_comes_again_after_a_reset(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    """A shop that keeps the events it has handled would take a new one for an old one."""
    seen: list[str] = []
    for _ in range(3):
        billhook_sandbox.reset()
        invoice = issued(client)
        billhook_sandbox.pay(invoice, AMOUNT)
        seen += [
            invoice,
            *(one.headers["x-razorpay-event-id"] for one in billhook_sandbox.webhooks),
        ]
    assert len(set(seen)) == len(seen) == 6


@pytest.fixture(scope="module")
def settings(billhook_shared_sandbox: Sandbox) -> dict[str, str]:
    return {"RAZORPAY_URL": billhook_shared_sandbox.url}


def test_a_fixture_of_a_wider_scope_knows_the_same_sandbox(
    settings: dict[str, str], billhook_sandbox: Sandbox
) -> None:
    assert settings["RAZORPAY_URL"] == billhook_sandbox.url


def test_requests_and_resets_at_the_same_time_all_get_an_answer(
    client: Any, billhook_sandbox: Sandbox
) -> None:
    threads = [Thread(target=billhook_sandbox.reset) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        issued(client, sms_notify=1)
    for thread in threads:
        thread.join()
    billhook_sandbox.reset()
    assert client.invoice.all()["count"] == 0


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({}, "give a duration"),
        ({"hours": 1, "to": datetime(2027, 1, 1, tzinfo=UTC)}, "give a duration"),
        ({"to": datetime(2027, 1, 1)}, "no time zone"),  # noqa: DTZ001  # that is the mistake
    ],
)
def test_an_unclear_time_is_refused_before_it_is_sent(moves: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Sandbox("http://127.0.0.1:1").advance(**moves)


def test_it_ends_with_the_program_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *to: ended.append(to))
    with os.fdopen(reader) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        waiting = Thread(target=stop_at_the_end_of_stdin)
        waiting.start()
        assert ended == []
        os.close(writer)  # as happens when that program is killed
        waiting.join()
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_missing_packages_are_one_sentence_that_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['uvicorn'] = None")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    with pytest.raises(SandboxError) as refused, running_sandbox():
        pass
    remedy = "the sandbox needs more packages: pip install 'billhook[all]'"
    assert str(refused.value) == remedy
