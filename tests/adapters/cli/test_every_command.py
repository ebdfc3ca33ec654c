"""What holds of all commands: examples that run, JSON that parses, help that fits, one status."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from returns.result import Success

from adapters.cli.conftest import Billhook
from billhook import AccountId, InvoiceId, Medium, Notify, or_raise
from billhook.application.commands import RecordPayment
from billhook.messaging.delivery import Accepted
from billhook_adapters.cli.commands import COMMANDS, parser_for
from billhook_adapters.cli.parser import Parser
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.system.api_keys import NewKey
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON, a_payment, an_account
from billhook_adapters.testing.running import RunningService
from billhook_adapters.webhooks.post import Poster

DATABASE = "sqlite:///billhook.sqlite3"
PRINTS_FOR_PROGRAMS = {("completion",), ("diagram",)}
FOR_PEOPLE_ALONE = {("demo",)}
SERVES = {("serve",), ("worker",), ("sandbox",)}
"""Commands that run until they are stopped; their own tests start them."""
ARGUMENTS_OF_IDS = {"ACCOUNT_ID", "INVOICE_ID", "ACCOUNT/MESSAGE", "WEBHOOK_ID", "KEY_ID"}


def leaves(parser: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Parser]]:
    """The commands below one, those without further ones."""
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not groups:
        yield path, parser
    for group in groups:
        for name, one in group.choices.items():
            yield from leaves(one, (*path, name))


def all_commands() -> dict[tuple[str, ...], Parser]:
    """Every command with an own help, by its words."""
    found: dict[tuple[str, ...], Parser] = {}
    for command in COMMANDS:
        (group,) = (
            one
            for one in parser_for([command.name])._actions
            if isinstance(one, argparse._SubParsersAction)
        )
        found.update(leaves(group.choices[command.name], (command.name,)))
    return found


EVERY = all_commands()
ANSWERING = [one for one in EVERY if one not in PRINTS_FOR_PROGRAMS | FOR_PEOPLE_ALONE | SERVES]


def named_ids(parser: Parser) -> list[str]:
    """The arguments of a command that must be ids of what exists."""
    return [
        str(one.metavar)
        for one in parser._actions
        if one.metavar in ARGUMENTS_OF_IDS and (not one.option_strings or one.required)
    ]


NAMING = [one for one in EVERY if named_ids(EVERY[one])]


def example_of(command: tuple[str, ...]) -> list[str]:
    """The arguments of the example in the help of a command, without what a shell adds."""
    line = str(EVERY[command].epilog).removeprefix("example:\n  ").partition(" <")[0]
    program, *arguments = shlex.split(line)
    assert program == "billhook"
    return arguments


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where examples run: with the database that they name, and nothing in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", "k" * 43 + "=")
    monkeypatch.setenv("BILLHOOK_CALLBACKS_URL", "https://bill.example/delivery-callbacks")
    open_database(DATABASE).dispose()
    return tmp_path


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_help_fits_into_80_columns_and_is_shown_by_help_as_well(
    billhook: Billhook, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = billhook(*command, "--help")
    assert billhook("help", *command) == ran
    text, _, example = ran.out.partition("example:\n")
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert EVERY[command].description, "a line that says what it does"
    assert example.startswith(f"  billhook {' '.join(command)}")


def test_help_alone_lists_the_commands(billhook: Billhook) -> None:
    assert billhook("help") == billhook("--help")
    assert "did you mean invoice?" in billhook("help", "invoic").err


@pytest.mark.parametrize("command", NAMING, ids=" ".join)
def test_what_does_not_exist_is_status_1_in_every_command(
    billhook: Billhook, command: tuple[str, ...]
) -> None:
    arguments = example_of(command)
    if command == ("messages", "requeue"):
        arguments = ["messages", "requeue", "acc_1/msg_1", *arguments[-2:]]
    if command == ("import",):
        arguments[1:3] = ["razorpay", "invoices.json"]
        Path("invoices.json").write_text("[]")
    ran = billhook(*(one.replace("SECRET", "s" * 22) for one in arguments), "--json")
    assert ran.status == 1, ran
    if command == ("messages", "requeue"):
        (reason,) = ran.json["refused"]
        assert reason.startswith("acc_1/msg_1: there is no such account")
    else:
        assert "there is no " in ran.json["error"].lower()
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("unapplied", "apply", "acc_1", "UTR-none", "inv_1"),
        ("unapplied", "apply", "acc_1", "UTR-7", "inv_none"),
        ("unapplied", "refund", "acc_1", "UTR-none"),
        ("unapplied", "list", "acc_none"),
        ("pay", "inv_1", "1", "--account", "acc_none"),
        ("pay", "inv_1", "1", "--instalment", "i_none"),
        ("invoice", "show", "inv_1", "--account", "acc_none"),
        ("messages", "list", "--account", "acc_none"),
        ("messages", "requeue", "--all-failed", "--account", "acc_none"),
        ("messages", "show", "acc_1/msg_none"),
        ("messages", "explain", "acc_none/msg_none"),
        ("webhook", "test", "acc_1", "sub_none"),
        ("webhook", "key", "acc_1", "sub_none"),
        ("webhook", "pause", "acc_1", "sub_none"),
        ("webhook", "resume", "acc_1", "sub_none"),
        ("account", "token", "acc_none", "--location", "L1"),
        ("account", "show", "\udcff"),
        ("account", "show", ""),
        ("invoice", "draft", "\udcff", "--currency", "INR", "--item", "Book", "1"),
        ("reminder", "stop", "\udcff"),
        ("account", "token", "\udcff", "--location", "L1"),
        ("invoice", "show", "\udcff"),
        ("invoice", "show", "inv_1", "--account", "\udcff"),
        ("unapplied", "refund", "\udcff", "UTR-7"),
        ("messages", "show", "\udcff/msg"),
    ],
    ids=str,
)
def test_each_id_that_does_not_exist_is_status_1(
    billhook: Billhook, arguments: tuple[str, ...]
) -> None:
    filled(billhook)
    ran = billhook(*arguments, "--database", DATABASE, "--json")
    assert (ran.status, list(ran.json), ran.err.count("\n")) == (1, ["error"], 1), ran


def filled(billhook: Billhook, *, issued: bool = True) -> dict[str, str]:
    """Fill the database with what examples name; what stands there instead of their names."""
    store = SqlStore(engine := open_database(DATABASE))
    running = RunningService(store, SystemClock())
    (running.issued if issued else running.drafted)(media=())
    running.issued("inv_2", media=())
    over = a_payment(99800 + 49900, "UTR-7")
    key = {"account": AccountId("acc_1"), "invoice": InvoiceId("inv_2")}
    or_raise(running.service.execute(RecordPayment(**key, payment=a_payment(99800, "UTR-1"))))
    running.service.execute(RecordPayment(**key, payment=over))
    running.issued("inv_3", media=())
    notify = Notify(account=key["account"], invoice=InvoiceId("inv_3"), medium=Medium.SMS)
    message = or_raise(running.service.execute(notify))
    SqlAccounts(engine).open(an_account("acc_3"), [NewKey("key_1", "s" * 22)], None, NOON).unwrap()
    engine.dispose()
    style = ("--style", "highlevel", "--webhook-url", "https://93.184.216.34/")
    webhook = billhook("webhook", "add", "acc_1", *style, "--database", DATABASE, "--json").json
    return {
        **dict.fromkeys(("ACCOUNT_ID", "acc_A1b2C3d4E5f6G7"), "acc_1"),
        "inv_A1b2C3d4E5f6G7": "inv_1",
        "acc_1/msg_1": f"acc_1/{message.id}",
        "key_A1b2C3d4E5f6G7": "key_1",
        "WEBHOOK_ID": webhook["id"],
        "SECRET": "s" * 22,
        "https://shop.example/": "https://93.184.216.34/",
        "VENDOR": "razorpay",
        "postgresql://host/billhook": "sqlite:///moved.sqlite3",
    }


@pytest.mark.parametrize("command", ANSWERING, ids=" ".join)
def test_the_example_of_every_command_runs_and_answers_as_json(
    billhook: Billhook, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Poster, "post", lambda *_: Success(Accepted()))
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO()))
    Path("invoices.json").write_text("[]")
    names = filled(billhook, issued=command != ("invoice", "issue"))
    ran = billhook(*(names.get(one, one) for one in example_of(command)), "--json")
    assert (ran.status, ran.err) == (0, ""), ran
    json.loads(ran.out)


@pytest.mark.parametrize(
    "command", EVERY.keys() - PRINTS_FOR_PROGRAMS - FOR_PEOPLE_ALONE, ids=" ".join
)
def test_wrong_usage_of_every_command_is_json_where_that_was_wanted(
    billhook: Billhook, command: tuple[str, ...]
) -> None:
    ran = billhook(*command, "--json", "--hush-hush")
    assert (ran.status, list(ran.json)) == (2, ["error"])
    assert ran.json["error"] in ran.err
