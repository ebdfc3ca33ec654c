"""`businessDetails` is what the payer reads of the seller, and is shown as it was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.highlevel.test_one_truth import BODY
from properties.three_apis import ThreeApis

WHOLE = {
    "name": "Acme Kids",
    "phoneNo": "+1-214-559-6993",
    "website": "www.acme.example",
    "logoUrl": "https://evil.example/logo.png",
    "customValues": ["EIN 12-3456789"],
    "address": {"addressLine1": "9931 Beechwood", "city": "Houston", "state": "TX",
                "countryCode": "US", "postalCode": "77001"},
}  # fmt: skip


@pytest.fixture(scope="module")
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def seller_of(apis: ThreeApis, invoice: str) -> Any:
    """The seller of an invoice, as the native API shows it."""
    shown = apis.native("GET", f"/{invoice}").body["seller"]
    return {name: value for name, value in shown.items() if value}


def test_the_payer_reads_what_the_business_says(apis: ThreeApis) -> None:
    made = apis.highlevel("POST", "", **{**BODY, "businessDetails": WHOLE}).body
    assert made["businessDetails"] == WHOLE
    assert seller_of(apis, made["_id"]) == {
        "legal_name": "Acme Kids",
        "phone": "+1-214-559-6993",
        "website": "https://www.acme.example",
        "address": {
            "line1": "9931 Beechwood", "line2": "", "city": "Houston", "state": "TX",
            "postal_code": "77001", "country": "US",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("business", "seller"),
    [
        ({"address": "9931 Beechwood, TX"}, {"line1": "9931 Beechwood, TX"}),
        ({"website": "not a page", "phoneNo": "none", "name": ""}, None),
        ({"website": "javascript:alert(1)"}, None),
        ({"address": ""}, None),
        ({}, None),
    ],
)
def test_what_no_page_can_show_is_only_echoed(
    apis: ThreeApis, business: dict[str, Any], seller: dict[str, str] | None
) -> None:
    made = apis.highlevel("POST", "", **{**BODY, "businessDetails": business}).body
    assert made["businessDetails"] == business
    kept = seller_of(apis, made["_id"]).get("address")
    assert kept == (seller and {**dict.fromkeys(
        ("line2", "city", "state", "postal_code"), ""), "country": None, **seller})  # fmt: skip


def test_what_another_api_says_since_is_shown_instead(apis: ThreeApis) -> None:
    made = apis.highlevel("POST", "", **{**BODY, "businessDetails": WHOLE}).body
    changed = {"legal_name": "Acme Adults", "address": {"city": "Austin"}}
    assert apis.native("PATCH", f"/{made['_id']}", seller=changed).status == 200
    shown = apis.highlevel("GET", f"/{made['_id']}").body
    assert shown["businessDetails"] == {"name": "Acme Adults", "address": {"city": "Austin"}}
    assert apis.native("PATCH", f"/{made['_id']}", seller=None).status == 200
    assert apis.highlevel("GET", f"/{made['_id']}").body["businessDetails"] == {}


def test_an_update_keeps_the_tax_ids_of_the_contact(apis: ThreeApis) -> None:
    made = apis.highlevel("POST", "", **BODY).body
    customer = apis.native("GET", f"/{made['_id']}").body["customer"]
    tax_ids = [{"kind": "ein", "value": "12-3456789"}]
    apis.native("PATCH", f"/{made['_id']}", customer={**customer, "tax_ids": tax_ids})
    shown = apis.highlevel("GET", f"/{made['_id']}").body
    shown["contactDetails"]["name"] = "Another name"
    assert apis.highlevel("PUT", f"/{made['_id']}", **shown).status == 200
    kept = apis.native("GET", f"/{made['_id']}").body["customer"]
    assert (kept["name"], kept["tax_ids"]) == ("Another name", tax_ids)
