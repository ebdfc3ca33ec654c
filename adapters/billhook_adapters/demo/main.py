"""Drives invoices through every status, provokes every documented error, and compares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import Message as Mail
from typing import Any, NamedTuple

import razorpay
from razorpay.errors import BadRequestError
from returns.result import Success

from billhook.application.commands import Cancel, Pay
from billhook.model.invoice import InvoiceId
from billhook.model.money import Currency
from billhook.model.payment import Payment, Reference
from billhook_adapters.demo.service import OURS, SECRET, THEIRS, RunningDemo, running_demo

RAVI = {"name": "Ravi Kumar", "email": "ravi@example.com", "contact": "9876543210"}
BOOKS = [{"name": "Book", "amount": 49900, "quantity": 2}]


class Row(NamedTuple):
    """One request with the expected and the actual response."""

    action: str
    expected: str
    actual: str

    @property
    def agrees(self) -> bool:
        """Whether both responses are equal, without a final full stop."""
        return self.expected.rstrip(".") == self.actual.rstrip(".")


def run() -> int:
    """Run the demo and print its table; 0 where everything was as expected."""
    with running_demo() as running:
        demo = Demo(running)
        demo.lifecycle()
        demo.errors()
        return _report(demo.rows, running)


class Demo:
    """The requests, by the vendor's unmodified SDK; payments go to the invoice service."""

    def __init__(self, running: RunningDemo) -> None:
        self.running, self.rows = running, list[Row]()
        self.client = self._client(OURS, SECRET)

    def lifecycle(self) -> None:
        """Draft to paid, with a message by each medium; another expires, another is cancelled."""
        paid = self.create("create a draft", "draft", draft="1", partial_payment=True)
        self.notify(paid, "sms", "Operation not allowed for Invoice in draft status.")
        self.check("issue it", "issued", lambda: self.client.invoice.issue(paid)["status"])
        self.notify(paid, "sms", "success")
        self.notify(paid, "email", "success")
        self.deliver("deliver both", sms="sent", email="sent", invoice=paid)
        self.check("pay a part", "partially_paid", lambda: self.pay(paid, 30000))
        self.notify(paid, "email", "success")
        self.deliver("deliver the reminder", sms="sent", email="sent", invoice=paid)
        self.check("pay the rest", "paid", lambda: self.pay(paid, 69800))
        self.notify(paid, "sms", "Operation not allowed for Invoice in paid status.")

        soon = int((self.running.clock.now() + timedelta(minutes=16)).timestamp())
        expired = self.create("create one that expires", "issued", expire_by=soon)
        self.running.clock.advance(timedelta(minutes=20))
        self.check("20 minutes later", "expired", lambda: self.status(expired))
        self.notify(expired, "email", "Operation not allowed for Invoice in expired status.")
        self.running.application.engine.drain()
        self.check("after the sweep", "expired", lambda: self.status(expired))

        cancelled = self.create("create one to cancel", "issued")
        self.check("cancel it", "cancelled", lambda: self.cancel(cancelled))
        self.notify(cancelled, "sms", "Operation not allowed for Invoice in cancelled status.")

    def errors(self) -> None:
        """The endpoint's other documented errors."""
        invoice = self.create("create another", "issued")
        self.notify(invoice, "whatsapp", "whatsapp is not a valid communication medium.")
        self.notify("inv_00000000000000", "sms", "The id provided does not exist")
        no_email = self.create("one without e-mail", "issued", customer={**RAVI, "email": None})
        self.notify(
            no_email, "email", "Email can not be sent since email address has not been provided."
        )
        no_phone = self.create("one without phone", "issued", customer={**RAVI, "contact": None})
        self.notify(
            no_phone, "sms", "SMS can not be sent since contact number has not been provided."
        )
        self.client = self._client(THEIRS, SECRET)
        self.notify(invoice, "sms", "The id provided does not exist", who="another account: ")
        self.client = self._client(OURS, "wrong")
        self.notify(invoice, "sms", "Authentication failed", who="wrong secret: ")
        self.client = self._client("unknown", SECRET)
        self.notify(invoice, "sms", "Authentication failed", who="unknown key: ")

    def create(self, action: str, status: str, **fields: Any) -> str:
        """Create an invoice for Ravi; its id."""
        body = {"type": "invoice", "customer": RAVI, "line_items": BOOKS, **fields}
        created: dict[str, Any] = self.client.invoice.create(
            {"sms_notify": False, "email_notify": False, **body}
        )
        self.rows.append(Row(action, status, str(created["status"])))
        return str(created["id"])

    def notify(self, invoice: str, medium: str, expected: str, who: str = "") -> None:
        """Request a message."""

        def request() -> str:
            response = self.client.invoice.notify_by(invoice, medium)
            return "success" if response == {"success": True} else str(response)

        self.check(f"{who}notify by {medium}", expected, request)

    def check(self, action: str, expected: str, request: Callable[[], object]) -> None:
        """Make a request, and keep its response or the SDK's error."""
        try:
            actual = str(request())
        except BadRequestError as error:
            actual = str(error)
        self.rows.append(Row(action, expected, actual))

    def deliver(self, action: str, *, sms: str, email: str, invoice: str) -> None:
        """Let the engine deliver, and check the statuses."""
        self.running.application.engine.drain()

        def statuses() -> str:
            fetched = self.client.invoice.fetch(invoice)
            return f"sms {fetched['sms_status']}, email {fetched['email_status']}"

        self.check(action, f"sms {sms}, email {email}", statuses)

    def status(self, invoice: str) -> str:
        """The status that a fetch shows."""
        return str(self.client.invoice.fetch(invoice)["status"])

    def pay(self, invoice: str, amount: int) -> str:
        """Record a payment through the invoice service."""
        reference = Reference(f"pay_demo{amount:06d}0000")
        payment = Payment(reference=reference, amount=amount, currency=Currency("INR"))
        service = self.running.application.service
        answer = service.execute(Pay(account=OURS, invoice=InvoiceId(invoice), payment=payment))
        return str(answer.unwrap().status if isinstance(answer, Success) else answer.failure())

    def cancel(self, invoice: str) -> str:
        """Cancel through the invoice service."""
        answer = self.running.application.service.execute(
            Cancel(account=OURS, invoice=InvoiceId(invoice))
        )
        return str(answer.unwrap().status if isinstance(answer, Success) else answer.failure())

    def _client(self, account: str, secret: str) -> Any:
        return razorpay.Client(auth=(f"key_{account}", secret), base_url=self.running.url)


