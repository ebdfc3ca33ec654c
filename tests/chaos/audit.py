"""What a database must hold after everything that happened to it."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from billhook.application.ports import Snapshot
from billhook.application.records import PaymentKey
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import InvoiceChanged, NotificationRequested, PaymentRecorded
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.tables import invoices, messages


class Books:
    """What was acknowledged, and what was found whole."""

    def __init__(self, account: AccountId, *, messages: int | None = None) -> None:
        """`messages` is how many are queued as an invoice is issued, where that is known."""
        self._account, self._messages = account, messages
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
            if engine.dialect.name == "sqlite":
                checked = connection.exec_driver_sql("PRAGMA integrity_check")
                assert checked.scalars().all() == ["ok"]
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            rows = connection.execute(select(invoices.c.id, invoices.c.version, invoices.c.number))
            found = {InvoiceId(name): (version, number) for name, version, number in rows}
            asked = connection.execute(select(messages.c.id, messages.c.invoice))
            told = {name: InvoiceId(invoice) for name, invoice in asked}
        assert self.versions.keys() <= found.keys()
        assert all(found[name][0] >= version for name, version in self.versions.items())
        assert self.told.items() <= told.items()
        # One after the other, where the account numbers its invoices.
        numbers = [number for _, number in found.values() if number is not None]
        assert sorted(numbers) == sorted(f"INV-{n:04}" for n in range(1, len(numbers) + 1))
        changed = {
            name: version for name, (version, _) in found.items() if self.whole.get(name) != version
        }
        with SqlStore(engine).snapshot() as snapshot:
            for name, version in changed.items():
                key = InvoiceKey(self._account, name)
                invoice = snapshot.invoices((key,))[key]
                assert invoice.version == version
                told = _check_whole(snapshot, invoice)
                # Issued and told in one transaction: never the one without the other.
                issued = invoice.issued_at is not None
                assert self._messages is None or told == issued * self._messages
        self.whole.update(changed)
        engine.dispose()


def _check_whole(snapshot: Snapshot, invoice: Invoice) -> int:
    """Its facts are all there, its messages and its payments; how many messages it has."""
    key = invoice.key
    changes = [one for one in snapshot.events(key) if one.version is not None]
    assert [one.version for one in changes] == [*range(1, invoice.version + 1)]
    assert replay(cast("InvoiceChanged", one.event) for one in changes) == invoice
    asked = [
        one.event.message
        for one in snapshot.events(key)
        if isinstance(one.event, NotificationRequested)
    ]
    about = snapshot.messages_about((key,)).get(key, ())
    assert sorted(asked) == sorted(message.id for message in about)
    references = [one.event.reference for one in changes if isinstance(one.event, PaymentRecorded)]
    taken = snapshot.payments([PaymentKey(key.account, one) for one in references])
    assert sum(one.payment.amount for one in taken.values()) == invoice.paid
    return len(about)
