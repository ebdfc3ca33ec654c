"""The documented example of HighLevel's send: its request as it stands, and every field of its
answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from acceptance.contract.highlevel import (
    OURS,
    TOKEN,
    Vendor,
    a_contact,
    a_request,
    an_item,
    plainly,
)
from acceptance.contract.sandbox import Sandbox, sandbox

REQUEST = """
{
  "altId": "6578278e879ad2646715ba9c", "altType": "location",
  "userId": "6578278e879ad2646715ba9c", "action": "sms_and_email", "liveMode": true,
  "sentFrom": {"fromName": "Alex", "fromEmail": "alex@example.com"},
  "autoPayment": {
    "enable": true, "type": "<string>", "paymentMethodId": "<string>", "customerId": "<string>",
    "card": {"brand": "<string>", "last4": "<string>"},
    "usBankAccount": {"bank_name": "<string>", "last4": "<string>"},
    "sepaDirectDebit": {"bank_code": "<string>", "last4": "<string>", "branch_code": "<string>"},
    "bacsDirectDebit": {"sort_code": "<string>", "last4": "<string>"},
    "becsDirectDebit": {"bsb_number": "<string>", "last4": "<string>"},
    "cardId": "<string>", "provider": {}
  }
}
"""
ANSWER: dict[str, Any] = {
    "invoice": {
        "_id": "6578278e879ad2646715ba9c", "status": "draft", "liveMode": False, "amountPaid": 0,
        "altId": "6578278e879ad2646715ba9c", "altType": "location", "name": "New Invoice",
        "businessDetails": {
            "name": "Alex",
            "address": {"addressLine1": "9931 Beechwood", "city": "St. Houston", "state": "TX",
                        "countryCode": "USA", "postalCode": "559-6993"},
            "phoneNo": "+1-214-559-6993", "website": "www.example.com",
        },
        "invoiceNumber": "19", "currency": "USD",
        "contactDetails": {
            "id": "c6tZZU0rJBf30ZXx9Gli", "phoneNo": "+1-214-559-6993",
            "email": "alex@example.com", "customFields": [], "name": "Alex",
            "address": {"countryCode": "US"},
        },
        "issueDate": "2023-01-01", "dueDate": "2023-01-01",
        "invoiceItems": [{"taxes": [], "_id": "c6tZZU0rJBf30ZXx9Gli",
                          "productId": "c6tZZU0rJBf30ZXx9Gli", "priceId": "c6tZZU0rJBf30ZXx9Gli",
                          "currency": "USD", "name": "Macbook Pro", "qty": 1, "amount": 999}],
        "total": 999, "title": "INVOICE", "amountDue": 999,
        "createdAt": "2023-12-12T09:27:42.355Z", "updatedAt": "2023-12-12T09:27:42.355Z",
        "discount": {"type": "percentage", "value": 0}, "automaticTaxesEnabled": True,
        "automaticTaxesCalculated": True, "paymentSchedule": {},
    },
    "smsData": {}, "emailData": {},
}  # fmt: skip
"""The example of the answer: one example stands for all of the vendor's answers, so its status and
ids are unknown."""

OWN = {"_id", "altId", "status", "createdAt", "updatedAt", "liveMode", "automaticTaxesCalculated"}
"""What an answer says of its own invoice, beside the example."""


@pytest.fixture(scope="module", name="two_vendors")
def _untouched(new_database: Callable[[], str]) -> Iterator[Sandbox]:
    """A sandbox of its own: the example's number is 19, and must not have been drawn before."""
    with sandbox("--database", new_database(), "--location", f"{TOKEN}:{OURS['altId']}") as started:
        yield started


@pytest.fixture(scope="module", name="vendor")
def _vendor(two_vendors: Sandbox) -> Vendor:
    return Vendor(two_vendors.url)


def drafted(vendor: Vendor) -> str:
    """The example's invoice as a draft."""
    shown = ANSWER["invoice"]
    item = {name: value for name, value in shown["invoiceItems"][0].items() if name != "taxes"}
    draft = vendor(
        "create_invoice",
        a_request(
            businessDetails=shown["businessDetails"],
            contactDetails=a_contact(customFields=[], address={"countryCode": "US"}),
            items=[an_item(**item)],
            invoiceNumber="19",
            issueDate="2023-01-01",
            automaticTaxesEnabled=True,
        ),
    )
    name: str = draft["_id"]
    return name


def request(url: str, body: str, invoice: str) -> httpx.Response:
    """What the documented request is answered."""
    with plainly(url) as client:
        kind = {"Content-Type": "application/json"}
        return client.post(f"/invoices/{invoice}/send", content=body, headers=kind)


def test_the_documented_request_is_answered_with_every_documented_field(
    two_vendors: Sandbox, vendor: Vendor
) -> None:
    body = REQUEST.replace('"altId": "6578278e879ad2646715ba9c"', f'"altId": "{OURS["altId"]}"')
    answer = request(two_vendors.url, body, drafted(vendor))
    assert answer.status_code == 200, answer.text
    answered = answer.json()
    assert set(answered) == set(ANSWER)
    shown, invoice = ANSWER["invoice"], answered["invoice"]
    assert set(invoice) >= set(shown)
    assert {name: invoice[name] for name in set(shown) - OWN} == {
        name: value for name, value in shown.items() if name not in OWN
    }
    assert invoice["status"] == "sent"
    assert invoice["autoPayment"] == json.loads(REQUEST)["autoPayment"]


def test_the_documented_request_as_it_stands_is_another_locations(
    two_vendors: Sandbox, vendor: Vendor
) -> None:
    answer = request(two_vendors.url, REQUEST, drafted(vendor))
    assert answer.status_code == 403
