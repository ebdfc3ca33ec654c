"""`billhook doctor`: what is wrong, each in one line with its remedy, and an exit status."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.cli.conftest import Billhook
from billhook.application.commands import DraftAndSend
from billhook.model.customer import Medium
from billhook_adapters.cli.database import database, service_over
from billhook_adapters.http.core import descriptors
from billhook_adapters.sql import inspection
from billhook_adapters.sql.backend import SqlBackend
from billhook_adapters.system.backend import Backend
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON, a_document, an_account
from billhook_adapters.testing.builders import open_account

RESTORE = "restore it from a backup"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    found: str = request.getfixturevalue("postgresql_url")
    return found


@pytest.fixture
def sqlite_url(tmp_path: Path, billhook: Billhook) -> str:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    billhook("account", "create", "--name", "Acme", "--database", url)
    return url


def filled(url: str, *damage: str) -> tuple[Sequence[str], Sequence[str]]:
    """The ids of five invoices and of their messages, in a database with this damage."""
    with database(url, new=True) as backend:
        assert isinstance(backend, SqlBackend)
        service = service_over(backend)
        account = open_account(service, an_account())
        send = DraftAndSend(account=account.id, document=a_document(), media=(Medium.EMAIL,))
        sent = [one.unwrap() for one in service.execute_all([send] * 5)]
        with backend.database.begin() as connection:
            for statement in damage:
                connection.execute(text(statement))
    ids = sorted(one.invoice.id for one in sent)
    return ids, sorted(one.id for result in sent for one in result.messages)


def test_of_a_sound_service_nothing_is_wrong(billhook: Billhook, url: str) -> None:
    filled(url)
    ran = billhook("doctor", "--database", url)
    assert (ran.status, ran.out.splitlines()[0]) == (0, "nothing is wrong")
    ran = billhook("doctor", "--database", url, "--json")
    assert (ran.status, ran.json["faults"]) == (0, [])
    assert ["BILLHOOK_SMTP_URL" in one for one in ran.json["warnings"]] == [True, False]


def test_every_row_that_cannot_be_read_is_named_without_its_content(
    billhook: Billhook, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "PAGE", 2)
    invoices, messages = filled(
        url,
        "UPDATE invoices SET document = 'ravi@example.com' "
        "WHERE id > (SELECT min(id) FROM invoices)",
        "UPDATE messages SET attempts = -1 WHERE id = (SELECT min(id) FROM messages)",
        "UPDATE accounts SET body = 'ravi@example.com'",
    )
    ran = billhook("doctor", "--database", url, "--json")
    assert ran.status == 1
    not_json = f"cannot be read (ValidationError: json_invalid); {RESTORE}"
    too_few = f"cannot be read (ValidationError: greater_than_equal); {RESTORE}"
    assert ran.json["faults"] == [
        f"accounts: acc_1 {not_json}",
        *(f"invoices: {one} of acc_1 {not_json}" for one in invoices[1:]),
        f"messages: {messages[0]} of acc_1 {too_few}",
    ]
    assert "ravi" not in ran.out


def test_rows_about_an_invoice_and_of_an_account_are_read_too(billhook: Billhook, url: str) -> None:
    invoices, _ = filled(
        url,
        "UPDATE events SET body = 'ravi@example.com' "
        "WHERE invoice = (SELECT min(id) FROM invoices)",
        "INSERT INTO payments (account, reference, invoice, amount, currency, at, version, "
        "refusal, instalments, unapplied, refunded) "
        "VALUES "
        "('acc_1', 'pay_1', 'inv_1', -5, 'INR', 0, NULL, 'ravi@example.com', '[]', 0, 0), "
        "('acc_1', 'pay_2', 'inv_1', 5, 'INR', 0, NULL, NULL, '[]', 0, 0)",
        "INSERT INTO webhook_endpoints (account, id, body) "
        "VALUES ('acc_1', 'hook_1', 'ravi@example.com')",
    )
    ran = billhook("doctor", "--database", url, "--json")
    named = [fault.partition(" cannot be read")[0] for fault in ran.json["faults"]]
    assert named == [
        "webhook_endpoints: hook_1 of acc_1",
        f"events: {invoices[0]} of acc_1",
        "payments: pay_1 of acc_1",
        "payments: pay_2 of acc_1",
    ]
    assert "ravi" not in ran.out


def test_a_damaged_file_is_a_finding_with_the_remedy(
    billhook: Billhook, sqlite_url: str, tmp_path: Path
) -> None:
    with (tmp_path / "billhook.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"damaged!" * 512)
    ran = billhook("doctor", "--database", sqlite_url)
    assert (ran.status, ran.err) == (1, "")
    said = ran.out.splitlines()
    assert said
    assert all("the file is damaged" in line and RESTORE in line for line in said)


def test_an_index_that_misses_a_row_is_found(billhook: Billhook, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    filled(
        url,
        "CREATE INDEX partial ON invoices (amount) WHERE amount < 0",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX partial ON invoices (amount)' "
        "WHERE name = 'partial'",
    )
    ran = billhook("doctor", "--database", url)
    expected = f"the file is damaged (integrity_check); {RESTORE}\n"
    assert (ran.status, ran.out) == (1, expected)


def test_a_database_that_cannot_be_opened_is_a_finding(billhook: Billhook, tmp_path: Path) -> None:
    ran = billhook("doctor", "--database", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert (ran.status, ran.err) == (1, "")
    assert "there is no file" in ran.out


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("BILLHOOK_SMS_RATE", "fast", "BILLHOOK_SMS_RATE must be"),
        ("BILLHOOK_SMS_RATES", "1/second", "did you mean BILLHOOK_SMS_RATE?"),
        ("BILLHOOK_APIS", "nowhere", "BILLHOOK_APIS: "),
        ("BILLHOOK_SMS_URL", "pigeon://x", "BILLHOOK_SMS_URL"),
        ("BILLHOOK_TRUSTED_PROXIES", "10.0.0.1 0.0.0.0/0", "name only your proxies"),
        ("BILLHOOK_TRUSTED_PROXIES", "::/0", "name only your proxies"),
    ],
)
def test_a_wrong_setting_is_one_line_and_the_database_is_checked_all_the_same(
    billhook: Billhook,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    fault: str,
) -> None:
    monkeypatch.setenv(variable, value)
    ran = billhook("doctor", "--database", f"{sqlite_url}.none", "--json")
    setting, of_database = ran.json["faults"]
    assert ran.status == 1
    assert fault in setting
    assert "there is no file" in of_database


def test_more_connections_than_descriptors_are_a_finding(
    billhook: Billhook, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "possible_connections", lambda _: 72)
    ran = billhook("doctor", "--database", sqlite_url)
    assert ran.status == 1
    assert "allows 72 connections" in ran.out
    assert "lower BILLHOOK_HTTP_CONNECTIONS" in ran.out


def test_a_clock_that_is_off_is_a_finding(
    billhook: Billhook, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(postgresql_url)
    monkeypatch.setattr(inspection, "SystemClock", lambda: SettableClock(NOON))
    ran = billhook("doctor", "--database", postgresql_url)
    assert (ran.status, ran.out.count("\n")) == (1, 1)
    assert "s apart; set both by NTP" in ran.out


def test_the_database_is_opened_once(
    url: str, billhook: Billhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(url)
    opened: list[str] = []
    once = database

    def counted(given: str) -> AbstractContextManager[Backend]:
        opened.append(given)
        return once(given)

    monkeypatch.setattr("billhook_adapters.cli.doctor.database", counted)
    billhook("doctor", "--database", url)
    assert opened == [url]
