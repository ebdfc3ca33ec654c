"""What a database must contain, compared with what was acknowledged."""

from __future__ import annotations

from sqlalchemy import select

from billhook.application.ports import Snapshot
from billhook.application.records import PaymentKey
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import NotificationRequested, PaymentRecorded
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.tables import invoices, messages


class Audit:
    """What was acknowledged, and what was found complete."""

    def __init__(self, account: AccountId, *, per_invoice: int | None = None) -> None:
        """`per_invoice` messages are queued as an invoice is issued, where that is known."""
        self._account, self._per_invoice = account, per_invoice
        self.versions: dict[InvoiceId, int] = {}
        self.messages: dict[str, InvoiceId] = {}
        self.complete: dict[InvoiceId, int] = {}

    def add(self, name: str, value: str) -> None:
        """Add what was acknowledged: a message about an invoice, or the version of an invoice."""
        if name.startswith("msg_"):
            self.messages[name] = InvoiceId(value)
        else:
            self.versions[InvoiceId(name)] = int(value)

    def check_all(self, url: str) -> None:
        """Check everything again."""
        self.complete.clear()
        self.check(url)

    def check(self, url: str) -> None:
        """All that was acknowledged is there, and all that is there is complete.

        What has not changed since it was found complete is not checked again.
        """
        engine = open_database(url)
        with engine.connect() as connection:
            if url.startswith("sqlite"):
                checked = connection.exec_driver_sql("PRAGMA integrity_check")
                assert checked.scalars().all() == ["ok"]
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            rows = connection.execute(select(invoices.c.id, invoices.c.version, invoices.c.number))
            found = {InvoiceId(name): (version, number) for name, version, number in rows}
            rows = connection.execute(select(messages.c.id, messages.c.invoice))
            queued = {name: InvoiceId(invoice) for name, invoice in rows}
        assert self.versions.keys() <= found.keys()
        assert all(found[name][0] >= version for name, version in self.versions.items())
        assert self.messages.items() <= queued.items()
        # One after the other, where the account numbers its invoices.
        numbers = [number for _, number in found.values() if number is not None]
        assert sorted(numbers) == sorted(f"INV-{n:04}" for n in range(1, len(numbers) + 1))
        changed = {
            name: version
            for name, (version, _) in found.items()
            if self.complete.get(name) != version
        }
        with SqlStore(engine).snapshot() as snapshot:
            for name, version in changed.items():
                key = InvoiceKey(self._account, name)
                invoice = snapshot.invoices((key,))[key]
                assert invoice.version == version
                count = _check_complete(snapshot, invoice)
                # Issued and queued in one transaction: never the one without the other.
                issued = invoice.issued_at is not None
                assert self._per_invoice is None or count == issued * self._per_invoice
        self.complete.update(changed)
        engine.dispose()


def _check_complete(snapshot: Snapshot, invoice: Invoice) -> int:
    """Its events, messages and payments are all there; how many messages it has."""
    key = invoice.key
    changes = [one for one in snapshot.events(key) if one.version is not None]
    assert [one.version for one in changes] == [*range(1, invoice.version + 1)]
    assert replay(one.event for one in snapshot.events(key)) == invoice
    requested = [
        one.event.message
        for one in snapshot.events(key)
        if isinstance(one.event, NotificationRequested)
    ]
    about = snapshot.messages_about((key,)).get(key, ())
    assert sorted(requested) == sorted(message.id for message in about)
    references = [one.event.reference for one in changes if isinstance(one.event, PaymentRecorded)]
    taken = snapshot.payments([PaymentKey(key.account, one) for one in references])
    assert sum(one.payment.amount for one in taken.values()) == invoice.paid
    return len(about)
