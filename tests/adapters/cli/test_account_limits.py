"""`billhook account show` and `set`: the limits of an account, from the first day on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billhook.messaging.sms_limits import SmsBudgetKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing.contracts.store_suite import save

RECOMMENDED = {
    "country": None,
    "sms": "on",
    "sms_countries": None,
    "sms_budget": {"per_hour": 200, "per_day": 1000},
    "sms_prefix_budget": {"per_hour": 50, "per_day": 200},
    "resend_wait": 60.0,
    "invoice_wait": 60.0,
}


@pytest.fixture
def at(acme: Any, url: str) -> tuple[str, ...]:
    return (acme["account"], "--database", url)


def test_a_new_account_has_the_recommended_limits(billhook: Any, acme: Any, at: Any) -> None:
    shown = billhook("account", "show", *at, "--json").json
    unset = {"country": None, "time_zone": None, "language": None}
    assert shown == {"account": acme["account"], "name": "Acme", **unset, **RECOMMENDED}
    assert billhook("account", "show", *at).out.splitlines()[1:] == [
        "country       -",
        "time zone     UTC",
        "language      -",
        "sms           on",
        "countries     all",
        "budget        200 in an hour, 1000 in a day",
        "prefix budget 50 in an hour, 200 in a day",
        "resend wait   0:01:00",
        "invoice wait  0:01:00",
    ]


def test_the_language_is_set_and_taken_away(billhook: Any, at: Any) -> None:
    for given, kept in (("de-AT", "de-AT"), ("none", None)):
        shown = billhook("account", "set", *at, "--language", given, "--json").json
        assert shown["language"] == kept
    ran = billhook("account", "set", *at, "--language", "Deutsch")
    assert (ran.status, "--language: must be an ISO 639 language" in ran.err) == (2, True)


def test_a_new_account_may_have_countries(billhook: Any, url: str) -> None:
    given = ("--sms-countries", "US,IN", "--database", url, "--json")
    account = billhook("account", "create", "--name", "A", *given).json["account"]
    shown = billhook("account", "show", account, "--database", url, "--json").json
    assert shown["sms_countries"] == ["IN", "US"]


def test_the_time_zone_is_set_and_taken_away(billhook: Any, at: Any) -> None:
    for given, kept in (("America/Los_Angeles", "America/Los_Angeles"), ("none", None)):
        shown = billhook("account", "set", *at, "--time-zone", given, "--json").json
        assert shown["time_zone"] == kept
    ran = billhook("account", "set", *at, "--time-zone", "Mars/Olympus")
    assert (ran.status, "--time-zone" in ran.err) == (2, True)


def test_each_limit_is_set_and_the_others_stay(billhook: Any, at: Any) -> None:
    given = ("--sms-per-hour", "7", "--sms-prefix-per-day", "none", "--resend-wait", "90s")
    shown = billhook("account", "set", *at, *given, "--json").json
    assert {name: shown[name] for name in RECOMMENDED} == {
        **RECOMMENDED,
        "sms_budget": {"per_hour": 7, "per_day": 1000},
        "sms_prefix_budget": {"per_hour": 50, "per_day": None},
        "resend_wait": 90.0,
    }


def test_the_kill_switch_is_one_command(billhook: Any, at: Any) -> None:
    assert billhook("account", "set", *at, "--sms", "off", "--json").json["sms"] == "off"
    assert billhook("account", "set", *at, "--sms", "on", "--json").json["sms"] == "on"


def test_countries_and_waits_can_be_lifted(billhook: Any, at: Any) -> None:
    assert billhook("account", "set", *at, "--sms-countries", "IN", "--json").json[
        "sms_countries"
    ] == ["IN"]
    given = ("--sms-countries", "all", "--invoice-wait", "0")
    shown = billhook("account", "set", *at, *given, "--json").json
    assert (shown["sms_countries"], shown["invoice_wait"]) == (None, 0)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--sms-countries", "ZZ", "--sms-countries: must be all, or ISO 3166 codes"),
        ("--sms-countries", "", "--sms-countries: must be all, or ISO 3166 codes"),
        ("--sms-per-hour", "0", "must be a whole number from 1 to 100000, or none"),
        ("--sms-prefix-per-day", "100001", "must be a whole number from 1 to 100000, or none"),
        ("--resend-wait", "1 m", "must be seconds, minutes, hours or days, such as 90s or 1m"),
        ("--sms", "maybe", "must be one of on, off"),
    ],
)
def test_what_is_wrong_is_named(billhook: Any, at: Any, option: str, value: str, says: str) -> None:
    ran = billhook("account", "set", *at, option, value)
    assert (ran.status, ran.out) == (2, "")
    assert option in ran.err
    assert says in ran.err


def test_setting_nothing_is_an_error(billhook: Any, at: Any) -> None:
    ran = billhook("account", "set", *at)
    assert (ran.status, "give at least one limit" in ran.err) == (2, True)


@pytest.mark.parametrize("arguments", [("show",), ("set", "--sms", "off")])
def test_an_unknown_account_is_named(billhook: Any, acme: Any, url: str, arguments: Any) -> None:
    action, *rest = arguments
    ran = billhook("account", action, "acc_unknown", *rest, "--database", url)
    assert ran.status == 1
    assert "no account" in ran.err.lower() or "account list" in ran.err


def test_a_used_up_budget_is_in_status(billhook: Any, at: Any, url: str) -> None:
    engine = open_database(url)
    until = SystemClock().now() + timedelta(hours=1)
    save(SqlStore(engine), sms_budgets_used_up={SmsBudgetKey(at[0], None): until})
    engine.dispose()
    assert billhook("status", "--database", url, "--json").json["sms_budgets_used_up"] == 1
    doctor = billhook("doctor", "--database", url)
    assert doctor.status == 1
    assert f"the SMS budget of {at[0]} is used up until {until:%Y-%m-%dT%H:%M:%SZ}" in doctor.out
