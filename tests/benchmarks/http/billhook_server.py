"""billhook on uvicorn.

`billhook_server.py LISTENER FOLDER [--batching on|off] [--database URL]
[--writer-threads NUMBER]`; the database is a SQLite file in the folder, unless another is given.

Nothing is delivered while it is measured, as in the peer: the rows stay queued.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import seed
import serving

from billhook.application.commands import DraftAndSend
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.composition.service import Application, build_application
from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import MountTable
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.razorpay.api import API
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import a_customer, a_document
from billhook_adapters.testing.builders import open_account

ACCOUNT = AccountId(seed.ACCOUNT)
BATCH = 500


def built(url: str) -> Application:
    """The service on this database."""
    return build_application(url, clock=SystemClock(), ids=RandomIds(), senders={})


def fill(application: Application) -> None:
    """Issue every invoice through the service, in batches, and send nothing."""
    open_account(application.service, Account(id=ACCOUNT, name="Acme"))
    application.keys.add(ACCOUNT, seed.KEY_ID, seed.SECRET)
    commands = [_issued(number, name) for number, name in enumerate(seed.INVOICES)]
    for first in range(0, len(commands), BATCH):
        for answer in application.service.execute_all(commands[first : first + BATCH]):
            answer.unwrap()


def _issued(number: int, name: str) -> DraftAndSend:
    email, contact = seed.payer(number)
    document = a_document(customer=a_customer(email=email, contact=contact))
    return DraftAndSend(account=ACCOUNT, document=document, media=(), invoice=InvoiceId(name))


def main() -> None:
    """Seed and serve."""
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("listener", type=int)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--batching", choices=("on", "off"), default="on")
    arguments.add_argument("--database")
    arguments.add_argument("--writer-threads", type=int, default=0)
    given = arguments.parse_args()
    application = built(given.database or f"sqlite:///{given.folder / 'billhook.sqlite3'}")
    fill(application)
    # Both settings are built alike, so that they differ in nothing but the gathering.
    together = given.batching == "on"
    batched = BatchedService(
        application.service, writer_threads=given.writer_threads, together=together
    )
    context = ApiContext(batched, application.keys, SystemClock())
    table = MountTable([API.mounted(API.mount, API.application(context))])
    serving.serve(build_app(table), given.listener)


if __name__ == "__main__":
    main()
