"""`billhook payment_instructions`: where an account's payers may send money."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cli.conftest import Billhook

IBAN = "DE89370400440532013000"


def test_payment_instructions_are_set_shown_and_cleared(
    billhook: Billhook, acme: dict[str, Any], url: str
) -> None:
    at = (acme["account"], "--database", url, "--json")
    none = {"upi": None, "iban": None, "bic": None}
    assert billhook("payment-instructions", "show", *at).json == none
    whole = {"upi": "acme@okbank", "iban": IBAN, "bic": "COBADEFFXXX"}
    given = [part for name, value in whole.items() for part in (f"--{name}", value)]
    assert billhook("payment-instructions", "set", *at, *given).json == whole
    assert billhook("payment-instructions", "show", *at).json == whole
    assert billhook("payment-instructions", "set", *at, "--upi", "a1@b2").json == {
        **none,
        "upi": "a1@b2",
    }
    assert billhook("payment-instructions", "clear", *at).json == none


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "--upi, --iban: give one of them"),
        (["--upi", "acme"], "--upi: must be a UPI id"),
        (["--iban", "DE00"], "--iban: must be an IBAN"),
        (["--iban", IBAN, "--bic", "x"], "--bic: must be a BIC"),
        (["--upi", "a1@b2", "--bic", "COBADEFFXXX"], "--bic: must be a BIC"),
    ],
)
def test_what_is_wrong_is_named(
    billhook: Billhook, acme: dict[str, Any], url: str, given: list[str], said: str
) -> None:
    ran = billhook("payment-instructions", "set", acme["account"], "--database", url, *given)
    assert ran.status == 2
    assert said in ran.err


def test_an_account_that_is_not_there_is_named(
    billhook: Billhook, acme: dict[str, Any], url: str
) -> None:
    del acme
    ran = billhook("payment-instructions", "show", "acc_unknown", "--database", url)
    assert (ran.status, "ACCOUNT_ID: there is no such account" in ran.err) == (1, True)
