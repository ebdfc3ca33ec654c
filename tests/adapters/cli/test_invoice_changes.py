"""`billhook invoice list, draft, issue, send, pay and cancel`: what is changed by hand."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.conftest import Billhook

BASE = ("--base-url", "https://bill.example/i/")
BOOK = ("--currency", "INR", "--item", "Book", "49900x2")


@pytest.fixture
def account(acme: dict[str, Any], url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An account; its database is that of BILLHOOK_DATABASE."""
    monkeypatch.setenv("BILLHOOK_DATABASE", url)
    monkeypatch.delenv("BILLHOOK_BASE_URL", raising=False)
    return str(acme["account"])


def drafted(billhook: Billhook, account: str, *options: str) -> str:
    made = billhook("invoice", "draft", account, *BOOK, *options, "--json")
    assert made.status == 0
    return str(made.json["id"])


def test_an_invoice_is_drafted_sent_paid_and_listed(billhook: Billhook, account: str) -> None:
    invoice = drafted(billhook, account, "--name", "Ravi", "--email", "ravi@example.com")
    sent = billhook("invoice", "send", invoice, "--by", "email", *BASE, "--json").json
    assert sent["invoice"]["status"] == "issued"
    assert sent["invoice"]["short_url"].startswith("https://bill.example/i/")
    assert [one["medium"] for one in sent["messages"]] == ["email"]
    assert billhook("invoice", "pay", invoice, "99800").status == 0
    listed = billhook("invoice", "list", account).out.splitlines()
    assert listed[0].split("\t") == [
        "invoice", "number", "status", "customer", "amount due", "due by",
    ]  # fmt: skip
    assert listed[1].split("\t") == [invoice, "-", "paid", "Ravi", "INR 0.00", "-"]


def test_a_draft_is_issued_without_a_message_and_cancelled(
    billhook: Billhook, account: str
) -> None:
    invoice = drafted(
        billhook, account, "--phone", "+919876543210", "--due-by", "2030-01-31T12:00:00Z"
    )
    issued = billhook("invoice", "issue", invoice, *BASE)
    assert issued.out.startswith(f"{invoice}  issued  INR 998.00  https://bill.example/i/")
    assert billhook("invoice", "list", account).out.endswith("INR 998.00\t2030-01-31\n")
    assert billhook("messages", "list", "--account", account, "--json").out.strip() in ("[]", "")
    assert billhook("invoice", "cancel", invoice, "--json").json["status"] == "cancelled"
    again = billhook("invoice", "cancel", invoice)
    assert (again.status, again.out) == (1, "")
    assert "not allowed when cancelled" in again.err


def test_the_list_takes_statuses_a_text_and_pages(billhook: Billhook, account: str) -> None:
    ids = [drafted(billhook, account, "--name", f"Ravi {n}") for n in range(3)]
    billhook("invoice", "issue", ids[0], *BASE)

    def found(*options: str) -> list[str]:
        ran = billhook("invoice", "list", account, *options, "--json")
        return [one["id"] for one in ran.json]

    assert found() == ids[::-1]
    assert found("--status", "issued") == [ids[0]]
    assert found("--status", "issued", "--status", "draft") == ids[::-1]
    assert found("--text", "ravi 1") == [ids[1]]
    assert found("--limit", "1", "--skip", "1") == [ids[1]]
    assert found("--overdue") == []


