"""Every field of the invoice entity in every status, as the vendor's Python SDK gets it."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.invoices import LEAD, PART, Between, Like, a_payer, a_request, id_like
from acceptance.contract.sandbox import Sandbox

AMOUNT = 2 * 49900 + 1099

ADDRESS = {
    "line1": "318 C-Wing, Suyog Co. Housing Society",
    "line2": "T.P.S Road",
    "city": "Mumbai",
    "zipcode": 400092,
    "state": "Maharashtra",
    "country": "IN",
}


def shown_address(kind: str) -> dict[str, Any]:
    shown = {**ADDRESS, "zipcode": "400092", "country": "in"}
    return {**shown, "id": id_like("addr"), "type": kind, "primary": True}


def shown_line(name: str, amount: int, quantity: int, description: str | None) -> dict[str, Any]:
    total = amount * quantity
    return {
        "id": id_like("li"),
        "item_id": None,
        "ref_id": None,
        "ref_type": None,
        "name": name,
        "description": description,
        "amount": amount,
        "unit_amount": amount,
        "gross_amount": total,
        "tax_amount": 0,
        "taxable_amount": total,
        "net_amount": total,
        "currency": "INR",
        "type": "invoice",
        "tax_inclusive": False,
        "hsn_code": None,
        "sac_code": None,
        "tax_rate": None,
        "unit": None,
        "quantity": quantity,
        "taxes": [],
    }


class InvoiceHistory:
    """An invoice that was created in full, and the entity that it must show."""

    def __init__(self, sandbox: Sandbox, client: Any, **fields: Any) -> None:
        self.sandbox, self.client = sandbox, client
        self.payer = a_payer(billing_address=ADDRESS, shipping_address=ADDRESS)
        self.began = sandbox.now
        self.by = self.began + LEAD + 600
        request = a_request(
            customer=self.payer,
            line_items=[
                {"name": "Book", "description": "Hard", "amount": 49900, "quantity": 2},
                {"name": "Pen", "amount": 1099},
            ],
            description="Two books and a pen",
            receipt="R-1",
            expire_by=self.by,
            date=1767268800,
            terms="30 days",
            comment="Thank you",
            notes={"order": "17"},
            first_payment_min_amount=100,
            **fields,
        )
        self.answer = client.invoice.create(request)

    @property
    def name(self) -> str:
        """The invoice's id."""
        return str(self.answer["id"])

    @property
    def recently(self) -> Between:
        """A time since this life began."""
        return Between(self.began, self.sandbox.now)

    def drafted(self, **fields: Any) -> dict[str, Any]:
        """The entity of a draft, but for these fields."""
        payer = self.payer
        absent = (
            "order_id", "payment_id", "issued_at", "paid_at", "cancelled_at", "expired_at",
            "sms_status", "email_status", "amount_paid", "amount_due", "short_url",
            "billing_start", "billing_end", "idempotency_key", "ref_num", "user_id",
            "supply_state_code", "subscription_status", "reminder_status",
        )  # fmt: skip
        return {
            **dict.fromkeys(absent),
            "id": id_like("inv"),
            "entity": "invoice",
            "type": "invoice",
            "receipt": "R-1",
            "invoice_number": "R-1",
            "customer_id": id_like("cust"),
            "customer_details": {
                "id": id_like("cust"),
                "name": payer["name"],
                "email": payer["email"],
                "contact": payer["contact"],
                "gstin": None,
                "billing_address": shown_address("billing_address"),
                "shipping_address": shown_address("shipping_address"),
                "customer_name": payer["name"],
                "customer_email": payer["email"],
                "customer_contact": payer["contact"],
            },
            "line_items": [
                shown_line("Book", 49900, 2, "Hard"),
                shown_line("Pen", 1099, 1, None),
            ],
            "status": "draft",
            "expire_by": self.by,
            "date": 1767268800,
            "terms": "30 days",
            "comment": "Thank you",
            "description": "Two books and a pen",
            "partial_payment": True,
            "gross_amount": AMOUNT,
            "tax_amount": 0,
            "taxable_amount": AMOUNT,
            "amount": AMOUNT,
            "first_payment_min_amount": 100,
            "currency": "INR",
            "currency_symbol": "₹",
            "notes": {"order": "17"},
            "view_less": True,
            "group_taxes_discounts": False,
            "created_at": self.recently,
            **fields,
        }

    def issued(self, **fields: Any) -> dict[str, Any]:
        """The entity of an issued invoice, but for these fields."""
        paid = fields.get("amount_paid", 0)
        return self.drafted(
            **{
                "status": "issued",
                "order_id": id_like("order"),
                "issued_at": self.recently,
                "amount_paid": paid,
                "amount_due": AMOUNT - paid,
                "short_url": Like(r"http://127\.0\.0\.1:\d+/i/[A-Za-z0-9_-]{22}"),
                **fields,
            }
        )

    def fetched(self) -> dict[str, Any]:
        """The entity as it is now; what never changes is as it was at first."""
        now: dict[str, Any] = self.client.invoice.fetch(self.name)
        for name in ("id", "customer_id", "customer_details", "line_items", "created_at"):
            assert now[name] == self.answer[name]
        assert now["customer_details"]["id"] == now["customer_id"]
        if self.answer["issued_at"] is not None:
            for name in ("order_id", "issued_at", "short_url"):
                assert now[name] == self.answer[name]
        return now


