"""HighLevel's unmodified Python SDK against a running sandbox: every operation, every answer held
to the vendor's own schemas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from highlevel.error import GHLError

from acceptance.contract.highlevel import (
    OURS,
    Vendor,
    a_contact,
    a_payment,
    a_request,
    a_send,
    an_item,
    an_update,
    check,
)
from acceptance.contract.sandbox import Sandbox

HERE = ("loc_ours", "location")
UNKNOWN = "Unable to find an invoice with the given invoice id"


@contextmanager
def refused(status: int, message: str) -> Iterator[None]:
    """The SDK raises what the vendor would say."""
    with pytest.raises(GHLError) as seen:
        yield
    assert (seen.value.status_code, seen.value.message) == (status, message)


def a_contact_of_its_own() -> dict[str, Any]:
    """A contact that no other test uses."""
    name = uuid4().hex[:12]
    phone = f"+1214{int(name, 16) % 10**7:07}"
    return a_contact(id=name, name=name, phoneNo=phone, email=f"{name}@example.com")


def created(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    """A draft."""
    answer: dict[str, Any] = vendor("create_invoice", a_request(**fields))
    check("CreateInvoiceResponseDto", answer)
    return answer


def sent(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    """An invoice that was sent by hand."""
    draft = created(vendor, **fields)
    answer: dict[str, Any] = vendor("send_invoice", draft["_id"], a_send(action="send_manually"))
    return answer["invoice"]


def paid(vendor: Vendor, invoice: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An invoice after a payment."""
    answer: dict[str, Any] = vendor("record_invoice", invoice["_id"], a_payment(**fields))
    check("RecordPaymentResponseDto", answer)
    assert answer["success"] is True
    return answer["invoice"]


def got(vendor: Vendor, invoice: dict[str, Any]) -> dict[str, Any]:
    """The invoice as get answers it."""
    answer: dict[str, Any] = vendor("get_invoice", invoice["_id"], *HERE)
    check("GetInvoiceResponseDto", answer)
    return answer


@pytest.mark.parametrize("version", [None, "2021-07-28", "2023-02-21", "2021-04-15"])
def test_every_published_version_is_served(two_vendors: Sandbox, version: str | None) -> None:
    assert created(Vendor(two_vendors.url, version=version))["status"] == "draft"


def test_a_draft_is_returned_as_it_was_created(vendor: Vendor) -> None:
    given = a_request(
        title="BILL",
        description="Two things",
        contactDetails=a_contact(companyName="ABC Corp.", customFields=["a"]),
        items=[an_item(amount=19.99, qty=1.5, productId="prod_1", description="A laptop")],
        dueDate="2026-01-14",
        termsNotes="<p>Terms</p>",
        tipsConfiguration={"tipsPercentage": [5, 10], "tipsEnabled": True},
    )
    shown = vendor("create_invoice", given)
    check("CreateInvoiceResponseDto", shown)
    for name in ("name", "title", "description", "currency", "termsNotes", "issueDate", "dueDate",
                 "businessDetails", "tipsConfiguration", "liveMode", "altId"):  # fmt: skip
        assert shown[name] == given[name], name
    contact = given["contactDetails"]
    assert {name: shown["contactDetails"][name] for name in contact} == contact
    (item,) = shown["invoiceItems"]
    assert {name: item[name] for name in given["items"][0]} == given["items"][0]
    assert (shown["total"], shown["amountDue"], shown["amountPaid"]) == (29.99, 29.99, 0)


def test_sums_are_exact_in_every_currency(vendor: Vendor) -> None:
    tenths = created(vendor, items=[an_item(amount=0.1), an_item(amount=0.2)])
    assert tenths["total"] == 0.3
    yen = created(vendor, currency="JPY", items=[an_item(currency="JPY", amount=999)])
    assert (yen["total"], yen["invoiceItems"][0]["amount"]) == (999, 999)
    dinars = created(vendor, currency="KWD", items=[an_item(currency="KWD", amount=0.005, qty=3)])
    assert dinars["total"] == 0.015


