"""`billhook contact`: an address is shown, suppressed, and allowed again."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cli.conftest import Billhook

RAVI = "ravi@example.com"


def test_an_address_is_shown_suppressed_and_allowed(
    billhook: Billhook, acme: dict[str, Any], url: str
) -> None:
    at = (acme["account"], RAVI, "--database", url, "--json")
    stranger = {"medium": "email", "suppressed": None, "last_message": None}
    assert billhook("contact", "show", *at).json == stranger
    assert billhook("contact", "suppress", *at).json == {**stranger, "suppressed": "opted_out"}
    complained = billhook("contact", "suppress", *at, "--reason", "complained")
    assert complained.json == {**stranger, "suppressed": "complained"}
    assert billhook("contact", "allow", *at).json == stranger


def test_the_output_for_people_is_lines(billhook: Billhook, acme: dict[str, Any], url: str) -> None:
    ran = billhook("contact", "suppress", acme["account"], "+919876543210", "--database", url)
    assert (ran.status, ran.out) == (
        0,
        "medium        sms\nsuppressed    opted_out\nlast message  -\n",
    )


@pytest.mark.parametrize(
    ("account", "address", "said"),
    [
        ("acc_unknown", RAVI, "ACCOUNT_ID: there is no such account"),
        ("acc_unknown", "ravi", "ADDRESS: must be a phone number"),
        ("acc_unknown", "ravi@", "ADDRESS: must be one e-mail address"),
    ],
)
def test_what_is_wrong_is_named(
    billhook: Billhook, acme: dict[str, Any], url: str, account: str, address: str, said: str
) -> None:
    del acme
    ran = billhook("contact", "show", account, address, "--database", url)
    assert ran.status != 0
    assert said in ran.err
