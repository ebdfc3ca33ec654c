"""What HighLevel's answers show of an invoice that another API changed, and what is put back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from acceptance.test_highlevel_bad_requests import FULL
from billhook_adapters.testing import NOON
from properties.three_apis import ThreeApis

TAX = {"_id": "tax_1", "name": "VAT", "rate": 10, "calculation": "exclusive", "description": "d"}
ITEM = {"name": "Tea", "currency": "USD", "amount": 5, "qty": 1, "_id": "item_1",
        "priceId": "price_1", "taxes": [TAX]}  # fmt: skip
CONTACT = {"id": "c_1", "name": "Alex", "email": "alex@example.com",
           "phoneNo": "+1-214-559-6993", "companyName": "ABC",
           "address": {"city": "Houston", "countryCode": "USA"}}  # fmt: skip
BODY: dict[str, Any] = {
    "name": "Order", "businessDetails": {"name": "Acme"}, "currency": "USD", "items": [ITEM],
    "discount": {"type": "fixed", "value": 0}, "contactDetails": CONTACT,
    "issueDate": "2026-01-01", "dueDate": "2026-01-14", "sentTo": {"email": []}, "liveMode": True,
}  # fmt: skip
LINE: dict[str, Any] = {"name": "Tea", "unit_amount": 500, "item": None, "taxes": []}
VAT = {"name": "VAT", "rate": "10", "id": "tax_1"}


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def drafted(apis: ThreeApis, **fields: Any) -> str:
    """A draft by HighLevel's API; its id."""
    made = apis.highlevel("POST", "", **{**BODY, **fields})
    assert made.status == 200, made
    return str(made.body["_id"])


def patched(apis: ThreeApis, invoice: str, **fields: Any) -> dict[str, Any]:
    """What HighLevel's API shows once our own API has set these fields."""
    change = apis.native("PATCH", f"/{invoice}", **fields)
    assert change.status == 200, change
    shown = apis.highlevel("GET", f"/{invoice}")
    listed = apis("highlevel", "GET", "/invoices/?altId=loc_1&altType=location&limit=9&offset=0")
    assert (shown.status, listed.status) == (200, 200), (shown, listed)
    assert listed.body["invoices"] == [shown.body]
    return dict(shown.body)


@pytest.mark.parametrize(
    "lines",
    [
        [LINE],
        [],
        [{**LINE, "taxes": [VAT, {"name": "City", "rate": "1"}]}],
        [{**LINE, "name": "Ink", "taxes": [VAT]}, LINE],
        [LINE, {**LINE, "taxes": [VAT]}],
    ],
)
def test_a_line_that_another_api_changed_is_shown_as_it_is(
    apis: ThreeApis, lines: list[dict[str, Any]]
) -> None:
    shown = patched(apis, drafted(apis), lines=lines)["invoiceItems"]
    assert [(item["name"], [tax["name"] for tax in item["taxes"]]) for item in shown] == [
        (line["name"], [tax["name"] for tax in line["taxes"]]) for line in lines
    ]
    kept = [item.get("priceId") for item in shown]
    same = {**LINE, "taxes": [VAT]}
    assert kept == ["price_1" if line == same else None for line in lines]


def test_a_draft_whose_tax_another_api_took_away_is_sent_once(apis: ThreeApis) -> None:
    invoice = drafted(apis)
    patched(apis, invoice, lines=[LINE])
    sent = apis.highlevel("POST", f"/{invoice}/send", userId="u", action="email", liveMode=True)
    assert (sent.status, sent.body["invoice"]["total"]) == (200, 5)
    assert len(apis.running.messages(invoice)) == 1


@pytest.mark.parametrize(
    "customer",
    [
        None,
        {"name": "Asha", "email": "asha@example.com"},
        {"id": "c_1", "name": "Asha"},
        {"id": "c_1", "name": "Alex", "billing_address": {"city": "Pune", "country": "IN"}},
    ],
)
def test_a_contact_that_another_api_changed_keeps_nothing_of_the_old_one(
    apis: ThreeApis, customer: dict[str, Any] | None
) -> None:
    contact = patched(apis, drafted(apis), customer=customer)["contactDetails"]
    assert "companyName" not in contact
    if customer is None:
        assert contact == {}
    else:
        assert (contact["name"], contact["phoneNo"]) == (customer["name"], "")
        assert contact["address"].get("city") == customer.get("billing_address", {}).get("city")


