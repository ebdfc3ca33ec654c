"""HighLevel's send: every action in every status, all checks before any effect."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.highlevel import (
    OURS,
    Vendor,
    a_contact,
    a_payment,
    a_request,
    a_send,
    an_update,
    check,
)
from acceptance.contract.sandbox import Sandbox
from acceptance.test_highlevel_python_sdk import a_contact_of_its_own, created, got, refused, sent

ACTIONS = {"sms_and_email": ("sms", "email"), "sms": ("sms",), "email": ("email",),
           "send_manually": ()}  # fmt: skip


def notified_by(sandbox: Sandbox, contact: dict[str, Any]) -> list[str]:
    """The media by which a contact was notified."""
    return [
        message["medium"]
        for address in ("phoneNo", "email")
        for message in sandbox.sent(contact[address])
    ]


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_sends_the_draft_by_its_media(
    vendor: Vendor, two_vendors: Sandbox, action: str
) -> None:
    contact = a_contact_of_its_own()
    draft = created(vendor, contactDetails=contact)
    answer = vendor("send_invoice", draft["_id"], a_send(action=action))
    check("SendInvoicesResponseDto", answer)
    assert answer["invoice"]["status"] == "sent"
    assert notified_by(two_vendors, contact) == [*ACTIONS[action]]
    for medium, data in (("sms", answer["smsData"]), ("email", answer["emailData"])):
        assert bool(data) is (medium in ACTIONS[action])
        if data:
            address = contact["phoneNo" if medium == "sms" else "email"]
            assert [message["to"] for message in data["messages"]] == [address]


@pytest.mark.parametrize(
    ("action", "missing", "said"),
    [
        ("sms", "phoneNo", "SMS can not be sent since the contact has no phone number"),
        ("email", "email", "Email can not be sent since the contact has no email"),
        ("sms_and_email", "phoneNo", "SMS can not be sent since the contact has no phone number"),
        ("sms_and_email", "email", "Email can not be sent since the contact has no email"),
    ],
)
def test_a_missing_address_refuses_the_whole_and_the_draft_stays_a_draft(
    vendor: Vendor, two_vendors: Sandbox, action: str, missing: str, said: str
) -> None:
    contact = {**a_contact_of_its_own(), missing: ""}
    draft = created(vendor, contactDetails=contact)
    number = vendor("generate_invoice_number", "loc_ours", "location")
    with refused(400, said):
        vendor("send_invoice", draft["_id"], a_send(action=action))
    assert got(vendor, draft) == {**draft, "totalSummary": got(vendor, draft)["totalSummary"]}
    assert vendor("generate_invoice_number", "loc_ours", "location") == number
    assert [one for one in notified_by(two_vendors, {**contact, missing: "-"}) if one] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_sending_again_notifies_again_and_keeps_the_status(
    vendor: Vendor, two_vendors: Sandbox, action: str
) -> None:
    contact = a_contact_of_its_own()
    invoice = sent(vendor, contactDetails=contact)
    vendor("record_invoice", invoice["_id"], a_payment(amount=1))
    answer = vendor("send_invoice", invoice["_id"], a_send(action=action))
    assert answer["invoice"]["status"] == "partially_paid"
    assert notified_by(two_vendors, contact) == [*ACTIONS[action]]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("end", ["paid", "void"])
def test_an_ended_invoice_is_not_sent(vendor: Vendor, action: str, end: str) -> None:
    invoice = sent(vendor)
    if end == "paid":
        vendor("record_invoice", invoice["_id"], a_payment())
    else:
        vendor("void_invoice", invoice["_id"], OURS)
    with refused(400, f"Can not send an invoice that is {end}"):
        vendor("send_invoice", invoice["_id"], a_send(action=action))


def test_the_addresses_in_sent_to_are_used_before_the_contact(
    vendor: Vendor, two_vendors: Sandbox
) -> None:
    contact, first, second = a_contact_of_its_own(), a_contact_of_its_own(), a_contact_of_its_own()
    to = {
        "email": [first["email"], second["email"]],
        "emailCc": ["cc@example.com"],
        "emailBcc": ["bcc@example.com"],
    }
    draft = created(vendor, contactDetails=contact, sentTo=to)
    answer = vendor("send_invoice", draft["_id"], a_send())
    assert [one["to"] for one in answer["emailData"]["messages"]] == to["email"]
    assert [one["to"] for one in answer["smsData"]["messages"]] == [contact["phoneNo"]]
    assert two_vendors.sent(contact["email"]) == []
    assert answer["invoice"]["sentTo"] == {**to, "phoneNo": []}


def test_a_test_invoice_is_not_sent(vendor: Vendor, two_vendors: Sandbox) -> None:
    contact = a_contact_of_its_own()
    draft = created(vendor, contactDetails=contact, liveMode=False)
    answer = vendor("send_invoice", draft["_id"], a_send(liveMode=False))
    assert (answer["invoice"]["status"], answer["invoice"]["liveMode"]) == ("sent", False)
    vendor("send_invoice", draft["_id"], a_send(liveMode=True))
    assert notified_by(two_vendors, contact) == []


def test_a_test_of_a_live_invoice_is_not_sent_and_leaves_it_live(
    vendor: Vendor, two_vendors: Sandbox
) -> None:
    contact = a_contact_of_its_own()
    invoice = sent(vendor, contactDetails=contact)
    answer = vendor("send_invoice", invoice["_id"], a_send(liveMode=False))
    assert (answer["smsData"], answer["emailData"]) == ({}, {})
    assert answer["invoice"]["liveMode"] is True
    assert notified_by(two_vendors, contact) == []


VARIANTS = {
    "card": {"brand": "visa", "last4": "4242"},
    "usBankAccount": {"bank_name": "Chase", "last4": "6789"},
    "sepaDirectDebit": {"bank_code": "37040044", "last4": "3000", "branch_code": "1"},
    "bacsDirectDebit": {"sort_code": "108800", "last4": "2345"},
    "becsDirectDebit": {"bsb_number": "000000", "last4": "3456"},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_way_of_automatic_payment_is_kept_and_shown(vendor: Vendor, variant: str) -> None:
    auto = {"enable": True, "type": "x", variant: VARIANTS[variant], "provider": {"any": [1.5]}}
    draft = created(vendor)
    body = a_send(action="send_manually", autoPayment=auto)
    assert vendor("send_invoice", draft["_id"], body)["invoice"]["autoPayment"] == auto
    assert got(vendor, draft)["autoPayment"] == auto
    # The same again is a resend; another is settled.
    vendor("send_invoice", draft["_id"], body)
    other = a_send(action="send_manually", autoPayment={"enable": False})
    with refused(400, "autoPayment can not be changed once the invoice is sent"):
        vendor("send_invoice", draft["_id"], other)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_way_of_automatic_payment_needs_all_of_its_keys(vendor: Vendor, variant: str) -> None:
    draft = created(vendor)
    for name in VARIANTS[variant]:
        lacking = {key: value for key, value in VARIANTS[variant].items() if key != name}
        body = a_send(autoPayment={"enable": True, variant: lacking})
        with refused(422, f"autoPayment.{variant}.{name} should not be empty"):
            vendor("send_invoice", draft["_id"], body)
    assert got(vendor, draft)["status"] == "draft"


def test_a_second_request_under_one_key_sends_nothing_more(
    vendor: Vendor, two_vendors: Sandbox
) -> None:
    contact = a_contact_of_its_own()
    draft = created(vendor, contactDetails=contact)
    key = {"headers": {"Idempotency-Key": contact["id"]}}
    answers = [vendor("send_invoice", draft["_id"], a_send(), options=key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert notified_by(two_vendors, contact) == ["sms", "email"]


def test_a_repeated_text_to_pay_is_the_same_request_though_the_numbers_have_moved_on(
    vendor: Vendor, two_vendors: Sandbox
) -> None:
    contact = a_contact_of_its_own()
    key = {"headers": {"Idempotency-Key": contact["id"]}}
    number = vendor("generate_invoice_number", "loc_ours", "location")["invoiceNumber"]
    body = a_request(contactDetails=contact, invoiceNumber=number) | {
        "userId": "user_1", "action": "send",
    }  # fmt: skip
    first = vendor("text2pay_invoice", body, options=key)
    assert first["invoice"]["invoiceNumber"] == number
    overtaking = vendor("send_invoice", created(vendor)["_id"], a_send(action="send_manually"))
    assert int(overtaking["invoice"]["invoiceNumber"]) > int(number)
    assert vendor("text2pay_invoice", body, options=key) == first
    assert notified_by(two_vendors, contact) == ["sms", "email"]


def test_a_repeated_update_is_the_same_request_though_another_invoice_was_issued(
    vendor: Vendor,
) -> None:
    draft, contact = created(vendor), a_contact_of_its_own()
    key = {"headers": {"Idempotency-Key": contact["id"]}}
    number = vendor("generate_invoice_number", "loc_ours", "location")["invoiceNumber"]
    update = an_update(contactDetails=contact, invoiceNumber=number)
    first = vendor("update_invoice", draft["_id"], update, options=key)
    vendor("send_invoice", created(vendor)["_id"], a_send(action="send_manually"))
    assert vendor("update_invoice", draft["_id"], update, options=key) == first


def test_a_draft_without_a_contact_or_items_is_not_sent(vendor: Vendor) -> None:
    draft = vendor("create_invoice", a_request(items=[], contactDetails=a_contact()))
    with refused(400, "The invoice total must be more than 0 to send an invoice"):
        vendor("send_invoice", draft["_id"], a_send(action="send_manually"))