def test_taxes_and_a_discount_are_in_the_summary(vendor: Vendor) -> None:
    taxes = [{"_id": "tax_1", "name": "VAT", "rate": 10, "calculation": "exclusive"}]
    draft = created(
        vendor,
        items=[
            an_item(amount=100, taxes=taxes),
            an_item(amount=110, taxes=taxes, taxInclusive=True),
        ],
        discount={"type": "percentage", "value": 50},
    )
    shown = got(vendor, draft)
    assert shown["totalSummary"] == {"subTotal": 210, "discount": 105, "tax": 10}
    assert shown["total"] == 110
    assert shown["discount"] == {"type": "percentage", "value": 50}
    assert shown["invoiceItems"][0]["taxes"] == taxes


def test_a_fixed_discount_may_be_on_some_products(vendor: Vendor) -> None:
    items = [an_item(amount=100, productId="a"), an_item(amount=100, productId="b")]
    discount = {"type": "fixed", "value": 150.5, "validOnProductIds": ["b"]}
    assert created(vendor, items=items, discount=discount)["total"] == 100


def test_an_update_sets_what_it_says_and_keeps_the_rest(vendor: Vendor) -> None:
    draft = created(vendor, title="BILL", termsNotes="Terms")
    updated = vendor("update_invoice", draft["_id"], an_update())
    check("UpdateInvoiceResponseDto", updated)
    assert (updated["name"], updated["total"], updated["dueDate"]) == (
        "Renamed",
        1998,
        "2026-02-01",
    )
    assert (updated["title"], updated["termsNotes"]) == ("BILL", "Terms")
    assert got(vendor, draft)["name"] == "Renamed"


def test_only_a_draft_can_be_updated(vendor: Vendor) -> None:
    invoice = sent(vendor)
    said = "Invoice status need to be draft to update an invoice; it is sent"
    with refused(400, said):
        vendor("update_invoice", invoice["_id"], an_update())
    assert got(vendor, invoice)["name"] == "New Invoice"


def test_a_draft_is_deleted_and_gone(vendor: Vendor) -> None:
    draft = created(vendor)
    answer = vendor("delete_invoice", draft["_id"], *HERE)
    check("DeleteInvoiceResponseDto", answer)
    assert answer["_id"] == draft["_id"]
    with refused(400, UNKNOWN):
        vendor("get_invoice", draft["_id"], *HERE)
    with refused(400, UNKNOWN):
        vendor("delete_invoice", draft["_id"], *HERE)


def test_what_was_sent_is_not_deleted(vendor: Vendor) -> None:
    with refused(400, "Invoice status need to be draft to delete an invoice"):
        vendor("delete_invoice", sent(vendor)["_id"], *HERE)


def test_a_void_keeps_what_is_due(vendor: Vendor) -> None:
    voided = vendor("void_invoice", sent(vendor)["_id"], OURS)
    check("VoidInvoiceResponseDto", voided)
    assert (voided["status"], voided["amountDue"]) == ("void", 999)
    assert voided["domainStatus"] == "cancelled"


def test_a_draft_is_not_voided(vendor: Vendor) -> None:
    with refused(400, "Can not void draft invoice. You can delete draft invoice!"):
        vendor("void_invoice", created(vendor)["_id"], OURS)


@pytest.mark.parametrize("amount", [100, None])
def test_an_invoice_with_payments_is_not_voided(vendor: Vendor, amount: int | None) -> None:
    invoice = sent(vendor)
    after = paid(vendor, invoice, **({} if amount is None else {"amount": amount}))
    with refused(400, f"Can not void an invoice that is {after['status']}"):
        vendor("void_invoice", invoice["_id"], OURS)


def test_payments_come_in_parts_and_the_rest_without_an_amount(vendor: Vendor) -> None:
    invoice = sent(vendor)
    part = paid(vendor, invoice, amount=99.5)
    assert (part["status"], part["amountPaid"], part["amountDue"]) == (
        "partially_paid",
        99.5,
        899.5,
    )
    rest = paid(vendor, invoice)
    assert (rest["status"], rest["amountPaid"], rest["amountDue"]) == ("paid", 999, 0)
    with refused(400, "Can not record a payment for an invoice that is paid"):
        vendor("record_invoice", invoice["_id"], a_payment())