def test_a_document_comes_from_a_file_as_it_is_shown(
    billhook: Billhook, account: str, tmp_path: Path
) -> None:
    invoice = drafted(billhook, account, "--name", "Ravi")
    document = billhook("invoice", "show", invoice, "--json").json["document"]
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document))
    copied = billhook("invoice", "draft", account, "--file", str(file), "--json").json
    assert copied["id"] != id
    assert copied["document"] == document


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--currency and --item: give both, or the whole document with --file"),
        (("--currency", "INR"), "--currency and --item: give both"),
        (("--currency", "RUPEE", "--item", "Book", "1"), "--currency: must be an ISO 4217"),
        (("--currency", "INR", "--item", "Book"), "--item: expected 2 arguments"),
        (("--currency", "INR", "--item", "Book", "4.99"), "--item: the amount must be a whole"),
        (("--currency", "INR", "--item", "Book", "1xtwo"), "--item: quantity: must be a"),
        ((*BOOK, "--email", "ravi"), "--email: must be one e-mail address"),
        ((*BOOK, "--email", "ravi", "--due-by", "tomorrow"), "ravi@example.com; --due-by: must"),
        ((*BOOK, "--phone", "98765"), "--phone: must be in E.164, such as +919876543210"),
        ((*BOOK, "--due-by", "tomorrow"), "--due-by: must be a date and time such as"),
        (("--file", "none.json"), "--file: it cannot be read (No such file or directory)"),
        ((*BOOK, "--file", "none.json"), "--file: it is the whole document; leave out"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_draft_is_named_and_nothing_is_stored(
    billhook: Billhook, account: str, options: tuple[str, ...], said: str
) -> None:
    ran = billhook("invoice", "draft", account, *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert billhook("invoice", "list", account, "--json").json == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "--file: it is not JSON that can be used"),
        (b"", "--file: it is not JSON that can be used"),
        (b"[]", "--file: must be an object"),
        (b"[" * 100_000, "--file: it is nested too deeply"),
        (b'{"currency":"INR","lines":[{"name":"x","name":"y"}]}', "name is there twice; keep one"),
        (b'{"\\u001b[31m":1,"currency":"INR"}', "--file: \ufffd[31m: is not known; leave it out"),
        (b'{"lines":[],"x":1}', "--file: currency: is required; x: is not known; leave it out"),
        (b" " * (1024 * 1024 + 1), "--file: it is larger than 1024 KiB"),
        (
            b'{"currency":"INR","lines":[{"name":"x"}]}',
            "--file: lines.0.unit_amount: is required; lines.0.currency: is required",
        ),
        (b"\xff", "--file: it is not UTF-8; save it as JSON in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    billhook: Billhook, account: str, tmp_path: Path, text: bytes, said: str
) -> None:
    file = tmp_path / "document.json"
    file.write_bytes(text)
    ran = billhook("invoice", "draft", account, "--file", str(file))
    assert ran.status == 2
    assert said in ran.err


def test_unknown_accounts_and_invoices_are_refused(billhook: Billhook, account: str) -> None:
    for ran in (billhook("invoice", "draft", "acc_x", *BOOK), billhook("invoice", "list", "acc_x")):
        assert ran.status == 1
        assert "ACCOUNT_ID: there is no such account" in ran.err
    ran = billhook("invoice", "cancel", "inv_x")
    assert ran.status == 1
    assert "no such invoice" in ran.err


def test_links_begin_with_what_payers_reach_or_nothing_is_sent(
    billhook: Billhook, account: str
) -> None:
    invoice = drafted(billhook, account, "--email", "ravi@example.com")
    for base in ((), ("--base-url", "https://bill.example"), ("--base-url", "bill.example/i/")):
        ran = billhook("invoice", "send", invoice, "--by", "email", *base)
        assert ran.status == 2
        assert "--base-url: " in ran.err
        assert "https://bill.example/i/" in ran.err
    assert billhook("invoice", "show", invoice, "--json").json["status"] == "draft"


def test_a_payer_without_an_address_is_named_with_the_remedy(
    billhook: Billhook, account: str
) -> None:
    invoice = drafted(billhook, account, "--name", "Ravi")
    ran = billhook("invoice", "send", invoice, "--by", "sms", *BASE)
    assert ran.status == 1
    assert "set customer.contact" in ran.err
    assert billhook("invoice", "show", invoice, "--json").json["status"] == "draft"


def test_without_a_medium_it_is_sent_by_what_reaches_the_customer(
    billhook: Billhook, account: str
) -> None:
    def sent(*customer: str) -> list[str]:
        invoice = drafted(billhook, account, *customer)
        answer = billhook("invoice", "send", invoice, *BASE, "--json")
        return sorted(one["medium"] for one in answer.json.get("messages", ()))

    assert sent("--email", "ravi@example.com") == ["email"]
    assert sent("--email", "r@example.com", "--phone", "+919876543210") == ["email", "sms"]
    assert sent("--name", "Ravi") == []
    issued = billhook("invoice", "list", account, "--text", "ravi", "--status", "issued", "--json")
    assert [one["document"]["customer"]["name"] for one in issued.json] == [None]


def test_what_a_terminal_cannot_show_is_escaped(billhook: Billhook, account: str, url: str) -> None:
    drafted(billhook, account, "--name", "日本語")
    ran = run(["invoice", "list", account, "--database", url], PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\\u65e5" in ran.stdout


@pytest.mark.parametrize("arguments", [("list",), ("draft", *BOOK)], ids=lambda one: one[0])
def test_output_that_cannot_be_written_is_said_in_one_line(
    account: str, url: str, arguments: tuple[str, ...]
) -> None:
    action, *options = arguments
    command = ["invoice", action, account, *options, "--database", url]
    for ending in (">&-", ">/dev/full"):
        words = shlex.join([sys.executable, "-m", "billhook_adapters.cli", *command])
        ran = subprocess.run(
            ["sh", "-c", f"{words} {ending}"], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 3
        assert ran.stderr.count("\n") == 1
        assert "could not be written" in ran.stderr


def run(arguments: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "billhook_adapters.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )
