"""`billhook database move`: every row arrives as it was, or none does."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, make_url, select

from adapters.cli.conftest import Billhook
from billhook import Status, canonical
from billhook.application.account_commands import SaveLogo, UpdateAccount
from billhook.application.commands import Cancel, Draft, DraftAndSend, Issue, Pay, RecordPayment
from billhook.application.records import Search
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.base import AccountId
from billhook.model.logo import PNG_SIGNATURE, Logo
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.cli import progress as progress_module
from billhook_adapters.cli.database import database, service_over
from billhook_adapters.sql import moving, open_database, sqlite
from billhook_adapters.sql.store import SqlStore
from billhook_adapters.sql.tables import PER_VERSION, messages, metadata
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment, an_account
from billhook_adapters.testing.builders import (
    a_full_document,
    a_webhook_endpoint,
    add_webhook_endpoint,
    open_account,
)
from postgresql import Databases

LARGE = 9_000_000_000_000
ACCOUNTS = AccountId("acc_1"), AccountId("acc_2")


def fill(url: str) -> None:
    """Two accounts with invoices in every status, other scripts, large amounts, and messages."""
    engine = open_database(url)
    store, clock = SqlStore(engine), SettableClock(NOON)
    service = InvoiceService(store, clock, RandomIds())
    open_account(service, an_account(number_prefix="A-"))
    open_account(service, an_account("acc_2", name="विक्रेता 株式会社"))
    add_webhook_endpoint(service, a_webhook_endpoint())
    for account in ACCOUNTS:
        profile = SellerProfile(legal_name="株式会社", footer="धन्यवाद")
        service.execute(UpdateAccount(account=account, profile=profile)).unwrap()
        logo = Logo(format="png", data=PNG_SIGNATURE + bytes(range(256)))
        service.execute(SaveLogo(account=account, logo=logo)).unwrap()
        documents = (
            a_full_document(),
            a_document(customer=a_customer(name="रवि कुमार 🧾"), notes={"ключ": "値"}),
            a_document(lines=[a_line(unit_amount=LARGE, quantity=1)]),
            a_document(partial_payment=True),
            a_document(expire_by=NOON + timedelta(hours=1)),
        )
        sent = [
            service.execute(DraftAndSend(account=account, document=one)).unwrap().invoice
            for one in documents
        ]
        service.execute(Draft(account=account, document=a_document())).unwrap()
        service.execute(Cancel(account=account, invoice=sent[1].id)).unwrap()
        for invoice, amount in ((sent[2], LARGE), (sent[3], 1)):
            paid = a_payment(amount, f"pay_{invoice.id}")
            service.execute(Pay(account=account, invoice=invoice.id, payment=paid)).unwrap()
        too_much = a_payment(LARGE, f"pay_late_{sent[4].id}")
        service.execute(RecordPayment(account=account, invoice=sent[4].id, payment=too_much))
    clock.advance(timedelta(hours=2))
    assert service.sweep(100) == 2
    with engine.begin() as connection:
        row = connection.execute(select(messages).limit(1)).mappings().one()
        for status in DeliveryStatus:
            live = status in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)
            changed = {"id": f"msg_{status}", "status": status, "due_at": LARGE if live else None}
            connection.execute(insert(messages), {**row, **changed})
        for table in metadata.sorted_tables:
            if connection.execute(select(func.count()).select_from(table)).scalar() == 0:
                connection.execute(insert(table), [a_row(table, n) for n in range(9)])
    engine.dispose()


def a_row(table: Table, number: int) -> dict[str, Any]:
    """The nth row of a table, with nothing in each column that may be empty."""
    of_type: dict[type[Any], Any] = {str: f"ключ-{number}", int: number, bool: True}
    return {
        column.name: "acc_1"
        if column.foreign_keys
        else None
        if column.nullable
        else of_type[column.type.python_type]
        for column in table.columns
    }


Rows = Mapping[str, list[dict[str, Any]]]


def rows(url: str) -> Rows:
    """All rows of all tables."""
    engine = open_database(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                (dict(row) for row in connection.execute(select(table)).mappings()), key=repr
            )
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def invoices_in(url: str) -> list[bytes]:
    """Every invoice as canonical JSON, read by the service."""
    with database(url) as backend:
        service = service_over(backend)
        return sorted(
            canonical(one)
            for account in ACCOUNTS
            for one in service.search(account, Search(limit=100))
        )


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory, postgresql_databases: Databases
) -> Iterator[tuple[Path, str]]:
    """A file and a database of a server, both filled, to be copied."""
    file = tmp_path_factory.mktemp("filled") / "billhook.sqlite3"
    url = postgresql_databases.made()
    fill(f"sqlite:///{file}")
    fill(url)
    yield file, url
    postgresql_databases.drop(url)


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite"])
def urls(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    filled: tuple[Path, str],
    postgresql_databases: Databases,
) -> Iterator[tuple[str, str]]:
    """A filled database, and one to be made."""
    file = tmp_path / "billhook.sqlite3"
    template = None
    if request.param.startswith("sqlite"):
        shutil.copy(filled[0], file)
    else:
        template = make_url(filled[1]).database
    url = postgresql_databases.made(template)
    yield (url, f"sqlite:///{file}") if template else (f"sqlite:///{file}", url)
    postgresql_databases.drop(url)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BATCH", 4)
    monkeypatch.setattr(sqlite, "PROBE_SECONDS", 0)


@pytest.fixture
def move(billhook: Billhook, urls: tuple[str, str]) -> Callable[..., Any]:
    source, target = urls
    return lambda *more: billhook("database", "move", "--from", source, "--to", target, *more)


def test_every_row_arrives_as_it_was(move: Any, urls: tuple[str, str]) -> None:
    source, target = urls
    before, read = rows(source), invoices_in(source)
    assert len(read) == 12
    assert all(before.values())
    ran = move()
    assert ran.status == 0, ran.err
    total = sum(map(len, before.values()))
    assert ran.out.endswith(
        f"{total} rows moved, and the same in both; start the servers with the URL of --to\n"
    )
    assert f"events: {len(before['events'])}\n" in ran.err
    assert (rows(source), rows(target)) == (before, before)
    assert invoices_in(target) == read


def test_what_comes_after_goes_on_behind_it(move: Any, urls: tuple[str, str]) -> None:
    source, target = urls
    assert move().status == 0
    with database(target) as backend:
        service = service_over(backend)
        drafted = service.execute(Draft(account=ACCOUNTS[0], document=a_document())).unwrap()
        issued = service.execute(Issue(account=ACCOUNTS[0], invoice=drafted.id)).unwrap()
    numbers = [row["number"] for row in rows(source)["invoices"] if row["number"]]
    assert issued.number not in numbers
    after = [row["position"] for row in rows(target)["events"] if row["invoice"] == drafted.id]
    assert after == [PER_VERSION, 2 * PER_VERSION]


@pytest.mark.parametrize("table", [table.name for table in metadata.sorted_tables[::6]])
def test_a_failure_in_the_middle_leaves_the_target_empty_and_it_can_start_again(
    move: Any, urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    source, target = urls

    def stopped(part: str, done: int, total: int) -> None:
        if part == table and done:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(progress_module, "_line", stopped)
        with pytest.raises(KeyboardInterrupt):
            move()
    assert not any(rows(target).values())
    assert move().status == 0
    assert rows(target) == rows(source)


def test_a_killed_move_leaves_nothing(move: Any, urls: tuple[str, str]) -> None:
    source, target = urls
    program = (
        "import os, signal, sys\n"
        "from billhook_adapters.cli import main, progress\n"
        "def killed(part, done, total):\n"
        "    if part == 'messages' and done: os.kill(os.getpid(), signal.SIGKILL)\n"
        "progress._line = killed\n"
        "main.main(sys.argv[1:])"
    )
    arguments = ("database", "move", "--from", source, "--to", target)
    killed = subprocess.run([sys.executable, "-c", program, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not any(rows(target).values())
    assert move().status == 0


def test_to_start_it_again_after_it_is_done_changes_nothing(
    move: Any, urls: tuple[str, str]
) -> None:
    assert move("--json").json["already_moved"] is False
    again = move("--json")
    assert (again.status, again.err, again.json["already_moved"]) == (0, "", True)
    assert again.json["rows"] == sum(table["rows"] for table in again.json["tables"])
    assert move().out.endswith("rows were moved before, and are the same in both\n")


def test_a_target_with_rows_of_its_own_is_refused(
    billhook: Billhook, move: Any, urls: tuple[str, str]
) -> None:
    _source, target = urls
    billhook("account", "create", "--name", "Other", "--database", target)
    before = rows(target)
    refused = move()
    assert (refused.status, refused.out, refused.err) == (
        2,
        "",
        "billhook database move: --to: the target is not empty; give the URL of a new database\n",
    )
    assert rows(target) == before
    assert move("--json").json == {
        "error": "--to: the target is not empty; give the URL of a new database"
    }


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_database_that_is_in_use_is_refused(
    move: Any, urls: tuple[str, str], option: str
) -> None:
    serving = open_database(urls[option == "--to"])
    refused = move()
    serving.dispose()
    assert (refused.status, refused.err) == (
        2,
        f"billhook database move: {option}: another program has it open; stop every `billhook "
        "serve` and `billhook worker` on it and close what else is connected, then try again\n",
    )
    assert move().status == 0


def test_a_copy_that_is_not_the_same_is_not_kept(move: Any, urls: tuple[str, str]) -> None:
    _source, target = urls
    changed = {
        "postgresql": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.paid = NEW.paid + 1; RETURN NEW; END';"
        "CREATE TRIGGER t BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION f()",
        "sqlite": "CREATE TRIGGER t AFTER INSERT ON invoices BEGIN "
        "UPDATE invoices SET paid = NEW.paid + 1 WHERE id = NEW.id; END",
    }
    engine = open_database(target)
    with engine.connect() as connection:
        connection.exec_driver_sql(changed[engine.name])
    engine.dispose()
    refused = move()
    assert (refused.status, "what was written is not what was read" in refused.err) == (2, True)
    assert not any(rows(target).values())


def test_a_row_that_the_target_does_not_take_is_named(
    billhook: Billhook, tmp_path: Path, filled: tuple[Path, str], postgresql_url: str
) -> None:
    source = f"sqlite:///{shutil.copy(filled[0], tmp_path)}"
    engine = open_database(source)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "UPDATE messages SET address = address || hex(zeroblob(200)) WHERE id = 'msg_failed'"
        )
    engine.dispose()
    refused = billhook("database", "move", "--from", source, "--to", postgresql_url)
    assert (refused.status, refused.err.splitlines()[-1]) == (
        2,
        "billhook database move: --to: messages: the target does not take the row with account "
        "acc_1, id msg_failed (StringDataRightTruncation); nothing was kept. Correct the row, and "
        "try again",
    )
    assert not any(rows(postgresql_url).values())


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("sqlite:///none.sqlite3", "sqlite:///b.sqlite3", "--from: there is no file none.sqlite3"),
        ("memory://", "sqlite:///b.sqlite3", "--from: only these can be moved: sqlite:///"),
        ("sqlite:///a.sqlite3", "sqlite:///a.sqlite3", "--to: this is the database to move from"),
        ("sqlite:///a.sqlite3", "sqlite:////none/b.sqlite3", "--to: there is no folder /none"),
        ("sqlite:///a.sqlite3", "postgresql://u@127.0.0.1:1/b", "--to: its server cannot be"),
        ("sqlite:///a.sqlite3", "postgresql://u:canary@h/b", "--to: must not hold the password"),
        ("postgresql://u@127.0.0.1:1/b", "sqlite:///b.sqlite3", "--from: its server cannot be"),
    ],
)
def test_a_wrong_url_is_named_with_its_option(
    billhook: Billhook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    target: str,
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    open_database("sqlite:///a.sqlite3").dispose()
    refused = billhook("database", "move", "--from", source, "--to", target)
    assert (refused.status, refused.out) == (2, "")
    assert reason in refused.err.replace("argument ", "")
    assert "canary" not in refused.err
    assert not (tmp_path / "b.sqlite3").exists()


def test_the_service_goes_on_over_the_new_database(move: Any, urls: tuple[str, str]) -> None:
    assert move().status == 0
    with database(urls[1]) as backend:
        service = service_over(backend)
        (invoice,) = (
            one
            for one in service.search(ACCOUNTS[1], Search(limit=100))
            if one.status is Status.PARTIALLY_PAID
        )
        paid = a_payment(invoice.due, "pay_after")
        result = service.execute(Pay(account=ACCOUNTS[1], invoice=invoice.id, payment=paid))
        assert result.unwrap().status is Status.PAID
        again = a_payment(1, f"pay_{invoice.id}")  # known before the move
        repeated = service.execute(Pay(account=ACCOUNTS[1], invoice=invoice.id, payment=again))
        assert repeated.unwrap().paid == 1
