"""Walks invoices through their lives, provokes every documented refusal, and compares."""

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
from billhook_adapters.demo.service import OURS, SECRET, THEIRS, World, small_world

RAVI = {"name": "Ravi Kumar", "email": "ravi@example.com", "contact": "9876543210"}
BOOKS = [{"name": "Book", "amount": 49900, "quantity": 2}]


class Row(NamedTuple):
    """One thing that was tried."""

    what: str
    expected: str
    seen: str

    @property
    def agrees(self) -> bool:
        """What was seen is what was expected; final periods do not count."""
        return self.expected.rstrip(".") == self.seen.rstrip(".")


def run() -> int:
    """Run the demo and print its table; 0 where everything was as expected."""
    with small_world() as world:
        demo = Demo(world)
        demo.lives()
        demo.refusals()
        return _report(demo.rows, world)


class Demo:
    """The walk, by the vendor's unmodified SDK; payments come in at the desk."""

    def __init__(self, world: World) -> None:
        self.world, self.rows = world, list[Row]()
        self.client = self._client(OURS, SECRET)

    def lives(self) -> None:
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

        soon = int((self.world.clock.now() + timedelta(minutes=16)).timestamp())
        expired = self.create("create one that expires", "issued", expire_by=soon)
        self.world.clock.advance(timedelta(minutes=20))
        self.check("20 minutes later", "expired", lambda: self.status(expired))
        self.notify(expired, "email", "Operation not allowed for Invoice in expired status.")
        self.world.application.engine.drain()
        self.check("after the sweep", "expired", lambda: self.status(expired))

        cancelled = self.create("create one to cancel", "issued")
        self.check("cancel it", "cancelled", lambda: self.cancel(cancelled))
        self.notify(cancelled, "sms", "Operation not allowed for Invoice in cancelled status.")

    def refusals(self) -> None:
        """The endpoint's other documented refusals."""
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
        self.client = self._client("nobody", SECRET)
        self.notify(invoice, "sms", "Authentication failed", who="unknown key: ")

    def create(self, what: str, status: str, **fields: Any) -> str:
        """Create an invoice for Ravi; its id."""
        body = {"type": "invoice", "customer": RAVI, "line_items": BOOKS, **fields}
        created: dict[str, Any] = self.client.invoice.create(
            {"sms_notify": False, "email_notify": False, **body}
        )
        self.rows.append(Row(what, status, str(created["status"])))
        return str(created["id"])

    def notify(self, invoice: str, medium: str, expected: str, who: str = "") -> None:
        """Ask for a message."""

        def ask() -> str:
            answer = self.client.invoice.notify_by(invoice, medium)
            return "success" if answer == {"success": True} else str(answer)

        self.check(f"{who}notify by {medium}", expected, ask)

    def check(self, what: str, expected: str, act: Callable[[], object]) -> None:
        """Do something, and note what was seen: an answer or the SDK's error."""
        try:
            seen = str(act())
        except BadRequestError as refused:
            seen = str(refused)
        self.rows.append(Row(what, expected, seen))

    def deliver(self, what: str, *, sms: str, email: str, invoice: str) -> None:
        """Let the engine do what is due, and look at the statuses."""
        self.world.application.engine.drain()

        def statuses() -> str:
            seen = self.client.invoice.fetch(invoice)
            return f"sms {seen['sms_status']}, email {seen['email_status']}"

        self.check(what, f"sms {sms}, email {email}", statuses)

    def status(self, invoice: str) -> str:
        """The status that a fetch shows."""
        return str(self.client.invoice.fetch(invoice)["status"])

    def pay(self, invoice: str, amount: int) -> str:
        """Take a payment at the desk."""
        reference = Reference(f"pay_demo{amount:06d}0000")
        payment = Payment(reference=reference, amount=amount, currency=Currency("INR"))
        service = self.world.application.service
        answer = service.execute(Pay(account=OURS, invoice=InvoiceId(invoice), payment=payment))
        return str(answer.unwrap().status if isinstance(answer, Success) else answer.failure())

    def cancel(self, invoice: str) -> str:
        """Cancel at the desk."""
        answer = self.world.application.service.execute(
            Cancel(account=OURS, invoice=InvoiceId(invoice))
        )
        return str(answer.unwrap().status if isinstance(answer, Success) else answer.failure())

    def _client(self, account: str, secret: str) -> Any:
        return razorpay.Client(auth=(f"key_{account}", secret), base_url=self.world.url)


def _report(rows: list[Row], world: World) -> int:
    wide = max(len(row.what) for row in rows)
    expected = max(len(row.expected) for row in rows)
    print(f"   {'what was done':{wide}}  {'expected':{expected}}  seen")
    for row in rows:
        mark = "ok" if row.agrees else "NO"
        print(f"{mark} {row.what:{wide}}  {row.expected:{expected}}  {row.seen}")
    print("\nThe text that Ravi got:")
    for text in world.texts.delivered:
        print(f"  to {text.to}: {text.text}")
    print("The mails that Ravi got, as the mail server took them:")
    for mail in world.mailbox.mails:
        print(f"  From: {mail['From']}\n  To: {mail['To']}\n  Subject: {mail['Subject']}\n")
        print("".join(f"    {line}\n" for line in _body(mail).splitlines()))
    wrong = sum(not row.agrees for row in rows)
    delivered = (len(world.texts.delivered), len(world.mailbox.mails))
    if delivered != (1, 2):
        print(f"Expected 1 text and 2 mails, saw {delivered[0]} and {delivered[1]}.")
        return 1
    print(f"{len(rows) - wrong} of {len(rows)} as expected.")
    return 1 if wrong else 0


def _body(mail: Mail) -> str:
    body = mail.get_payload(decode=True)
    return body.decode() if isinstance(body, bytes) else ""
