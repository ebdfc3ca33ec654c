"""A writer killed in the middle: all that it acknowledged is there, and nothing is half done.

`BILLHOOK_CHAOS=full` kills it 500 times.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

from sqlalchemy import select

from billhook.account import AccountId
from billhook.change import replay
from billhook.facts import ChangeFact, NotificationRequested, PaymentTaken
from billhook.invoice import InvoiceId, Key
from billhook.ports import View
from billhook.records import PaymentKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.tables import invoices, messages
from chaos.budget import budget, chances
from chaos.conftest import Figures

ACCOUNT = AccountId("acc_1")
KILLS = budget(20, 500)

# For each line it is given, the parent forks a writer, which is quicker than starting one; no
# connection is open before the fork. A writer drafts, issues, tells and is paid, for ever, and
# prints each acknowledged version and message: lines this short reach a pipe whole or not at all.
PARENT = """
import os, sys
from billhook import AccountId, Desk, Draft, Medium, Pay, Send
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON, a_document, a_payment, an_account

name = AccountId("acc_1")

def say(*words):
    print(*words, flush=True)

def write():
    desk = Desk(SqlStore(open_database(sys.argv[1])), SettableClock(NOON), RandomIds())
    desk.open(an_account(number_prefix="INV-"))
    while True:
        for draft in desk.execute([Draft(account=name, document=a_document()) for _ in range(3)]):
            id = draft.unwrap().id
            say(id, draft.unwrap().version)
            send = Send(account=name, invoice=id, media=tuple(Medium), key=f"send {id}")
            sent = desk.do(send).unwrap()
            say(id, sent.invoice.version)
            for message in sent.messages:
                say(message.id, id)
            paid = desk.execute([
                Pay(account=name, invoice=id, payment=a_payment(part, f"{id}-{part}"))
                for part in (1, 2, 3)
            ])
            say(id, paid[-1].unwrap().version)

for line in sys.stdin:
    writer = os.fork()
    if not writer:
        say("pid", os.getpid())
        write()
    _, status = os.waitpid(writer, 0)
    say("died", os.WTERMSIG(status))
"""


def test_all_that_a_killed_writer_acknowledged_is_there_and_whole(
    tmp_path: Path, figures: Figures
) -> None:
    url, books = f"sqlite:///{tmp_path / 'billhook.sqlite3'}", Books()
    chance, lines = chances(), 0
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        for _ in range(KILLS):
            for name, value in _acknowledged(parent, lines=chance.randrange(1, 40)):
                lines += 1
                books.note(name, value)
            books.check(url)
    books.check_all(url)
    stored = len(books.whole)
    figures(
        {
            "kills": KILLS,
            "acknowledged": lines,
            "invoices": stored,
            "lost": 0,
            "torn": 0,
            "stored, never acknowledged": stored - len(books.versions),
        }
    )
    assert len(books.versions) >= KILLS
    assert books.told


def _acknowledged(parent: subprocess.Popen[str], lines: int) -> list[tuple[str, str]]:
    """Let a writer go on until it has acknowledged so much, then kill it where it stands."""
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write("go\n")
    parent.stdin.flush()
    said, writer = parent.stdout.readline().split()
    assert said == "pid"
    read = [parent.stdout.readline() for _ in range(lines)]
    os.kill(int(writer), signal.SIGKILL)
    read += iter(parent.stdout.readline, f"died {int(signal.SIGKILL)}\n")
    return [cast("tuple[str, str]", tuple(line.split())) for line in read]


class Books:
    """What was acknowledged, and what was found whole."""

    def __init__(self) -> None:
        self.versions: dict[InvoiceId, int] = {}
        self.told: dict[str, InvoiceId] = {}
        self.whole: dict[InvoiceId, int] = {}

    def note(self, name: str, value: str) -> None:
        """Something was acknowledged: a message about an invoice, or an invoice's version."""
        if name.startswith("msg_"):
            self.told[name] = InvoiceId(value)
        else:
            self.versions[InvoiceId(name)] = int(value)

    def check_all(self, url: str) -> None:
        """Look at everything again."""
        self.whole.clear()
        self.check(url)

    def check(self, url: str) -> None:
        """All that was acknowledged is there; and all that is there is whole.

        What has not changed since it was found whole is not looked at again.
        """
        engine = open_database(url)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            rows = connection.execute(select(invoices.c.id, invoices.c.version, invoices.c.number))
            found = {InvoiceId(name): (version, number) for name, version, number in rows}
            asked = connection.execute(select(messages.c.id, messages.c.invoice))
            told = {name: InvoiceId(invoice) for name, invoice in asked}
        assert self.versions.keys() <= found.keys()
        assert all(found[name][0] >= version for name, version in self.versions.items())
        assert self.told.items() <= told.items()
        numbers = [number for _, number in found.values() if number is not None]
        assert sorted(numbers) == sorted(f"INV-{n:04}" for n in range(1, len(numbers) + 1))
        changed = {
            name: version for name, (version, _) in found.items() if self.whole.get(name) != version
        }
        with SqlStore(engine).snapshot() as view:
            for name, version in changed.items():
                _check_whole(view, Key(ACCOUNT, name), version)
        self.whole.update(changed)
        engine.dispose()


def _check_whole(view: View, key: Key, version: int) -> None:
    """Every part of an invoice is there: its facts, messages and payments."""
    invoice = view.invoices((key,))[key]
    assert invoice.version == version
    changes = [one for one in view.facts(key) if one.version is not None]
    assert [one.version for one in changes] == [*range(1, version + 1)]
    assert replay(cast("ChangeFact", one.fact) for one in changes) == invoice
    asked = [
        one.fact.message for one in view.facts(key) if isinstance(one.fact, NotificationRequested)
    ]
    about = view.messages_about((key,)).get(key, ())
    assert sorted(asked) == sorted(message.id for message in about)
    # Issued and told in one transaction: never the one without the other.
    assert len(about) == (0 if invoice.issued_at is None else 2)
    references = [one.fact.reference for one in changes if isinstance(one.fact, PaymentTaken)]
    taken = view.payments([PaymentKey(ACCOUNT, one) for one in references])
    assert sum(one.payment.amount for one in taken.values()) == invoice.paid