def test_another_currency_is_shown(apis: ThreeApis) -> None:
    shown = patched(apis, drafted(apis), currency="JPY", lines=[LINE])
    assert (shown["currency"], shown["total"], shown["invoiceItems"][0]["amount"]) == (
        "JPY",
        500,
        500,
    )


def test_instalments_that_another_api_changed_are_shown_as_they_are(apis: ThreeApis) -> None:
    halves = {"type": "percentage", "schedules": [{"value": 50, "name": "a"}, {"value": 50}]}
    invoice = drafted(apis, paymentSchedule=halves)
    parts = [{"id": f"i{n}", "percentage": "25"} for n in range(4)]
    shown = patched(apis, invoice, schedule={"instalments": parts})["paymentSchedule"]
    assert [one["value"] for one in shown["schedules"]] == [25] * 4
    assert all("name" not in one for one in shown["schedules"])
    assert patched(apis, invoice, schedule=None)["paymentSchedule"] == {}


@pytest.mark.parametrize(
    "customer",
    [{"name": "Asha Rao"}, {"name": "Asha Rao", "contact": "+12145596993"}, None],
)
def test_razorpay_shows_nothing_of_a_customer_who_was_replaced(
    apis: ThreeApis, customer: dict[str, Any] | None
) -> None:
    person = {"name": "Gaurav Kumar", "contact": "9123456789", "gstin": "29ABCDE1234L1Z1"}
    made = apis.razorpay("POST", "", draft="1", customer=person)
    assert made.body["customer_details"]["gstin"] == person["gstin"]
    invoice = made.body["id"]
    apis.native("PATCH", f"/{invoice}", customer=customer)
    details = apis.razorpay("GET", f"/{invoice}").body["customer_details"]
    assert (details["name"], details["contact"], details["gstin"]) == (
        (customer or {}).get("name"),
        (customer or {}).get("contact"),
        None,
    )


@pytest.mark.parametrize("zone", [None, "America/Los_Angeles"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"items": []},
        {"paymentSchedule": {"type": "fixed", "schedules": [{"value": 5.5}]}},
        {"description": "d", "invoiceNumber": "A-1", "termsNotes": "<p>x</p>"},
        {"sentTo": {"email": ["a@b.example"], "emailCc": [], "phoneNo": ["+12145596993"]}},
        {"attachments": [], "xeroDetails": {"a": None}, "tipsConfiguration": {
            "tipsPercentage": ["5", 10], "tipsEnabled": True}},
    ],
)  # fmt: skip
def test_what_get_answers_can_be_put_back_and_changes_nothing(
    zone: str | None, fields: dict[str, Any]
) -> None:
    apis = ThreeApis(time_zone=zone)
    invoice = drafted(apis, **fields)
    before = apis.running.invoice(invoice)
    shown = apis.highlevel("GET", f"/{invoice}").body
    assert apis.highlevel("PUT", f"/{invoice}", **shown).status == 200
    assert apis.running.invoice(invoice) == before
    apis.close()


