"""The commands of pages of docs/how-to run as they stand there, in their order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from billhook.application.commands import DraftAndSend
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import RandomIds
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document

PAGES = Path(__file__).parents[3] / "docs" / "how-to"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def an_invoice_of(folder: Path) -> tuple[AccountId, InvoiceId]:
    """An issued invoice over 998.00 rupees of the first account in the folder's database."""
    engine = open_database(f"sqlite:///{folder / 'billhook.sqlite3'}")
    account = next(one.account.id for one in SqlAccounts(engine).listed())
    service = InvoiceService(SqlStore(engine), SystemClock(), RandomIds())
    send = DraftAndSend(account=account, document=a_document(media=()))
    invoice = service.execute(send).unwrap().invoice.id
    engine.dispose()
    return account, invoice


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("manage-accounts.md", 5),
        ("work-from-the-command-line.md", 7),
        ("reach-payers.md", 1),
        ("remind-payers.md", 2),
        ("keep-it-running.md", 2),
    ],
)
def test_every_command_of_the_page_works(tmp_path: Path, page: str, least: int) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "BILLHOOK_SECRET_KEY": "",
    }
    named: dict[str, str] = {}
    commands = BLOCK.findall((PAGES / page).read_text())
    assert len(commands) >= least
    for command in commands:
        for placeholder, real in named.items():
            command = command.replace(placeholder, real)  # noqa: PLW2901  # the command as typed
        ran = subprocess.run(
            ["bash", "-ec", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, ""), command
        if not named and (tmp_path / "billhook.sqlite3").exists():
            account, invoice = an_invoice_of(tmp_path)
            named = {"ACCOUNT_ID": account, "INVOICE_ID": invoice}
