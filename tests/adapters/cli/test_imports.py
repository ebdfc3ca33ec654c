"""`billhook import razorpay`: exported invoices get their history here, and no one is notified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.conftest import Billhook, Ran
from billhook.application.command import AnyCommand
from billhook.application.commands import RecordPayment
from billhook.application.records import Search
from billhook.lifecycle.apply import apply
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.cli.database import database, service_over
from billhook_adapters.http.razorpay.serializers import entity
from billhook_adapters.testing.builders import a_webhook_endpoint, add_webhook_endpoint

MADE, ISSUED, PAID, LATER = 1_700_000_002, 1_700_000_000, 1_700_086_400, 1_700_172_800
CUSTOMER = {
    "id": "cust_1",
    "name": "Asha Rao",
    "email": "asha@example.com",
    "contact": "+919876543210",
}
LINE = {
    "id": "li_1",
    "name": "Book",
    "amount": 50000,
    "quantity": 2,
    "currency": "INR",
    "taxes": [],
}


def exported(id: str = "inv_1", **fields: Any) -> dict[str, Any]:
    """An issued invoice as the vendor lists it today."""
    return {
        "id": id,
        "entity": "invoice",
        "type": "invoice",
        "status": "issued",
        "receipt": f"R-{id}",
        "invoice_number": f"R-{id}",
        "customer_id": "cust_1",
        "customer_details": CUSTOMER,
        "order_id": "order_1",
        "line_items": [LINE],
        "amount": 100000,
        "amount_paid": 0,
        "amount_due": 100000,
        "currency": "INR",
        "partial_payment": False,
        "date": ISSUED,
        "issued_at": ISSUED,
        "created_at": MADE,
        "expire_by": None,
        "notes": [],
        "short_url": f"https://rzp.example/i/{id}",
        **fields,
    }


PAGE = {
    "draft": exported("inv_d", status="draft", issued_at=None, short_url=None, receipt=None,
                      invoice_number=None, customer_details=None, customer_id=None, line_items=[],
                      amount=None, amount_paid=None, amount_due=None),
    "issued": exported(),
    "partly paid": exported("inv_pp", status="partially_paid", partial_payment=True,
                            amount_paid=30000, amount_due=70000, payment_id="pay_pp"),
    "paid": exported("inv_p", status="paid", amount_paid=100000, amount_due=0, paid_at=PAID,
                     payment_id="pay_p"),
    "cancelled": exported("inv_c", status="cancelled", cancelled_at=PAID),
    "cancelled draft": exported("inv_cd", status="cancelled", issued_at=None, cancelled_at=PAID),
    "expired": exported("inv_e", status="expired", expire_by=PAID, expired_at=PAID + 60),
    "expired in part paid": exported(
        "inv_ep", status="expired", partial_payment=True, amount_paid=1, expire_by=LATER,
        expired_at=LATER, paid_at=PAID, payment_id="pay_ep",
    ),
    "a link": exported("inv_l", type="link", line_items=[], description="Fee,\nOctober",
                       amount=100),
    "fields of 2016": {
        "id": "inv_2016", "entity": "invoice", "type": None, "status": "issued", "receipt": None,
        "customer_id": None, "line_items": [], "amount": 100, "currency": "INR", "notes": [],
        "customer_details": {"customer_name": "Ravi", "customer_email": None,
                             "customer_contact": "9876543210", "customer_address": None},
        "issued_at": 1_481_541_533, "date": 1_481_541_533, "created_at": 1_481_541_534,
        "short_url": "http://short.example/2016", "view_less": True, "sms_status": None,
    },
    "taxes, and an address": exported(
        "inv_t", amount=118000, notes={"order": 7},
        line_items=[{**LINE, "amount": 50000, "taxes": [{"name": "IGST", "rate": 18}]}],
        customer_details={**CUSTOMER, "gstin": "29ABCDE1234F1Z5", "billing_address": {
            "id": "addr_1", "type": "billing_address", "primary": True, "line1": "12 MG Road",
            "line2": "", "zipcode": 560001, "city": "Bengaluru", "state": "Karnataka",
            "country": "in"}},
    ),
    "payments listed": exported(
        "inv_pl", status="paid", partial_payment=True, amount_paid=100000, paid_at=LATER,
        payments={"entity": "collection", "count": 3, "items": [
            {"id": "pay_b", "amount": 60000, "status": "captured", "created_at": LATER},
            {"id": "pay_x", "amount": 60000, "status": "failed", "created_at": PAID},
            {"id": "pay_a", "amount": 40000, "status": "captured", "created_at": PAID},
        ]},
    ),
}  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'billhook.sqlite3'}"


class Importing:
    """Imports texts into an account, and reads what is there."""

    def __init__(self, billhook: Billhook, url: str, account: str, folder: Path) -> None:
        self._billhook, self._url, self._folder = billhook, url, folder
        self.account = AccountId(account)

    def __call__(self, text: str, *more: str) -> Ran:
        file = self._folder / "export.json"
        file.write_text(text, encoding="utf-8")
        return self._billhook(
            "import",
            "razorpay",
            str(file),
            "--account",
            self.account,
            "--database",
            self._url,
            *more,
        )

    def invoice(self, id: str) -> Invoice:
        with database(self._url) as backend, backend.store.snapshot() as snapshot:
            return next(
                one for one in snapshot.search(self.account, Search(limit=100), NOW) if one.id == id
            )

    def everything(self) -> Any:
        with database(self._url) as backend:
            service = service_over(backend)
            found = service.search(self.account, Search(limit=100))
            with backend.store.snapshot() as snapshot:
                return [
                    (one, snapshot.events(one.key), snapshot.payments_for(one.key),
                     snapshot.messages_about([one.key]))
                    for one in found
                ]  # fmt: skip

    def execute(self, command: AnyCommand) -> Any:
        with database(self._url) as backend:
            return service_over(backend).execute(command)

    def unsent(self) -> Any:
        with database(self._url) as backend:
            return backend.store.outbox_counts(NOW, 10)


NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def importing(billhook: Billhook, acme: Mapping[str, Any], url: str, tmp_path: Path) -> Importing:
    return Importing(billhook, url, acme["account"], tmp_path)


def page(*rows: Any) -> str:
    return json.dumps({"entity": "collection", "count": len(rows), "items": rows})


@pytest.mark.parametrize("name", PAGE)
def test_an_invoice_is_as_it_was_exported(importing: Importing, name: str) -> None:
    row = PAGE[name]
    assert importing(page(row)).out == "1 imported, 0 imported before, 0 not imported\n"
    ((invoice, events, payments, messages),) = importing.everything()
    stored = None
    for recorded in events:
        stored = apply(stored, recorded.event)
        assert recorded.actor == "billhook import"
    assert stored is not None
    assert (stored.id, stored.status) == (row["id"], row["status"])
    assert stored.amount == (row["amount"] or 0)
    assert (
        stored.paid == (row.get("amount_paid") or 0) == sum(one.payment.amount for one in payments)
    )
    assert stored.document.receipt == row["receipt"]
    assert stored.short_url == row["short_url"] if row["issued_at"] else stored.short_url is None
    issued = row["issued_at"]
    assert stored.issued_at == (None if issued is None else datetime.fromtimestamp(issued, UTC))
    assert stored.created_at.timestamp() == min(row["created_at"], issued or row["created_at"])
    assert stored.document.notes == {key: str(value) for key, value in dict(row["notes"]).items()}
    assert not any(messages.values())
    assert invoice.document == stored.document


KEPT = (
    "id", "type", "status", "receipt", "customer_id", "amount", "amount_paid", "amount_due",
    "currency", "description", "expire_by", "issued_at", "paid_at", "cancelled_at", "date",
    "partial_payment", "payment_id", "short_url",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(PAGE) - {"fields of 2016", "draft"}))
def test_the_api_answers_what_was_exported(importing: Importing, name: str) -> None:
    row = PAGE[name] | {"payments": PAGE[name].get("payments")}
    importing(page(row))
    ((invoice, _, payments, _),) = importing.everything()
    shown = entity(invoice, ())
    differing = {key: shown[key] for key in KEPT if key in row and shown[key] != row[key]}
    if invoice.issued_at is None:  # our API has no link and no sums for it yet
        assert differing.keys() <= {"amount_paid", "amount_due", "short_url"}
    elif len(payments) > 1:
        assert differing == {"amount_due": 0}
    elif name in ("paid in part", "expired in part paid", "partly paid"):
        assert differing.keys() <= {"amount_due", "paid_at"}
    else:
        assert differing.keys() <= {"amount_due"}
    details = row["customer_details"]
    assert {key: shown["customer_details"][key] for key in ("name", "email", "contact")} == {
        key: details[key] for key in ("name", "email", "contact")
    }


def test_the_times_and_payments_are_those_of_the_export(importing: Importing) -> None:
    importing(page(*PAGE.values()))
    seen = {invoice.id: (invoice, payments) for invoice, _, payments, _ in importing.everything()}
    paid, (payment,) = seen[InvoiceId("inv_p")]
    assert (paid.paid_at, paid.first_payment) == (datetime.fromtimestamp(PAID, UTC), "pay_p")
    assert (payment.payment.reference, payment.at) == ("pay_p", paid.paid_at)
    assert seen[InvoiceId("inv_e")][0].expired_at == datetime.fromtimestamp(PAID, UTC)
    assert seen[InvoiceId("inv_c")][0].cancelled_at == datetime.fromtimestamp(PAID, UTC)
    listed, both = seen[InvoiceId("inv_pl")]
    assert [one.payment.reference for one in both] == ["pay_a", "pay_b"]
    assert listed.paid_at == datetime.fromtimestamp(LATER, UTC)
    old = seen[InvoiceId("inv_2016")][0].document
    assert old.customer is not None
    assert (old.customer.name, old.customer.contact) == ("Ravi", "+919876543210")


def test_a_payment_of_the_export_that_is_reported_again_is_answered_as_it_was_then(
    importing: Importing,
) -> None:
    importing(page(PAGE["payments listed"]))
    ((invoice, _, payments, _),) = importing.everything()
    first, last = (
        importing.execute(
            RecordPayment(account=importing.account, invoice=invoice.id, payment=one.payment)
        ).unwrap()
        for one in payments
    )
    assert last == invoice
    assert (first.version, first.paid, first.due) == (invoice.version - 1, 40000, 60000)


def test_the_rows_are_found_in_every_form(importing: Importing) -> None:
    one, two, three, four = (exported(f"inv_{n}") for n in range(4))
    text = "\ufeff" + page(one) + "\n\n" + json.dumps([two], indent=2) + "\n"
    text += json.dumps(three) + "\n" + json.dumps(four)
    assert importing(text).out.startswith("4 imported")


def test_a_broken_page_is_reported_once(importing: Importing) -> None:
    broken = json.dumps({"items": [exported()]}, indent=2).replace('"entity"', "entity", 1)
    ran = importing(broken + "\n" + json.dumps(exported("inv_2")), "--json")
    assert (ran.json["imported"], [one["line"] for one in ran.json["refused"]]) == (1, [1])


def test_to_import_it_again_changes_nothing(importing: Importing) -> None:
    text = page(*PAGE.values())
    assert importing(text).status == 0
    before = importing.everything()
    again = importing(text, "--json")
    assert again.json == {"imported": 0, "already_imported": len(PAGE), "refused": []}
    assert importing(text, "--strict").status == 0
    assert importing.everything() == before


WRONG = {
    "not JSON": ("{", "line 2: not JSON: Expecting property name"),
    "not an invoice": ("7", "line 2: not an invoice: it must be a JSON object"),
    "another entity": ({"entity": "payment"}, "(inv_x): entity: Input should be 'invoice'"),
    "no id": ({"id": None}, "line 2: id: "),
    "an id of another form": ({"id": "no id"}, "id: must be"),
    "deleted": ({"status": "deleted"}, "(inv_x): status: "),
    "another amount": ({"amount": 99999}, "amount: it is 99999, but the line items make 100000"),
    "cancelled and paid": (
        {"status": "cancelled", "amount_paid": 100000, "payment_id": "pay_x"},
        "(inv_x): ",
    ),
    "a part that was not allowed": (
        {"status": "partially_paid", "amount_paid": 5, "payment_id": "pay_x"},
        "(inv_x): ",
    ),
    "issued, and paid": (
        {"amount_paid": 100000, "payment_id": "pay_x"},
        "status: it is issued, but what happened makes it paid",
    ),
    "paid with nothing": ({"status": "paid", "amount_paid": 0}, "amount_paid: it is missing"),
    "more payments than paid": (
        {"amount_paid": 5, "payments": [{"id": "pay_x", "amount": 6}]},
        "amount_paid: it is 5, and the payments are more",
    ),
    "expired without a date": ({"status": "expired"}, "(inv_x): "),
    "an e-mail address that is none": (
        {"customer_details": {"email": "canary"}},
        "(inv_x): email: ",
    ),
    "a receipt that is too long": ({"receipt": "1" * 41}, "(inv_x): receipt: "),
    "an infinite amount": ({"amount": float("inf")}, "line 2: Infinity is not JSON"),
    "an amount in rupees": ({"amount": 1000.5}, "(inv_x): amount: "),
    "a payment that is known": (
        {"status": "paid", "amount_paid": 100000, "payment_id": "pay_known"},
        "(inv_x): ",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_cannot_be_imported_is_reported_and_the_rest_goes_on(
    importing: Importing, name: str
) -> None:
    wrong, reason = WRONG[name]
    row = wrong if isinstance(wrong, str) else json.dumps(exported("inv_x") | wrong)
    first = exported("inv_1", status="paid", amount_paid=100000, payment_id="pay_known")
    lines = [json.dumps(first), row, json.dumps(exported("inv_2"))]
    ran = importing("\n".join(lines), "--json")
    assert (ran.status, ran.json["imported"]) == (1, 2)
    (refused,) = ran.json["refused"]
    assert refused["line"] == 2
    shown = importing("\n".join(lines))
    assert shown.out.startswith("line 2")
    assert reason in shown.out
    assert "canary" not in shown.out + shown.err
    assert {one.id for one, *_ in importing.everything()} == {"inv_1", "inv_2"}


def test_strict_stores_all_or_nothing(importing: Importing) -> None:
    ran = importing(page(exported("inv_1"), exported("inv_2", amount=1)), "--strict")
    assert (ran.status, importing.everything()) == (1, [])
    assert ran.out == (
        "line 1, item 2 (inv_2): amount: it is 1, but the line items make 100000\n"
        "0 imported, 0 imported before, 1 not imported\n"
    )
    assert importing(page(exported("inv_1"), exported("inv_2")), "--strict").status == 0
    assert len(importing.everything()) == 2


def test_nothing_is_sent_to_anyone(importing: Importing, url: str) -> None:
    with database(url) as backend:
        endpoint = a_webhook_endpoint(account=importing.account)
        add_webhook_endpoint(service_over(backend), endpoint)
    before = importing.unsent()
    assert importing(page(*PAGE.values())).status == 0
    assert importing.unsent() == before


def test_postgresql_takes_the_same(
    billhook: Billhook, postgresql_url: str, tmp_path: Path, importing: Importing
) -> None:
    created = billhook("account", "create", "--name", "A", "--database", postgresql_url, "--json")
    other = Importing(billhook, postgresql_url, created.json["account"], tmp_path)
    text = page(*PAGE.values(), exported("inv_x", amount=1))
    assert other(text).out == importing(text).out
    one, another = (
        {kept.id: kept.model_copy(update={"account": ""}) for kept, *_ in found.everything()}
        for found in (other, importing)
    )
    assert one == another


def test_a_number_series_keeps_the_exported_numbers(
    importing: Importing, billhook: Billhook, url: str
) -> None:
    created = billhook(
        "account",
        "create",
        "--name",
        "Beta",
        "--number-prefix",
        "INV-",
        "--database",
        url,
        "--json",
    )
    importing.account = AccountId(created.json["account"])
    rows = (
        exported("inv_1", receipt="INV-0001"),
        exported("inv_2", receipt=None, invoice_number=None),
    )
    twice = exported("inv_3", receipt="INV-0001")
    ran = importing(page(*rows, twice))
    assert "item 3 (inv_3): " in ran.out
    assert {one.id: one.shown_number for one, *_ in importing.everything()} == {
        "inv_1": "INV-0001",
        "inv_2": "INV-0002",
    }


def test_a_short_url_that_is_taken_is_replaced(importing: Importing) -> None:
    same = "http://short.example/1"
    assert (
        importing(page(exported("inv_1", short_url=same), exported("inv_2", short_url=same))).status
        == 0
    )
    urls = {one.id: one.short_url for one, *_ in importing.everything()}
    assert (urls["inv_1"], urls["inv_2"].startswith("http://127.0.0.1/i/")) == (same, True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ("highlevel", "x.json"),
            "VENDOR: exports of highlevel cannot be read; those of razorpay can",
        ),
        (("other", "x.json"), "VENDOR: there is no API named 'other'"),
        (("razorpay", "/none/x.json"), "FILE: it cannot be read (No such file or directory)"),
    ],
)
def test_wrong_arguments_are_named(
    billhook: Billhook, url: str, arguments: tuple[str, ...], reason: str
) -> None:
    ran = billhook("import", *arguments, "--account", "acc_1", "--database", url)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert reason in ran.err


def test_an_unknown_account_is_named(importing: Importing) -> None:
    importing.account = AccountId("acc_none")
    ran = importing(page(exported()))
    assert (ran.status, "--account: there is no such account" in ran.err) == (1, True)