def test_one_field_of_what_get_answers_can_be_changed(apis: ThreeApis) -> None:
    made = apis.native(
        "POST", "", currency="KWD", customer={"email": "a@b.example", "time_zone": "Asia/Kolkata"},
        lines=[{"name": "Tea", "unit_amount": 1, "quantity": "0.000001"}, LINE],
        schedule={"instalments": [{"id": "a", "amount": 3}]}, date="2026-01-01T10:30:00.000001Z",
    )  # fmt: skip
    invoice = made.body["invoice"]["id"]
    before = apis.running.invoice(invoice).document
    shown = apis.highlevel("GET", f"/{invoice}").body
    apis.native("PATCH", f"/{invoice}", terms="x")  # updatedAt has moved since
    shown["name"] = "Renamed"
    put = apis.highlevel("PUT", f"/{invoice}", **shown)
    assert put.status == 200, put
    after = apis.running.invoice(invoice).document
    assert after == before.model_copy(update={"title": "Renamed", "terms": "x"})
    contact = {**shown["contactDetails"], "email": "c@d.example"}
    assert (
        apis.highlevel("PUT", f"/{invoice}", **{**shown, "contactDetails": contact}).status == 200
    )
    customer = apis.running.invoice(invoice).document.customer
    assert customer is not None
    assert (customer.email, customer.time_zone, customer.id) == (
        "c@d.example",
        "Asia/Kolkata",
        None,
    )


def test_a_schedule_is_taken_away_by_an_empty_one(apis: ThreeApis) -> None:
    whole = {"type": "percentage", "schedules": [{"value": 100}]}
    invoice = drafted(apis, paymentSchedule=whole)
    shown = apis.highlevel("GET", f"/{invoice}").body
    put = apis.highlevel("PUT", f"/{invoice}", **{**shown, "paymentSchedule": {}})
    assert (put.status, put.body["paymentSchedule"]) == (200, {})


def updated_at(apis: ThreeApis, invoice: str) -> str:
    """The change mark that clients store."""
    return str(apis.highlevel("GET", f"/{invoice}").body["updatedAt"])


SEND = {"userId": "u", "action": "email", "liveMode": True}
MOVES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("native", "PATCH", "", {"terms": "x"}),
    ("highlevel", "PUT", "", {**{name: one for name, one in BODY.items() if name != "items"},
                              "invoiceItems": [ITEM], "name": "Renamed"}),
    ("razorpay", "PATCH", "", {"terms": "y"}),
    ("highlevel", "POST", "/send", SEND),
    ("highlevel", "POST", "/record-payment", {"mode": "cash", "notes": "n", "amount": 1}),
]  # fmt: skip


def test_updated_at_moves_with_every_change_through_any_api(apis: ThreeApis) -> None:
    invoice = drafted(apis)
    marks = [updated_at(apis, invoice)]

    def moved(what: str) -> None:
        marks.append(updated_at(apis, invoice))
        assert marks[-1] > marks[-2], what

    for minute, (api, method, path, body) in enumerate(MOVES, 1):
        apis.running.clock.set(NOON.replace(minute=minute))  # type: ignore[attr-defined]  # it is settable
        answer = getattr(apis, api)(method, f"/{invoice}{path}", **body)
        assert answer.status == 200, answer
        moved(f"{api} {method} {path}")
    apis.running.clock.set(NOON.replace(minute=30))  # type: ignore[attr-defined]  # it is settable
    apis("highlevel", "PATCH", "/invoices/stats/last-visited-at", {"invoiceId": invoice})
    apis("razorpay", "POST", f"/v1/invoices/{invoice}/notify_by/email", {})
    assert updated_at(apis, invoice) == marks[-1], "views, messages and reads change nothing"


def test_every_field_of_the_vendors_request_fits_one_document(apis: ThreeApis) -> None:
    body = {name: one for name, one in FULL.items() if name not in ("altId", "altType")}
    made = apis.highlevel("POST", "", **body)
    assert made.status == 200, made
    sent = apis.highlevel(
        "POST", f"/{made.body['_id']}/send", userId="u", action="email", liveMode=True,
        sentFrom={"fromName": "A"}, autoPayment={"enable": False},
    )  # fmt: skip
    assert sent.status == 200, sent


def test_what_was_kept_of_a_contact_is_not_shown_of_another_one_with_its_details(
    apis: ThreeApis,
) -> None:
    invoice = drafted(apis)
    customer = apis.native("GET", f"/{invoice}").body["customer"]
    assert patched(apis, invoice, customer=customer)["contactDetails"]["companyName"] == "ABC"
    shown = patched(apis, invoice, customer={**customer, "id": "c_2"})["contactDetails"]
    assert (shown["id"], "companyName" in shown) == ("c_2", False)
