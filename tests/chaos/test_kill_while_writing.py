"""A writer killed in the middle: all that it acknowledged is there, and nothing is half done.

`BILLHOOK_TEST_CHAOS=full` kills it 500 times.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

from billhook.model.base import AccountId
from billhook.model.customer import Medium
from chaos.audit import Audit
from chaos.budget import budget, chances
from chaos.conftest import Figures

ACCOUNT = AccountId("acc_1")
KILLS = budget(20, 500)

# For each line it is given, the parent forks a writer, which is quicker than starting one; no
# connection is open before the fork. A writer drafts, issues, sends and records payments for ever,
# and prints each acknowledged version and message: short lines are written at once or not at all.
PARENT = """
import os, sys
from billhook import AccountId, Draft, Medium, Pay, Send
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import a_document, a_payment
from billhook_adapters.testing.running import RunningService

name = AccountId("acc_1")

def say(*words):
    print(*words, flush=True)

def write():
    store = SqlStore(open_database(sys.argv[1]))
    service = RunningService(store, number_prefix="INV-").service
    while True:
        drafts = [Draft(account=name, document=a_document()) for _ in range(3)]
        for draft in service.execute_all(drafts):
            id = draft.unwrap().id
            say(id, draft.unwrap().version)
            send = Send(account=name, invoice=id, media=tuple(Medium), key=f"send {id}")
            sent = service.execute(send).unwrap()
            say(id, sent.invoice.version)
            for message in sent.messages:
                say(message.id, id)
            paid = service.execute_all([
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


def test_all_that_a_killed_writer_acknowledged_is_there_and_complete(
    tmp_path: Path, figures: Figures
) -> None:
    url, audit = (
        f"sqlite:///{tmp_path / 'billhook.sqlite3'}",
        Audit(ACCOUNT, per_invoice=len(Medium)),
    )
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
                audit.add(name, value)
            audit.check(url)
    audit.check_all(url)
    stored = len(audit.complete)
    figures(
        {
            "kills": KILLS,
            "acknowledged": lines,
            "invoices": stored,
            "lost": 0,
            "incomplete": 0,
            "stored, never acknowledged": stored - len(audit.versions),
        }
    )
    assert len(audit.versions) >= KILLS
    assert audit.messages


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