def test_a_payment_of_more_than_is_due_is_refused_whole(vendor: Vendor) -> None:
    invoice = sent(vendor)
    with refused(400, "The amount can not be more than the amount due"):
        vendor("record_invoice", invoice["_id"], a_payment(amount=999.01))
    assert got(vendor, invoice)["amountPaid"] == 0


def test_a_draft_takes_no_payment(vendor: Vendor) -> None:
    with refused(400, "Can not record a payment for an invoice that is draft"):
        vendor("record_invoice", created(vendor)["_id"], a_payment())


def test_instalments_are_paid_by_their_ids(vendor: Vendor) -> None:
    schedule = {
        "type": "percentage",
        "schedules": [
            {"_id": "first", "value": 33.33, "dueDate": "2026-01-10"},
            {"_id": "second", "value": 66.67, "dueDate": "2026-02-10"},
        ],
    }
    invoice = sent(vendor, paymentSchedule=schedule)
    after = paid(vendor, invoice, paymentScheduleIds=["first"])
    assert after["amountPaid"] == 332.97
    first, second = after["paymentSchedule"]["schedules"]
    assert (first["status"], first["amount"], first["dueDate"]) == ("paid", 332.97, "2026-01-10")
    assert (second["status"], second["amount"]) == ("pending", 666.03)
    with refused(400, "Unable to find a payment schedule with the given id"):
        vendor("record_invoice", invoice["_id"], a_payment(paymentScheduleIds=["third"]))
    with refused(400, "The payment schedule is already paid"):
        vendor("record_invoice", invoice["_id"], a_payment(paymentScheduleIds=["first"]))
    assert got(vendor, invoice)["amountPaid"] == 332.97


def test_the_second_instalment_is_paid_before_the_first(vendor: Vendor) -> None:
    schedule = {
        "type": "fixed",
        "schedules": [
            {"_id": "first", "value": 399, "dueDate": "2026-01-10"},
            {"_id": "second", "value": 600, "dueDate": "2026-02-10"},
        ],
    }
    invoice = sent(vendor, paymentSchedule=schedule)
    with refused(400, "The amount can not be more than what is due of the payment schedule"):
        too_much = a_payment(amount=399.01, paymentScheduleIds=["first"])
        vendor("record_invoice", invoice["_id"], too_much)
    after = paid(vendor, invoice, paymentScheduleIds=["second"])
    assert after["amountPaid"] == 600
    statuses = [one["status"] for one in after["paymentSchedule"]["schedules"]]
    assert statuses == ["pending", "paid"]
    part = paid(vendor, invoice, amount=100)
    assert [one["status"] for one in part["paymentSchedule"]["schedules"]] == statuses
    rest = paid(vendor, invoice, paymentScheduleIds=["first"])
    assert (rest["status"], rest["amountDue"]) == ("paid", 0)


def test_a_schedule_must_add_up(vendor: Vendor) -> None:
    schedule = {"type": "fixed", "schedules": [{"value": 500}, {"value": 498.99}]}
    with refused(422, "paymentSchedule.schedules must add up to the total"):
        vendor("create_invoice", a_request(paymentSchedule=schedule))


def test_late_fees_are_kept_and_shown_on_a_draft(vendor: Vendor) -> None:
    fees = {
        "enable": True,
        "value": 10.5,
        "type": "fixed",
        "frequency": {"intervalCount": 10, "interval": "day"},
    }
    draft, body = created(vendor), {**OURS, "lateFeesConfiguration": fees}
    updated = vendor("update_invoice_late_fees_configuration", draft["_id"], body)
    check("UpdateInvoiceResponseDto", updated)
    assert updated["lateFeesConfiguration"] == fees
    assert updated["total"] == 999


def test_numbers_are_assigned_at_sending_without_gaps(vendor: Vendor) -> None:
    upcoming = vendor("generate_invoice_number", *HERE)
    check("GenerateInvoiceNumberResponseDto", upcoming)
    draft = created(vendor, invoiceNumber=upcoming["invoiceNumber"])
    assert draft["invoiceNumber"] == upcoming["invoiceNumber"]
    overtaking = sent(vendor)
    late = vendor("send_invoice", draft["_id"], a_send(action="send_manually"))["invoice"]
    assert overtaking["invoiceNumber"] == upcoming["invoiceNumber"]
    assert int(late["invoiceNumber"]) == int(upcoming["invoiceNumber"]) + 1


