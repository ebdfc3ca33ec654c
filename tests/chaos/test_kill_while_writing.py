"""A writer killed in the middle: all that it acknowledged is there, and nothing is half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, select

from billhook.account import AccountId
from billhook.change import replay
from billhook.facts import ChangeFact, NotificationRequested, PaymentTaken
from billhook.invoice import InvoiceId, Key
from billhook.records import PaymentKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.tables import invoices

ACCOUNT = AccountId("acc_1")
ROUNDS = 20

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


def test_all_that_was_acknowledged_survives_twenty_kills(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    chance = random.Random(20260101)  # noqa: S311  # where to kill, not a secret
    versions: dict[InvoiceId, int] = {}
    told: dict[str, InvoiceId] = {}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        for _ in range(ROUNDS):
            for name, value in _acknowledged(parent, lines=chance.randrange(1, 40)):
                if name.startswith("msg_"):
                    told[name] = InvoiceId(value)
                else:
                    versions[InvoiceId(name)] = int(value)
            engine = open_database(url)
            _check(engine, versions, told)
            engine.dispose()
    assert len(versions) >= ROUNDS
    assert told


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


def _check(engine: Engine, versions: dict[InvoiceId, int], told: dict[str, InvoiceId]) -> None:
    """All that was acknowledged is there; and of all that is there, every part is."""
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        names = connection.scalars(select(invoices.c.id)).all()
        numbers = connection.scalars(
            select(invoices.c.number).where(invoices.c.number.is_not(None))
        ).all()
    keys = [Key(ACCOUNT, InvoiceId(name)) for name in names]
    with SqlStore(engine).snapshot() as view:
        stored = view.invoices(keys)
        assert versions.keys() <= {key.invoice for key in stored}
        for key, invoice in stored.items():
            assert invoice.version >= versions.get(key.invoice, 1)
            changes = [one for one in view.facts(key) if one.version is not None]
            assert [one.version for one in changes] == [*range(1, invoice.version + 1)]
            assert replay(cast("ChangeFact", one.fact) for one in changes) == invoice
            asked = [
                one.fact.message
                for one in view.facts(key)
                if isinstance(one.fact, NotificationRequested)
            ]
            messages = view.messages_about((key,)).get(key, ())
            assert sorted(asked) == sorted(message.id for message in messages)
            # Issued and told in one transaction: never the one without the other.
            assert len(messages) == (0 if invoice.issued_at is None else 2)
            references = [
                one.fact.reference for one in changes if isinstance(one.fact, PaymentTaken)
            ]
            taken = view.payments([PaymentKey(ACCOUNT, one) for one in references])
            assert sum(one.payment.amount for one in taken.values()) == invoice.paid
        found = {
            message.id: key.invoice
            for key in keys
            for message in view.messages_about((key,)).get(key, ())
        }
        assert told.items() <= found.items()
    assert sorted(numbers) == [f"INV-{n:04}" for n in range(1, len(numbers) + 1)]
