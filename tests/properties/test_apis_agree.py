"""One truth between the APIs: what one writes, every other one reads, and none contradicts it.

BILLHOOK_EDITS sets the number of random edits; 10,000 take about a minute.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from decimal import Decimal
from math import floor
from typing import Any

import pytest

from billhook.model.invoice import Status
from billhook.model.money import Currency, major
from billhook.model.pricing import priced
from billhook_adapters.http.highlevel.field_mapping import SHOWN
from billhook_adapters.http.native.schemas.invoices import EditsIn
from billhook_adapters.http.razorpay.schemas.updates import PUT_BACK
from billhook_adapters.system.phone_numbers import e164
from properties.three_apis import Answer, ThreeApis

EDITS = int(os.environ.get("BILLHOOK_EDITS", "240"))
EDITS_AN_INVOICE = 12

PEOPLE: tuple[dict[str, Any], ...] = (
    {"id": "c_1", "name": "Ravi", "email": "ravi@example.com", "phone": "+91 98765-43210"},
    {"id": "c_2", "name": "Asha", "email": "asha@example.com", "phone": ""},
    {"id": "c_1", "name": "Ravi K", "email": "", "phone": "+1-214-559-6993"},
)
TAXES = ("VAT", "GST")
EXCLUSIVE = {"calculation": "exclusive"}
HALVES = [{"value": 50, "name": "first"}, {"value": 50, "dueDate": "2026-03-01"}]


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


class Edits:
    """Random requests to any of the APIs."""

    def __init__(self, apis: ThreeApis, seed: int) -> None:
        self.apis = apis
        self.random = random.Random(seed)  # noqa: S311  # a test that can be repeated

    def some(self, **fields: Any) -> dict[str, Any]:
        """Some of these fields."""
        return {name: one for name, one in fields.items() if self.random.random() < 0.5}

    def item(self, currency: str) -> dict[str, Any]:
        """An item of HighLevel's."""
        choice = self.random.choice
        taxes = [
            {"_id": f"t_{name}", "name": name, "rate": choice([5, 18.5]), **EXCLUSIVE}
            for name in self.random.sample(TAXES, self.random.randrange(3))
        ]
        return {
            "name": choice(["Tea", "Ink"]),
            "currency": currency,
            "amount": choice([1, 20, 300, 0.0042, 4.567]),
            "qty": choice([1, 2, 1.5]),
            **self.some(
                taxes=taxes, productId="p_1", priceId="price_1", _id="item_1", taxInclusive=True,
                description="black",
            ),
        }  # fmt: skip

    def line(self) -> dict[str, Any]:
        """A line of our own API's."""
        choice = self.random.choice
        return {
            "name": choice(["Tea", "Ink"]),
            "unit_amount": choice([100, 2000, 30000, "0.42", "4250.5", "123456789.123456789"]),
            **self.some(
                quantity=choice(["1", "2", "1.5", "0.000001"]), item="p_1", tax_inclusive=True,
                taxes=[{"name": name, "rate": choice(["5", "18.5"])} for name in TAXES],
            ),
        }  # fmt: skip

    def highlevel_body(self, items: str) -> dict[str, Any]:
        """A whole body of HighLevel's."""
        choice, person = self.random.choice, self.random.choice(PEOPLE)
        currency = choice(["INR", "USD"])
        contact = {
            "id": person["id"], "name": person["name"], "email": person["email"],
            "phoneNo": person["phone"],
            **self.some(companyName="ABC", address={"city": "Pune", "countryCode": "IND"}),
        }  # fmt: skip
        return {
            "name": choice(["Order", "Bill"]),
            "currency": currency,
            "businessDetails": choice([{"name": "A"}, {"address": "9931 Beechwood, TX"}, {}]),
            "contactDetails": contact,
            items: [self.item(currency) for _ in range(self.random.randrange(3))],
            "discount": choice(
                [{"type": "percentage", "value": 10}, {"type": "fixed", "value": 0}]
            ),
            "issueDate": "2026-01-01",
            "dueDate": "2026-02-01",
            "sentTo": choice([{"email": []}, {"email": ["ap@acme.example"], "phoneNo": []}]),
            "liveMode": True,
            **self.some(
                termsNotes="<p>x</p>", description="words", invoiceNumber="A-1",
                paymentSchedule=choice([{}, {"type": "percentage", "schedules": HALVES}]),
            ),
        }  # fmt: skip

    def native_fields(self) -> dict[str, Any]:
        """Some fields of a document of our own API's."""
        choice, person = self.random.choice, self.random.choice(PEOPLE)
        customer = {
            **self.some(id=person["id"], name=person["name"], language="hi"),
            "email": person["email"] or None,
            "contact": e164(person["phone"]) or None,
        }
        return self.some(
            title=choice(["Order", None]),
            customer=choice([customer, None]),
            lines=[self.line() for _ in range(self.random.randrange(4))],
            discount=choice([{"percentage": "5"}, {"amount": 50}, None]),
            schedule=choice(
                [{"instalments": [{"id": "a", "amount": 10}, {"id": "b", "percentage": "9"}]}, None]
            ),
            date=choice(["2026-01-01T10:30:00.123456Z", None]),
            due_by=choice(["2026-03-01T23:59:59Z", None]),
            receipt=choice(["R-1", None]),
            description=choice(["words", None]),
            terms="terms",
            notes={"a": "b"},
        )

    def razorpay_fields(self) -> dict[str, Any]:
        """Some fields of Razorpay's update."""
        choice = self.random.choice
        return self.some(
            customer=choice(
                [
                    {"name": "Gaurav Kumar", "contact": "9123456789", "gstin": "29ABCDE1234L1Z1"},
                    {"name": "Nadia Ray", "email": "nadia@example.com"},
                ]
            ),
            description=choice(["text", None]),
            line_items=[{"name": "Pen", "amount": 500, "quantity": 2}],
            terms="14 days",
            notes={"k": "v"},
            receipt=choice(["Z-1", None]),
            comment="c",
        )

    def create(self) -> str:
        """Make a draft through any API; its id."""
        while True:
            answer, key = self.random.choice(
                [
                    lambda: (self.apis.highlevel("POST", "", **self.highlevel_body("items")),
                             "_id"),
                    lambda: (self.apis.native("POST", "", currency="INR", **self.native_fields()),
                             "invoice"),
                    lambda: (self.apis.razorpay("POST", "", draft="1", **self.razorpay_fields()),
                             "id"),
                ]
            )()  # fmt: skip
            assert answer.status < 500, answer
            if answer.status < 300:
                found = answer.body[key]
                return str(found["id"] if key == "invoice" else found)

    def edit(self, id: str) -> Answer:
        """Change the invoice through any API, or try to."""
        apis, choice = self.apis, self.random.choice
        often: list[Any] = [
            lambda: apis.highlevel("PUT", f"/{id}", **self.highlevel_body("invoiceItems")),
            lambda: apis.native("PATCH", f"/{id}", **(self.native_fields() or {"terms": "x"})),
            lambda: apis.razorpay("PATCH", f"/{id}", **(self.razorpay_fields() or {"terms": "x"})),
        ]
        seldom: list[Any] = [
            lambda: apis.highlevel(
                "POST", f"/{id}/send", userId="u", liveMode=True,
                action=choice(["email", "sms", "send_manually"]),
            ),
            lambda: apis.highlevel(
                "POST", f"/{id}/record-payment", mode="cash", notes="n", amount=choice([1, 0.5])
            ),
            lambda: apis.highlevel("POST", f"/{id}/void"),
            lambda: apis.native("POST", f"/{id}/issue"),
            lambda: apis.razorpay("POST", f"/{id}/issue"),
            lambda: apis.razorpay("POST", f"/{id}/notify_by/email"),
        ]  # fmt: skip
        answer: Answer = choice([*often * 4, *seldom])()
        assert answer.status < 500, answer
        return answer


