"""A database with many issued invoices: `python -m benchmarks.service.filling URL COUNT`.

One is issued by the service. The others are copies of its rows with ids, addresses and short URLs
of their own: the same bytes in a fraction of the time.
"""

from __future__ import annotations

import sys
from typing import Any

from sqlalchemy import RowMapping, select

from benchmarks.service import seed
from billhook.application.commands import DraftAndSend
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.composition.service import build_application
from billhook_adapters.sql import saving, tables
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.database import open_database
from billhook_adapters.system.api_keys import hashed
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import a_customer, a_document
from billhook_adapters.testing.builders import open_account

BATCH = 1000


def fill(url: str, count: int) -> None:
    """Make the account, its key, and this many issued invoices, of which none was sent."""
    application = build_application(url, ids=RandomIds(), senders={})
    open_account(application.service, Account(id=AccountId(seed.ACCOUNT), name="Acme"))
    application.keys.add(AccountId(seed.ACCOUNT), seed.KEY_ID, seed.SECRET)
    application.keys.add(
        AccountId(seed.ACCOUNT), hashed(seed.TOKEN), seed.TOKEN, location=seed.LOCATION
    )
    email, contact = seed.payer(0)
    document = a_document(customer=a_customer(email=email, contact=contact))
    issue = DraftAndSend(
        account=AccountId(seed.ACCOUNT),
        document=document,
        media=(),
        invoice=InvoiceId(seed.invoice(0)),
    )
    application.service.execute(issue).unwrap()
    application.backend.dispose()
    _copy(url, count)


def _copy(url: str, count: int) -> None:
    engine = open_database(url)
    with reading(engine) as connection:
        (invoice,) = map(_Copied, connection.execute(select(tables.invoices)).mappings())
        events = [*map(_Copied, connection.execute(select(tables.events)).mappings())]
    for first in range(1, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        with writing(engine) as connection:
            saving.put(connection, saving.ADD_INVOICE, [invoice.of(one) for one in numbers])
            rows = [event.of(one) for one in numbers for event in events]
            saving.put(connection, saving.ADD_EVENT, rows)
    engine.dispose()


class _Copied:
    """A row of the first invoice, as often as wanted as that of another one."""

    def __init__(self, row: RowMapping) -> None:
        self._row = {str(name): value for name, value in row.items()}
        self._changing = [
            name
            for name, value in self._row.items()
            if isinstance(value, str) and any(text in value for text in _texts(0))
        ]

    def of(self, number: int) -> dict[str, Any]:
        """The row of the invoice of this number."""
        copy = dict(self._row)
        changes = tuple(zip(_texts(0), _texts(number), strict=True))
        for name in self._changing:
            for old, new in changes:
                copy[name] = copy[name].replace(old, new)
        if "short_url" in copy:
            copy["short_url"] = seed.BASE_URL + seed.page(number)
        return copy


def _texts(number: int) -> tuple[str, ...]:
    email, contact = seed.payer(number)
    return seed.invoice(number), email, contact, contact.removeprefix("+")


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]))
