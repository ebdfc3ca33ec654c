"""What client programs of HighLevel's Invoices API send, what is right for it, and what taught it.

The source is a public report or program, as its path on github.com, where that is known; else
"neighbour" for a case that lies beside one of the others. Amounts are in
major units.
"""

from __future__ import annotations

from typing import Any, NamedTuple

CONTACT: dict[str, Any] = {
    "id": "c_1",
    "name": "Ravi",
    "phoneNo": "+1-214-559-6993",
    "email": "ravi@example.com",
}
ITEM: dict[str, Any] = {"name": "Tea", "currency": "USD", "amount": 5, "qty": 1}
INVOICE: dict[str, Any] = {
    "name": "Order",
    "businessDetails": {"name": "Acme"},
    "currency": "USD",
    "items": [ITEM],
    "discount": {"type": "percentage", "value": 0},
    "contactDetails": CONTACT,
    "issueDate": "2026-01-01",
    "sentTo": {"email": ["ravi@example.com"]},
    "liveMode": True,
}
TEXT2PAY = {
    name: INVOICE[name]
    for name in ("name", "currency", "items", "contactDetails", "issueDate", "sentTo", "liveMode")
} | {"userId": "user_1"}
"""What text2pay requires: neither `businessDetails` nor `discount`."""

WOOCOMMERCE = "georges-shed/WHG-CRM-Woocomerce-Integration/blob/main/ghl_api/ghl-invoice.php"
REQUIRED = "GoHighLevel/highlevel-api-docs/issues/16"
PROGRAM = "a public client program"
NEIGHBOUR = "neighbour"


def without(*names: str, **fields: Any) -> dict[str, Any]:
    """An invoice with these fields, and without those of these names."""
    return {name: one for name, one in {**INVOICE, **fields}.items() if name not in names}


class Refused(NamedTuple):
    """A body of `POST /invoices/` that is refused, the whole list of reasons, and the source."""

    body: dict[str, Any]
    messages: list[str]
    source: str


NOT_A_NUMBER = "must be a number conforming to the specified constraints"

REFUSED = [
    # a shop's prices are text, and it names no recipient
    Refused(
        without("sentTo", items=[{**ITEM, "amount": "49.90"}]),
        ["sentTo should not be empty", f"items.0.amount {NOT_A_NUMBER}"],
        WOOCOMMERCE,
    ),
    Refused(without(items=[{**ITEM, "qty": "1"}]), [f"items.0.qty {NOT_A_NUMBER}"], NEIGHBOUR),
    # the documentation said that a contact needs neither
    Refused(
        without(contactDetails={"id": "c_1", "name": "Ravi"}),
        ["contactDetails.phoneNo should not be empty", "contactDetails.email should not be empty"],
        REQUIRED,
    ),
    Refused(
        without(contactDetails={name: CONTACT[name] for name in ("name", "phoneNo", "email")}),
        ["contactDetails.id should not be empty"],
        REQUIRED,
    ),
    # what the fields of an item are called elsewhere, and a contact for its addresses
    Refused(
        without(items=[{"name": "Tea", "price": 150.0, "quantity": 1}], sentTo="c_1"),
        [
            "sentTo must be an object",
            "items.0.currency should not be empty",
            "items.0.amount should not be empty",
            "items.0.qty should not be empty",
            "property items.0.price should not exist",
            "property items.0.quantity should not exist",
        ],
        PROGRAM,
    ),
    Refused(without(**{"": "-1"}), ['property "" should not exist'], NEIGHBOUR),
    Refused(without(items=[{**ITEM, "": 1}]), ['property items.0."" should not exist'], NEIGHBOUR),
    Refused(without(date="2026-01-01"), ["property date should not exist"], NEIGHBOUR),
    Refused(without(contact="c_1"), ["property contact should not exist"], NEIGHBOUR),
    # a sum of floats
    Refused(
        without(items=[{**ITEM, "amount": 0.1 * 3}]),
        ["items.0.amount has more than 14 decimal places; round it"],
        NEIGHBOUR,
    ),
]

ACCEPTED = [
    # fields that change what is sent, the total, and the source
    ({"items": [{**ITEM, "amount": 150.0, "qty": 1.0}]}, 150, NEIGHBOUR),
    ({"items": [{**ITEM, "amount": 19.99, "qty": 3}]}, 59.97, WOOCOMMERCE),
    (
        {"contactDetails": {**CONTACT, "address": {"city": "Dallas", "countryCode": "US"}}},
        5,
        WOOCOMMERCE,
    ),
    ({"contactDetails": {**CONTACT, "phoneNo": "", "email": ""}}, 5, REQUIRED),
    ({"contactDetails": {**CONTACT, "phoneNo": None}}, 5, NEIGHBOUR),
    ({"contactDetails": {**CONTACT, "phoneNo": "(214) 559-6993"}}, 5, NEIGHBOUR),
    (
        {
            "name": "Deposit — P-1 (Good)",
            "title": "DEPOSIT INVOICE",
            "items": [{**ITEM, "type": "one_time", "description": "Project: A | Proposal: 1"}],
            "termsNotes": "<p>Balance <strong>later</strong>.</p>",
            "paymentMethods": {"stripe": {"enableBankDebitOnly": False}},
        },
        5,
        PROGRAM,
    ),
    ({"sentTo": {"email": [], "phoneNo": ["+12145596993"]}}, 5, NEIGHBOUR),
]