def check_all(apis: ThreeApis, id: str) -> None:
    """Every API shows the invoice, and says the same as the domain."""
    truth = apis.running.invoice(id)
    document = truth.document
    native = apis.native("GET", f"/{id}").body
    highlevel, razorpay = apis.highlevel("GET", f"/{id}"), apis.razorpay("GET", f"/{id}")
    assert (highlevel.status, razorpay.status) == (200, 200), (highlevel, razorpay)
    ours, theirs = highlevel.body, razorpay.body

    def shown(amount: int | Decimal) -> Decimal:
        return major(amount, Currency(document.currency))

    def kept(exact: Decimal) -> Decimal:
        return Decimal(str(float(exact)))  # a JSON number, as most programs read it

    assert native["amount"] == theirs["amount"] == truth.amount
    assert Decimal(str(ours["total"])) == Decimal(str(ours["invoiceTotal"])) == shown(truth.amount)
    assert Decimal(str(ours["amountDue"])) == shown(truth.due)
    assert ours["status"] == SHOWN[Status(native["status"])].status == SHOWN[truth.status].status
    assert ours["currency"] == theirs["currency"] == document.currency
    assert ours["name"] == (document.title or document.description or "")
    items = [
        (one["name"], one.get("description"),
         Decimal(str(one["amount"])), one.get("productId"), one["taxInclusive"],
         [(tax["name"], Decimal(str(tax["rate"]))) for tax in one["taxes"]])
        for one in ours["invoiceItems"]
    ]  # fmt: skip
    assert items == [
        (line.name, line.description, kept(shown(line.unit_amount)), line.item, line.tax_inclusive,
         [(tax.name, tax.rate) for tax in line.taxes])
        for line in document.lines
    ]  # fmt: skip
    prices = priced(document.lines, document.discount)
    assert [
        (one["name"], one["amount"], one["gross_amount"], one["net_amount"])
        for one in theirs["line_items"]
    ] == [
        (line.name, floor(line.unit_amount + Decimal("0.5")), price.price, price.net)
        for line, price in zip(document.lines, prices, strict=True)
    ]
    assert [
        (Decimal(one["unit_amount"]), isinstance(one["unit_amount"], int), one["total"])
        for one in native["lines"]
    ] == [(line.unit_amount, line.unit_amount % 1 == 0, line.total) for line in document.lines]
    customer = document.customer
    if customer is None:
        assert ours["contactDetails"] == {}
        assert theirs["customer_details"]["name"] is None
    else:
        contact, details = ours["contactDetails"], theirs["customer_details"]
        assert contact["name"] == (customer.name or "")
        assert details["name"] == customer.name
        assert (contact["email"] or None) == details["email"] == customer.email
        assert (e164(contact["phoneNo"]) or None) == customer.contact
        assert (details["contact"] or "")[-10:] == (customer.contact or "")[-10:]
        assert (details["gstin"] is None) or customer.name == "Gaurav Kumar"
        assert ("companyName" in contact) <= (contact["id"] in ("c_1", "c_2"))
    assert bool(ours["paymentSchedule"]) == (document.schedule is not None)
    assert theirs["receipt"] == truth.shown_number


