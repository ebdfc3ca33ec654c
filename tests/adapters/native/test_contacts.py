"""Addresses over the native API: found, suppressed, and allowed again."""

from __future__ import annotations

import pytest

from adapters.native.api_client import DOCUMENT, ApiClient

RAVI = "ravi@example.com"
ZED = "zed@example.com"


def test_an_address_is_suppressed_and_allowed_again(each_api: ApiClient) -> None:
    api = each_api
    stranger = {"medium": "email", "address": RAVI, "suppressed": None, "last_message": None}
    assert api.json_of("POST", "/contacts/find", json={"address": RAVI}) == stranger
    body = {"address": RAVI, "suppressed": "opted_out"}
    assert api.json_of("PUT", "/contacts", json=body) == {**stranger, "suppressed": "opted_out"}
    invoice = api.json_of("POST", "/invoices", 201, json={**DOCUMENT, "send": {"media": []}})
    notify = f"/invoices/{invoice['invoice']['id']}/notify"
    refused = api.json_of("POST", notify, 409, json={"medium": "email"})
    assert (refused["code"], refused["details"]["reason"]) == ("address_suppressed", "opted_out")
    assert api.json_of("PUT", "/contacts", json={**body, "suppressed": None}) == stranger
    assert api.json_of("POST", notify, 202, json={"medium": "email"})["status"] == "queued"


def test_an_address_is_suppressed_for_one_account_only(
    api: ApiClient, other_account: ApiClient
) -> None:
    body = {"address": "+919876543210", "suppressed": "complained"}
    assert api.json_of("PUT", "/contacts", json=body)["medium"] == "sms"
    found = other_account.json_of("POST", "/contacts/find", json={"address": body["address"]})
    assert found["suppressed"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"suppressed": "opted_out"},
        {"address": "unknown", "suppressed": "opted_out"},
        {"address": ZED, "suppressed": "boredom"},
        {"address": ZED},
        {"address": ZED, "suppressed": None, "medium": "sms"},
    ],
)
def test_what_is_no_address_or_reason_is_refused_and_not_repeated(
    api: ApiClient, body: object
) -> None:
    refused = api.request("PUT", "/contacts", json=body)
    assert refused.status_code == 422
    assert "zed" not in refused.text
