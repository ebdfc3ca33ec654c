"""One domain, two vendor APIs: an invoice of either is read, sent and paid in either."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from acceptance.contract.highlevel import OURS, Vendor, a_payment, a_send, an_item
from acceptance.contract.invoices import a_payer
from acceptance.contract.invoices import a_request as razorpays
from acceptance.contract.sandbox import Sandbox
from acceptance.test_highlevel_python_sdk import a_contact_of_its_own, created, got, refused

VENDOR_APIS = ("razorpay", "highlevel")


class BothApis:
    """One account, through both vendor APIs."""

    def __init__(self, sandbox: Sandbox, vendor: Vendor) -> None:
        self.sandbox, self.vendor = sandbox, vendor
        self.client: Any = sandbox.client()

    def made(self, vendor_api: str) -> tuple[str, str, str]:
        """A draft of 100.00, its payer's phone and e-mail."""
        if vendor_api == "razorpay":
            payer = a_payer()
            items = [{"name": "Book", "amount": 10000}]
            draft = self.client.invoice.create(
                razorpays(draft="1", customer=payer, line_items=items, partial_payment=True)
            )
            return draft["id"], payer["contact"], payer["email"]
        contact = a_contact_of_its_own()
        item = an_item(currency="INR", amount=100, name="Book")
        draft = created(self.vendor, currency="INR", items=[item], contactDetails=contact)
        return draft["_id"], contact["phoneNo"], contact["email"]

    def issue(self, vendor_api: str, invoice: str) -> None:
        """Issue it without a message."""
        if vendor_api == "razorpay":
            self.client.invoice.edit(invoice, {"sms_notify": 0, "email_notify": 0})
            self.client.invoice.issue(invoice)
        else:
            self.vendor("send_invoice", invoice, a_send(action="send_manually"))

    def notify(self, vendor_api: str, invoice: str) -> None:
        """Send it by SMS."""
        if vendor_api == "razorpay":
            assert self.client.invoice.notify_by(invoice, "sms") == {"success": True}
        else:
            self.vendor("send_invoice", invoice, a_send(action="sms"))

    def pay(self, vendor_api: str, invoice: str, amount: int) -> None:
        """Pay so many whole units."""
        if vendor_api == "razorpay":
            self.sandbox.pay(invoice, amount * 100)
        else:
            self.vendor("record_invoice", invoice, a_payment(amount=amount))

    def seen(self, invoice: str) -> tuple[Any, ...]:
        """Status, paid and due in smallest units, as both vendor APIs show them."""
        ours = self.client.invoice.fetch(invoice)
        theirs = got(self.vendor, {"_id": invoice})
        assert ours["status"] == theirs["domainStatus"]
        issued = ours["amount_paid"] is not None
        assert (ours["amount_paid"] or 0) == round(theirs["amountPaid"] * 100)
        assert not issued or ours["amount_due"] == round(theirs["amountDue"] * 100)
        assert ours["amount"] == round(theirs["total"] * 100)
        assert ours["customer_details"]["email"] == theirs["contactDetails"]["email"]
        assert [line["name"] for line in ours["line_items"]] == [
            item["name"] for item in theirs["invoiceItems"]
        ]
        return ours["status"], round(theirs["amountPaid"] * 100)


@pytest.fixture(scope="module")
def both(two_vendors: Sandbox, vendor: Vendor) -> BothApis:
    return BothApis(two_vendors, vendor)


@pytest.mark.parametrize(("makes", "issues", "notifies", "pays"), [*product(VENDOR_APIS, repeat=4)])
def test_each_step_works_through_either_api(
    both: BothApis, makes: str, issues: str, notifies: str, pays: str
) -> None:
    invoice, phone, _ = both.made(makes)
    assert both.seen(invoice) == ("draft", 0)
    both.issue(issues, invoice)
    assert both.seen(invoice) == ("issued", 0)
    both.notify(notifies, invoice)
    assert [message["medium"] for message in both.sandbox.sent(phone)] == ["sms"]
    assert both.client.invoice.fetch(invoice)["sms_status"] == "sent"
    both.pay(pays, invoice, 40)
    assert both.seen(invoice) == ("partially_paid", 4000)
    both.pay(pays, invoice, 60)
    assert both.seen(invoice) == ("paid", 10000)


def test_both_refuse_the_same_operations(both: BothApis) -> None:
    invoice, *_ = both.made("highlevel")
    said = "Operation not allowed for Invoice in draft status."
    with pytest.raises(Exception, match=said):
        both.client.invoice.notify_by(invoice, "sms")
    both.vendor("send_invoice", invoice, a_send(action="send_manually"))
    both.client.invoice.cancel(invoice)
    with refused(400, "Can not send an invoice that is void"):
        both.vendor("send_invoice", invoice, a_send())
    with refused(400, "Can not void an invoice that is void"):
        both.vendor("void_invoice", invoice, OURS)


def test_an_expired_invoice_is_void_in_the_other_api(both: BothApis) -> None:
    draft = both.client.invoice.create(
        razorpays(draft="0", expire_by=both.sandbox.now + 3600, sms_notify=0, email_notify=0)
    )
    both.sandbox.advance(3601)
    shown = got(both.vendor, {"_id": draft["id"]})
    assert (shown["status"], shown["domainStatus"]) == ("void", "expired")
    with refused(400, "Can not send an invoice that is expired"):
        both.vendor("send_invoice", draft["id"], a_send())
    listed = both.vendor("list_invoices", "loc_ours", "location", "100", "0", status="void")
    assert draft["id"] in [one["_id"] for one in listed["invoices"]]


def test_taxes_of_one_api_are_in_the_sums_of_the_other(both: BothApis) -> None:
    taxes = [{"_id": "t1", "name": "VAT", "rate": 10, "calculation": "exclusive"}]
    item = an_item(currency="INR", amount=100, taxes=taxes)
    draft = created(both.vendor, currency="INR", items=[item])
    shown = both.client.invoice.fetch(draft["_id"])
    assert (shown["amount"], shown["tax_amount"], shown["taxable_amount"]) == (11000, 1000, 10000)