def check_identity(apis: ThreeApis, id: str) -> None:
    """What an API answers can be put back, and changes nothing."""
    before = apis.running.invoice(id)
    shown = apis.highlevel("GET", f"/{id}").body
    put = apis.highlevel("PUT", f"/{id}", **shown)
    assert (put.status, put.body) == (
        200,
        {name: value for name, value in shown.items() if name != "totalSummary"},
    )
    assert apis.running.invoice(id) == before
    ours = apis.native("GET", f"/{id}").body
    patched = apis.native("PATCH", f"/{id}", **ours)
    assert (patched.status, patched.body) == (200, ours)
    assert apis.running.invoice(id) == before
    if before.status is Status.DRAFT:
        answered = apis.razorpay("GET", f"/{id}").body
        again = apis.razorpay("PATCH", f"/{id}", **{name: answered[name] for name in PUT_BACK})
        assert again.status == 200, again
        assert apis.running.invoice(id) == before
        writable = EditsIn.model_fields
        patched = apis.native(
            "PATCH", f"/{id}", **{name: ours[name] for name in writable if name in ours}
        )
        assert patched.status == 200, patched
        assert apis.running.invoice(id).document == before.document


def test_random_edits_through_any_api_are_read_alike_through_all(apis: ThreeApis) -> None:
    done = 0
    while done < EDITS:
        edits = Edits(apis, done)
        invoice = edits.create()
        check_all(apis, invoice)
        for _ in range(EDITS_AN_INVOICE):
            edits.edit(invoice)
            done += 1
            check_all(apis, invoice)
        check_identity(apis, invoice)
    listed = apis("highlevel", "GET", "/invoices/?altId=loc_1&altType=location&limit=100&offset=0")
    assert (listed.status, listed.body["total"] > 0) == (200, True)
