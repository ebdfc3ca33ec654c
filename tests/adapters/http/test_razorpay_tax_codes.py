"""GSTIN, HSN and SAC through Razorpay's API: the domain's, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from properties.three_apis import ThreeApis

GSTIN = "27AAPFU0939F1ZV"
TAX_ID = {"kind": "gstin", "value": GSTIN}
ITEM = {"name": "Book", "amount": 49900}


@pytest.fixture(scope="module")
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def made(apis: ThreeApis, gstin: str | None = None, **item: Any) -> Any:
    customer = {"name": "Ravi Kumar", "email": "ravi@example.com", "gstin": gstin}
    answer = apis.razorpay(
        "POST", "", type="invoice", draft="1", currency="INR", customer=customer,
        line_items=[{**ITEM, **item}],
    )  # fmt: skip
    assert answer.status == 200, answer
    return answer.body


def test_a_gstin_is_the_tax_id_of_the_customer(apis: ThreeApis) -> None:
    invoice = made(apis, GSTIN)
    assert invoice["customer_details"]["gstin"] == GSTIN
    assert apis.native("GET", f"/{invoice['id']}").body["customer"]["tax_ids"] == [TAX_ID]


@pytest.mark.parametrize("gstin", ["29XXXXX9000XXXX", "unregistered", "27AAPFU0939F1ZW"])
def test_what_is_no_gstin_is_only_echoed(apis: ThreeApis, gstin: str) -> None:
    invoice = made(apis, gstin)
    assert invoice["customer_details"]["gstin"] == gstin
    assert apis.native("GET", f"/{invoice['id']}").body["customer"]["tax_ids"] == []


def test_the_gstin_of_another_api_is_shown(apis: ThreeApis) -> None:
    invoice = made(apis)
    assert invoice["customer_details"]["gstin"] is None
    customer = {"name": "Ravi", "tax_ids": [{"kind": "other", "value": "x"}, TAX_ID]}
    assert apis.native("PATCH", f"/{invoice['id']}", customer=customer).status == 200
    shown = apis.razorpay("GET", f"/{invoice['id']}").body
    assert shown["customer_details"]["gstin"] == GSTIN


@pytest.mark.parametrize(
    ("given", "kept", "shown"),
    [
        ({"hsn_code": "4901"}, "4901", ("4901", None)),
        ({"sac_code": "998314"}, "998314", (None, "998314")),
        ({"hsn_code": "998314"}, "998314", (None, "998314")),
        ({"hsn_code": None, "sac_code": None}, None, (None, None)),
        ({}, None, (None, None)),
    ],
)
def test_a_code_of_a_line_is_hsn_or_sac(
    apis: ThreeApis, given: dict[str, Any], kept: str | None, shown: tuple[str | None, str | None]
) -> None:
    invoice = made(apis, **given)
    (line,) = invoice["line_items"]
    assert (line["hsn_code"], line["sac_code"]) == shown
    assert apis.native("GET", f"/{invoice['id']}").body["lines"][0]["hsn_sac"] == kept
    change = {"id": line["id"], "quantity": 3}
    changed = apis.razorpay("PATCH", f"/{invoice['id']}", line_items=[change]).body
    (again,) = changed["line_items"]
    assert (again["hsn_code"], again["sac_code"], again["quantity"]) == (*shown, 3)


@pytest.mark.parametrize("field", ["hsn_code", "sac_code"])
@pytest.mark.parametrize("code", ["49", "49011010110", "49.01", "\u0967\u0968\u0969\u096a"])
def test_another_code_is_refused(apis: ThreeApis, field: str, code: str) -> None:
    answer = apis.razorpay(
        "POST", "", type="invoice", draft="1", currency="INR", line_items=[{**ITEM, field: code}]
    )
    words = field.replace("_", " ")
    error = answer.body["error"]
    assert (answer.status, error["description"]) == (400, f"The {words} must be 4 to 8 digits.")


def test_the_code_of_an_item_is_that_of_its_lines(apis: ThreeApis) -> None:
    item = apis("razorpay", "POST", "/v1/items", {**ITEM, "currency": "INR", "sac_code": "998314"})
    assert (item.body["hsn_code"], item.body["sac_code"]) == (None, "998314")
    answer = apis.razorpay(
        "POST", "", type="invoice", draft="1", currency="INR",
        line_items=[{"item_id": item.body["id"]}],
    )  # fmt: skip
    assert answer.body["line_items"][0]["sac_code"] == "998314"


def test_an_update_cannot_add_lines_beyond_those_of_the_vendor(apis: ThreeApis) -> None:
    lines = [{"name": f"Book {n}", "unit_amount": 100} for n in range(500)]
    long = apis.native("POST", "", currency="INR", lines=lines).body["invoice"]["id"]
    shown = apis.razorpay("GET", f"/{long}").body
    assert len(shown["line_items"]) == 500
    first = {"id": shown["line_items"][-1]["id"], "quantity": 2}
    assert apis.razorpay("PATCH", f"/{long}", line_items=[first]).status == 200
    for invoice in (long, made_with(apis, 50)):
        answer = apis.razorpay("PATCH", f"/{invoice}", line_items=[ITEM])
        assert (answer.status, answer.body["error"]["description"]) == (
            400,
            "The line_items may not have more than 50 items.",
        )


def made_with(apis: ThreeApis, lines: int) -> str:
    """The id of an invoice of Razorpay's API with so many lines."""
    answer = apis.razorpay(
        "POST", "", type="invoice", draft="1", currency="INR", line_items=[ITEM] * lines
    )
    return str(answer.body["id"])
