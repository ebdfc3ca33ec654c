"""The account over the native API: its limits are read, and set one by one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from adapters.native.api_client import ApiClient

NONE = {"per_hour": None, "per_day": None}


def test_the_limits_are_read_with_their_version(api: ApiClient) -> None:
    response = api.request("GET", "/account")
    assert response.headers["etag"] == '"1"'
    shown = response.json()
    assert (shown["sms_enabled"], shown["sms_countries"], shown["sms_budget"]) == (True, None, NONE)
    assert (shown["resend_wait"], shown["invoice_wait"]) == (0, 0)


def test_what_is_given_is_set_and_the_rest_stays(api: ApiClient) -> None:
    first = {"sms_countries": ["US", "IN"], "sms_budget": {"per_day": 5}, "resend_wait": 60}
    assert api.json_of("PATCH", "/account", json=first)["sms_countries"] == ["IN", "US"]
    second = {"sms_enabled": False, "sms_prefix_budget": {"per_hour": 2}, "invoice_wait": 1}
    shown = api.json_of("PATCH", "/account", json={**second, "name": "New name"})
    assert {name: shown[name] for name in (*first, *second, "name", "version")} == {
        "sms_countries": ["IN", "US"],
        "sms_budget": {"per_hour": None, "per_day": 5},
        "resend_wait": 60,
        "sms_enabled": False,
        "sms_prefix_budget": {"per_hour": 2, "per_day": None},
        "invoice_wait": 1,
        "name": "New name",
        "version": 3,
    }
    lifted = api.json_of("PATCH", "/account", json={"sms_countries": None, "sms_budget": None})
    assert (lifted["sms_countries"], lifted["sms_budget"]) == (None, NONE)


def test_another_version_is_a_conflict(api: ApiClient) -> None:
    response = api.request(
        "PATCH", "/account", json={"sms_enabled": False}, headers={"If-Match": '"9"'}
    )
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert api.json_of("GET", "/account")["sms_enabled"] is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sms_countries", ["ZZ"]),
        ("sms_countries", []),
        ("sms_countries", ["in"]),
        ("sms_budget", {"per_hour": 0}),
        ("sms_budget", {"per_minute": 1}),
        ("sms_enabled", "no"),
        ("resend_wait", -1),
        ("name", ""),
        ("policy", {}),
        ("time_zone", "Mars/Olympus"),
        ("language", "Deutsch"),
        ("payment_instructions", {"iban": "DE00"}),
        ("payment_instructions", {"bic": "COBADEFFXXX"}),
        ("profile", None),
        ("profile", {"website": "acme"}),
        ("profile", {"accent_color": "red"}),
        ("profile", {"tax_ids": [{"kind": "gstin", "value": "27AAPFU0939F1ZW"}]}),
        ("profile", {"tax_ids": [{"kind": "ein", "value": "12-3456789"}] * 6}),
        ("profile", {"colour": "#000000"}),
        ("profile", {"address": {"country": "India"}}),
    ],
)
def test_what_is_invalid_is_named_and_nothing_is_set(
    api: ApiClient, field: str, value: Any
) -> None:
    response = api.request("PATCH", "/account", json={field: value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(field)
    assert api.json_of("GET", "/account")["version"] == 1


GSTIN = {"kind": "gstin", "value": "27AAPFU0939F1ZV"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/><path d="M0 0"/></svg>'


def test_of_a_profile_only_the_given_fields_are_set(api: ApiClient) -> None:
    empty = api.json_of("GET", "/account")["profile"]
    assert {value for name, value in empty.items() if name != "tax_ids"} == {None}
    first = {"legal_name": "Acme Ltd", "tax_ids": [GSTIN], "address": {"city": "Pune"}}
    api.json_of("PATCH", "/account", json={"profile": first})
    second = {"accent_color": "#0A5CD8", "legal_name": None}
    shown = api.json_of("PATCH", "/account", json={"profile": second})["profile"]
    assert shown == {
        **empty,
        "tax_ids": [GSTIN],
        "address": {
            "line1": "", "line2": "", "city": "Pune", "state": "", "postal_code": "",
            "country": None,
        },
        "accent_color": "#0a5cd8",
    }  # fmt: skip
    assert api.json_of("PATCH", "/account", json={"profile": shown})["profile"] == shown


def test_what_documents_are_shown_with_is_set_and_taken_away(api: ApiClient) -> None:
    given = {
        "time_zone": "Asia/Kolkata",
        "language": "hi",
        "payment_instructions": {"upi": "acme@okbank", "iban": None, "bic": None},
    }
    shown = api.json_of("PATCH", "/account", json=given)
    assert {name: shown[name] for name in given} == given
    gone = api.json_of("PATCH", "/account", json=dict.fromkeys(given))
    assert {gone[name] for name in given} == {None}


def test_a_logo_is_put_shown_as_it_is_kept_and_deleted(api: ApiClient) -> None:
    assert api.json_of("GET", "/account/logo", 404)["code"] == "no_logo"
    put = api.json_of("PUT", "/account/logo", json={"data": b64encode(SVG).decode()})
    assert put["format"] == "svg"
    assert b"script" not in b64decode(put["data"])
    assert api.json_of("GET", "/account/logo") == put
    for _ in range(2):
        assert api.request("DELETE", "/account/logo").status_code == 204
    assert api.json_of("GET", "/account/logo", 404)["code"] == "no_logo"


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        ("", "neither PNG nor SVG"),
        ("/9j/4AAQ", "is a JPEG; save it as PNG or SVG"),
        ("not base64!", "must be the bytes of the file in base64"),
        (7, "must be the bytes of the file in base64"),
        (b64encode(b" " * 262145).decode(), "more than 256 KiB; make the picture smaller"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_remedy(
    api: ApiClient, data: object, remedy: str
) -> None:
    problem = api.json_of("PUT", "/account/logo", 422, json={"data": data})
    assert (problem["errors"][0]["field"], remedy in problem["errors"][0]["detail"]) == (
        "data",
        True,
    )


def test_lines_customers_and_sellers_of_invoices_carry_codes_and_tax_ids(api: ApiClient) -> None:
    invoice = api.drafted(
        lines=[{"name": "Book", "unit_amount": 1, "hsn_sac": "4901"}],
        customer={"name": "Ravi", "tax_ids": [GSTIN]},
        seller={"legal_name": "Acme Kids", "tax_ids": [GSTIN]},
    )
    shown = api.json_of("GET", f"/invoices/{invoice}")
    assert shown["lines"][0]["hsn_sac"] == "4901"
    assert shown["customer"]["tax_ids"] == [GSTIN]
    assert (shown["seller"]["legal_name"], shown["seller"]["tax_ids"]) == ("Acme Kids", [GSTIN])
    refused = api.json_of(
        "PATCH", f"/invoices/{invoice}", 422, json={"lines": [{"name": "B", "unit_amount": 1,
        "hsn_sac": "49"}]},
    )  # fmt: skip
    assert refused["errors"][0]["field"] == "lines.0.hsn_sac"
