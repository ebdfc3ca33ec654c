"""A writer killed in the middle: all that it acknowledged is there, and nothing is half done."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, select

from billhook.account import AccountId
from billhook.change import replay
from billhook.facts import ChangeFact, NotificationRequested, PaymentTaken
from billhook.invoice import InvoiceId, Key
from billhook.ports import PaymentKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.tables import invoices

ACCOUNT = AccountId("acc_1")
ROUNDS = 20

# Draft, issue, tell and pay, for ever; each acknowledged version and message is printed.
CHILD = """
import sys
from billhook import *
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON, a_document, a_payment, an_account

if not sys.stdin.readline():
    sys.exit()

name = AccountId("acc_1")
desk = Desk(SqlStore(open_database(sys.argv[1])), SettableClock(NOON), RandomIds())
desk.open(an_account(number_prefix="INV-"))

def say(invoice):
    print(invoice.id, invoice.version, flush=True)

while True:
    drafts = desk.execute([Draft(account=name, document=a_document()) for _ in range(3)])
    for draft in drafts:
        say(draft.unwrap())
        id = draft.unwrap().id
        send = Send(account=name, invoice=id, media=tuple(Medium), key=f"send {id}")
        sent = desk.do(send).unwrap()
        say(sent.invoice)
        for message in sent.messages:
            print(message.id, id, flush=True)
        paid = desk.execute([
            Pay(account=name, invoice=id, payment=a_payment(part, f"{id}-{part}"))
            for part in (1, 2, 3)
        ])
        say(paid[-1].unwrap())
"""


def test_all_that_was_acknowledged_survives_twenty_kills(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    chance = random.Random(20260101)  # noqa: S311  # where to kill, not a secret
    versions: dict[InvoiceId, int] = {}
    told: dict[str, InvoiceId] = {}
    with ExitStack() as ends:
        # Two more stand ready, because starting takes longer than anything that they do.
        children = deque(ends.enter_context(_ready(url)) for _ in range(3))
        for _ in range(ROUNDS):
            for name, value in _acknowledged(children.popleft(), lines=chance.randrange(1, 40)):
                if name.startswith("msg_"):
                    told[name] = InvoiceId(value)
                else:
                    versions[InvoiceId(name)] = int(value)
            children.append(ends.enter_context(_ready(url)))
            engine = open_database(url)
            _check(engine, versions, told)
            engine.dispose()
    assert len(versions) >= ROUNDS
    assert told


def _ready(url: str) -> subprocess.Popen[str]:
    """A child that begins once it is told to, and ends if it never is."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _acknowledged(child: subprocess.Popen[str], lines: int) -> list[tuple[str, str]]:
    """Let a child write until it has acknowledged so much, then kill it where it stands."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    read = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    read += child.stdout.readlines()
    assert child.wait() == -signal.SIGKILL
    # The kill may have cut the last line; what was not said in full was not acknowledged.
    return [cast("tuple[str, str]", tuple(line.split())) for line in read if line.endswith("\n")]


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
            messages = view.messages_about(key)
            assert sorted(asked) == sorted(message.id for message in messages)
            # Issued and told in one transaction: never the one without the other.
            assert len(messages) == (0 if invoice.issued_at is None else 2)
            references = [
                one.fact.reference for one in changes if isinstance(one.fact, PaymentTaken)
            ]
            taken = view.payments([PaymentKey(ACCOUNT, one) for one in references])
            assert sum(one.payment.amount for one in taken.values()) == invoice.paid
        found = {message.id: key.invoice for key in keys for message in view.messages_about(key)}
        assert told.items() <= found.items()
    assert sorted(numbers) == [f"INV-{n:04}" for n in range(1, len(numbers) + 1)]
