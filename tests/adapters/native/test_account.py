"""The account over the native API: its limits are read, and set one by one."""

from __future__ import annotations

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
    ],
)
def test_what_is_invalid_is_named_and_nothing_is_set(
    api: ApiClient, field: str, value: Any
) -> None:
    response = api.request("PATCH", "/account", json={field: value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(field)
    assert api.json_of("GET", "/account")["version"] == 1
