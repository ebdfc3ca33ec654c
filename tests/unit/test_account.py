"""The seller: its series of numbers, and policies that hold together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from billhook.model.account import Account, AccountPolicy, NumberSeries, RetryPolicy
from billhook.model.base import AccountId
from billhook.model.line_items import Rounding
from billhook.model.rate_limits import RateLimits


def _account(**policy: Any) -> Account:
    return Account(id=AccountId("acc_1"), name="Acme", policy=AccountPolicy(**policy))


def test_an_account_without_a_prefix_has_no_series() -> None:
    assert _account().series is None


@pytest.mark.parametrize("prefix", ["INV-", ""])
def test_a_series_belongs_to_its_account(prefix: str) -> None:
    assert _account(number_prefix=prefix).series == NumberSeries(AccountId("acc_1"), prefix)


@pytest.mark.parametrize(
    ("policy", "position", "number"),
    [
        ({"number_prefix": "INV-"}, 7, "INV-0007"),
        ({"number_prefix": "INV-"}, 12345, "INV-12345"),
        ({"number_prefix": "", "number_width": 0}, 7, "7"),
        ({"number_prefix": "2026/", "number_width": 6}, 42, "2026/000042"),
        ({}, 1, "0001"),
    ],
)
def test_a_position_of_the_series_has_its_number(
    policy: dict[str, Any], position: int, number: str
) -> None:
    assert _account(**policy).number(position) == number


def test_the_widest_number_fits_an_invoice() -> None:
    assert len(_account(number_prefix="x" * 32, number_width=20).number(1)) <= 64
    with pytest.raises(ValidationError, match="number_width"):
        AccountPolicy(number_width=21)


def test_the_defaults_ask_for_nothing() -> None:
    assert AccountPolicy() == AccountPolicy(
        min_expiry_lead=timedelta(0),
        rounding=Rounding.PER_LINE,
        resend_wait=timedelta(0),
        invoice_wait=timedelta(0),
        number_prefix=None,
        number_width=4,
        retries=RetryPolicy(
            max_attempts=8, first_wait=timedelta(seconds=30), max_wait=timedelta(hours=6)
        ),
        rate_limits=RateLimits(sms=None, email=None),
    )


@pytest.mark.parametrize("field", ["min_expiry_lead", "resend_wait", "invoice_wait"])
def test_no_policy_waits_for_less_than_nothing(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        AccountPolicy(**{field: timedelta(microseconds=-1)})


@pytest.mark.parametrize(
    "given",
    [
        {"max_attempts": 0},
        {"max_attempts": 101},
        {"max_attempts": True},
        {"first_wait": -1},
        {"max_wait": -1},
    ],
)
def test_retries_are_between_one_and_a_hundred(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(given))):
        RetryPolicy(**given)


@pytest.mark.parametrize("attempts", [1, 100])
def test_the_bounds_of_retries_are_theirs(attempts: int) -> None:
    assert RetryPolicy(max_attempts=attempts).max_attempts == attempts


def test_a_prefix_has_at_most_32_characters() -> None:
    assert AccountPolicy(number_prefix="x" * 32).number_prefix == "x" * 32
    with pytest.raises(ValidationError, match="number_prefix"):
        AccountPolicy(number_prefix="x" * 33)


@pytest.mark.parametrize(
    ("number", "position"),
    [
        ("INV-0001", 1),
        ("INV-0042", 42),
        ("INV-12345", 12345),
        ("INV-0000", None),
        ("INV-042", None),
        ("INV-00042", None),
        ("INV-", None),
        ("INV-٠٠٤٢", None),
        ("INV-4.2", None),
        ("INV-" + "9" * 19, None),
        ("inv-0042", None),
        ("0042", None),
    ],
)
def test_a_number_has_a_position_where_the_series_would_write_it_like_this(
    number: str, position: int | None
) -> None:
    account = _account(number_prefix="INV-")
    assert account.position(number) == position
    assert _account().position(number) is None