@pytest.fixture
def draft(sandbox: Sandbox, client: Any) -> InvoiceHistory:
    return InvoiceHistory(sandbox, client, draft="1")


@pytest.fixture
def history(sandbox: Sandbox, client: Any) -> InvoiceHistory:
    return InvoiceHistory(sandbox, client)


def test_a_draft_has_no_order_no_times_no_money_and_no_url(draft: InvoiceHistory) -> None:
    assert draft.answer == draft.drafted()
    assert draft.fetched() == draft.drafted()


def test_an_issued_invoice_has_its_order_its_time_its_money_and_its_url(
    history: InvoiceHistory,
) -> None:
    assert history.answer == history.issued()
    assert history.fetched() == history.issued()


def test_issuing_a_draft_gives_what_issuing_at_once_gives(draft: InvoiceHistory) -> None:
    assert draft.client.invoice.issue(draft.name) == draft.issued()
    assert draft.fetched() == draft.issued()


def test_a_medium_that_was_used_is_sent_and_the_other_stays_null(
    sandbox: Sandbox, client: Any
) -> None:
    history = InvoiceHistory(sandbox, client, sms_notify=1)
    assert history.fetched() == history.issued(sms_status="sent")


def test_a_part_paid_invoice_has_its_payment_and_no_time_of_payment(
    history: InvoiceHistory,
) -> None:
    payment = history.sandbox.pay(history.name, PART)["id"]
    expected = history.issued(status="partially_paid", amount_paid=PART, payment_id=payment)
    assert history.fetched() == expected


def test_further_parts_do_not_replace_the_first_payment(history: InvoiceHistory) -> None:
    first = history.sandbox.pay(history.name, PART)["id"]
    history.sandbox.pay(history.name, PART)
    expected = history.issued(status="partially_paid", amount_paid=2 * PART, payment_id=first)
    assert history.fetched() == expected


def test_a_paid_invoice_has_its_time_of_payment_and_nothing_due(history: InvoiceHistory) -> None:
    first = history.sandbox.pay(history.name, PART)["id"]
    history.sandbox.pay(history.name, AMOUNT - PART)
    money = {"amount_paid": AMOUNT, "payment_id": first}
    expected = history.issued(status="paid", paid_at=history.recently, **money)
    assert history.fetched() == expected


def test_an_expired_invoice_has_its_time_of_expiry_and_keeps_the_rest(
    history: InvoiceHistory,
) -> None:
    history.sandbox.advance(LEAD + 1200)
    assert history.fetched() == history.issued(
        status="expired", expired_at=Between(history.by, history.sandbox.now)
    )


def test_an_invoice_that_expires_part_paid_keeps_what_was_paid(history: InvoiceHistory) -> None:
    payment = history.sandbox.pay(history.name, PART)["id"]
    history.sandbox.advance(LEAD + 1200)
    assert history.fetched() == history.issued(
        status="expired",
        expired_at=Between(history.by, history.sandbox.now),
        amount_paid=PART,
        payment_id=payment,
    )


def test_a_cancelled_draft_has_only_its_time_of_cancelling(draft: InvoiceHistory) -> None:
    answer = draft.client.invoice.cancel(draft.name)
    expected = draft.drafted(status="cancelled", cancelled_at=draft.recently)
    assert answer == expected
    assert draft.fetched() == expected


def test_a_cancelled_invoice_keeps_its_order_its_money_and_its_url(history: InvoiceHistory) -> None:
    answer = history.client.invoice.cancel(history.name)
    expected = history.issued(status="cancelled", cancelled_at=history.recently)
    assert answer == expected
    assert history.fetched() == expected


def test_what_was_not_given_is_null_and_never_left_out(client: Any, sandbox: Sandbox) -> None:
    request = {"customer": {"name": "Ravi"}, "line_items": [{"name": "Book", "amount": 100}]}
    made = client.invoice.create({**request, "sms_notify": 0, "email_notify": 0})
    assert made.keys() == InvoiceHistory(sandbox, client).answer.keys()
    given = ("receipt", "invoice_number", "expire_by", "terms", "comment", "description",
             "first_payment_min_amount", "sms_status", "email_status")  # fmt: skip
    assert {made[name] for name in given} == {None}
    details = made["customer_details"]
    absent = details.keys() - {"id", "name", "customer_name"}
    assert {details[name] for name in absent} == {None}
    assert (made["notes"], made["partial_payment"]) == ([], False)
    assert made["date"] == made["created_at"]


def test_a_draft_without_a_customer_has_details_that_are_all_null(
    client: Any, sandbox: Sandbox
) -> None:
    made = client.invoice.create(a_request(draft="1", customer=None))
    assert made["customer_id"] is None
    assert made["customer_details"] == dict.fromkeys(
        InvoiceHistory(sandbox, client).answer["customer_details"]
    )


def test_a_contact_is_shown_as_it_was_given_and_may_come_as_a_number(
    client: Any, sandbox: Sandbox
) -> None:
    made = client.invoice.create(a_request(customer=a_payer(contact=9812345670)))
    assert made["customer_details"]["contact"] == "9812345670"
    client.invoice.notify_by(made["id"], "sms")
    assert len(sandbox.sent("+919812345670")) == 1