def _report(rows: list[Row], running: RunningDemo) -> int:
    wide = max(len(row.action) for row in rows)
    expected = max(len(row.expected) for row in rows)
    print(f"   {'request':{wide}}  {'expected':{expected}}  actual")
    for row in rows:
        mark = "ok" if row.agrees else "NO"
        print(f"{mark} {row.action:{wide}}  {row.expected:{expected}}  {row.actual}")
    print("\nThe SMS to Ravi:")
    for text in running.texts.delivered:
        print(f"  to {text.to}: {text.text}")
    print("The e-mails to Ravi, as the mail server received them:")
    for mail in running.mailbox.mails:
        print(f"  From: {mail['From']}\n  To: {mail['To']}\n  Subject: {mail['Subject']}\n")
        print("".join(f"    {line}\n" for line in _body(mail).splitlines()))
    wrong = sum(not row.agrees for row in rows)
    delivered = (len(running.texts.delivered), len(running.mailbox.mails))
    if delivered != (1, 2):
        print(f"Expected 1 SMS and 2 e-mails, but there were {delivered[0]} and {delivered[1]}.")
        return 1
    print(f"{len(rows) - wrong} of {len(rows)} as expected.")
    return 1 if wrong else 0


def _body(mail: Mail) -> str:
    body = mail.get_payload(decode=True)
    return body.decode() if isinstance(body, bytes) else ""