def test_a_number_of_the_series_cannot_be_given_again(vendor: Vendor) -> None:
    taken = sent(vendor)["invoiceNumber"]
    late = sent(vendor, invoiceNumber=taken)
    assert int(late["invoiceNumber"]) > int(taken)


def test_an_update_may_rename_the_contact_alone(vendor: Vendor) -> None:
    updated = vendor("update_invoice", created(vendor)["_id"], an_update(contactId="contact_9"))
    assert updated["contactDetails"]["id"] == "contact_9"
    assert updated["contactDetails"]["email"] == "alex@example.com"


def test_a_given_number_is_kept(vendor: Vendor) -> None:
    assert sent(vendor, invoiceNumber="A-77")["invoiceNumber"] == "A-77"


def test_the_settings_have_the_prefix_of_numbers(vendor: Vendor) -> None:
    settings = vendor("get_invoice_settings", *HERE)
    check("GetInvoiceSettingsResponseDto", settings)
    assert settings["altId"] == "loc_ours"


def test_a_visit_is_recorded(vendor: Vendor, two_vendors: Sandbox) -> None:
    invoice = sent(vendor)
    vendor("update_invoice_last_visited_at", {"invoiceId": invoice["_id"]})
    with refused(400, UNKNOWN):
        vendor("update_invoice_last_visited_at", {"invoiceId": "inv_unknown"})
    assert two_vendors.url  # the event is shown by the native API


def test_text_to_pay_makes_a_draft_updates_it_and_sends_it(
    vendor: Vendor, two_vendors: Sandbox
) -> None:
    contact = a_contact_of_its_own()
    body = {**a_request(contactDetails=contact), "userId": "user_1"}
    drafted = vendor("text2pay_invoice", {**body, "action": "draft"})
    check("Text2PayInvoiceResponseDto", drafted)
    assert drafted["invoice"]["status"] == "draft"
    with urlopen(drafted["invoiceUrl"]) as page:  # noqa: S310  # the sandbox's own page
        assert "This invoice is not issued yet" in page.read().decode()
    again = {**body, "id": drafted["invoice"]["_id"], "name": "Changed", "action": "send"}
    answer = vendor("text2pay_invoice", again)
    check("Text2PayInvoiceResponseDto", answer)
    assert (answer["invoice"]["status"], answer["invoice"]["name"]) == ("sent", "Changed")
    (message,) = two_vendors.sent(contact["phoneNo"])
    assert answer["invoiceUrl"] == drafted["invoiceUrl"]
    assert answer["invoiceUrl"] in message["text"]


def test_text_to_pay_needs_an_address_and_stores_nothing_without(vendor: Vendor) -> None:
    before = vendor("list_invoices", *HERE, "1", "0")["total"]
    without_address = a_contact(phoneNo="", email="")
    body = {**a_request(contactDetails=without_address), "userId": "user_1", "action": "send"}
    with refused(400, "SMS can not be sent since the contact has no phone number"):
        vendor("text2pay_invoice", body)
    assert vendor("list_invoices", *HERE, "1", "0")["total"] == before


def test_another_location_is_forbidden(two_vendors: Sandbox, vendor: Vendor) -> None:
    draft, theirs = created(vendor), Vendor(two_vendors.url, "pit-theirs")
    with refused(403, "The token does not have access to this location."):
        theirs("get_invoice", draft["_id"], *HERE)
    with refused(400, UNKNOWN):
        theirs("get_invoice", draft["_id"], "loc_theirs", "location")


@pytest.mark.parametrize("token", ["pit-unknown", "ours", "s3cret"])
def test_every_wrong_token_is_refused_alike(two_vendors: Sandbox, token: str) -> None:
    with refused(401, "Invalid token: access token is invalid"):
        Vendor(two_vendors.url, token)("get_invoice", "inv_1", *HERE)
