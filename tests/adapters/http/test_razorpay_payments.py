"""Razorpay's payment of money that no gateway took: it has a method, and cost no fee."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from properties.three_apis import ThreeApis

LINK: dict[str, Any] = {"type": "link", "amount": 10000, "currency": "INR", "description": "Fee",
                        "customer": {"name": "Gaurav", "contact": "9123456789"}}  # fmt: skip


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


@pytest.mark.parametrize("by", ["native", "highlevel"])
def test_money_that_another_api_recorded_came_by_bank_transfer_without_a_fee(
    apis: ThreeApis, by: str
) -> None:
    invoice = apis.razorpay("POST", "", **LINK).body["id"]
    if by == "native":
        paid = {"amount": 10000, "currency": "INR", "report": True}
        assert apis.native("POST", f"/{invoice}/payments", **paid).status == 201
    else:
        cash = {"mode": "cash", "notes": "n"}
        assert apis.highlevel("POST", f"/{invoice}/record-payment", **cash).status == 200
    (payment,) = apis("razorpay", "GET", "/v1/payments").body["items"]
    assert payment["status"] == "captured"
    assert (payment["method"], payment["fee"], payment["tax"]) == ("bank_transfer", 0, 0)
