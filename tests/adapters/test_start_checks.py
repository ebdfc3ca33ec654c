"""What an operator is warned of when a service starts: messages that would fail without a word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from billhook_adapters.composition.settings import settings
from billhook_adapters.composition.start_checks import warnings
from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.testing import NOON, an_account

BASE = {
    "BILLHOOK_DATABASE": "sqlite:///b.sqlite3",
    "BILLHOOK_BASE_URL": "https://bill.example/i/",
    "BILLHOOK_SMTP_URL": "smtp://mail.example",
    "BILLHOOK_MAIL_FROM": "bills@bill.example",
    "BILLHOOK_SMS_URL": "kannel://u:p@sms.example",
}


def said(backend: InMemoryBackend | None = None, **changes: str) -> Sequence[str]:
    environ = {name: value for name, value in (BASE | changes).items() if value}
    return list(warnings(settings(environ), (backend or InMemoryBackend()).accounts))


def test_of_a_service_that_reaches_its_payers_nothing_is_said() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"BILLHOOK_SMTP_URL": "", "BILLHOOK_MAIL_FROM": ""}, "set BILLHOOK_SMTP_URL and"),
        ({"BILLHOOK_SMS_URL": ""}, "set BILLHOOK_SMS_URL, or BILLHOOK_SMS_ENABLED=no"),
        ({"BILLHOOK_BASE_URL": "http://127.0.0.1:8080/i/"}, "set BILLHOOK_BASE_URL or --base-url"),
        ({"BILLHOOK_BASE_URL": "http://localhost/i/"}, "set BILLHOOK_BASE_URL or --base-url"),
    ],
)
def test_a_message_that_would_fail_is_a_warning_with_the_remedy(
    changes: dict[str, str], remedy: str
) -> None:
    (warning,) = said(**changes)
    assert remedy in warning


def test_sms_that_are_switched_off_need_no_sender() -> None:
    assert said(BILLHOOK_SMS_URL="", BILLHOOK_SMS_ENABLED="no") == []


def test_links_to_this_machine_are_a_warning_only_where_they_are_sent() -> None:
    local = {"BILLHOOK_BASE_URL": "http://127.0.0.1/i/", "BILLHOOK_SMS_URL": ""}
    assert len(said(**local)) == 2
    silent = {"BILLHOOK_SMTP_URL": "", "BILLHOOK_MAIL_FROM": "", "BILLHOOK_SMS_ENABLED": "no"}
    assert len(said(**local, **silent)) == 1


def test_accounts_that_share_a_location_are_named() -> None:
    backend = InMemoryBackend()
    for name, location in (("acc_1", "L1"), ("acc_2", "L1"), ("acc_3", "L2")):
        account = an_account(name)
        token = token_key(f"token-of-{name}-0123456789", location)
        backend.accounts.open(account, [token], None, NOON).unwrap()
    (warning,) = said(backend)
    assert "acc_1 and acc_2 have one location, L1" in warning
    assert "acc_3" not in warning
