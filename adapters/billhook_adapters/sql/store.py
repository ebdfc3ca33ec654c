"""The store in a relational database, through SQLAlchemy Core.

Keys are never expanded into `(account, id) IN (...)`, which makes SQLite scan the table: they
travel as one JSON array that is joined with.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DataError, IntegrityError

from billhook.account import Account, AccountId, Series
from billhook.canonical import canonical
from billhook.facts import decode, encode
from billhook.invoice import Invoice, InvoiceId, Key
from billhook.lifecycle import sources
from billhook.message import LIVE, Message, MessageId, MessageKey
from billhook.operation import Operation
from billhook.ports import (
    Contact,
    History,
    Outcome,
    PaymentKey,
    RecordedPayment,
    Remembered,
    RequestKey,
    StampedFact,
    StoreRefused,
)
from billhook_adapters.sql import tables as t
from billhook_adapters.sql.rows import (
    instant,
    invoice_of,
    invoice_row,
    message_of,
    message_row,
    payment_of,
    payment_row,
    remembered_of,
    remembered_row,
    some,
)

_OPEN = [status.value for status in sources(Operation.EXPIRE)]
_LIVE = sorted(LIVE)


class SqlStore:
    """Rows of a database that `open_database` opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def transaction(self) -> Generator[_Work]:
        """SQLite's one writer: the lock is taken at the start, so decisions never race."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield _Work(connection)
                connection.exec_driver_sql("COMMIT")
            except (IntegrityError, DataError) as refused:
                connection.exec_driver_sql("ROLLBACK")
                # The driver's own message may quote the row, and with it personal data.
                raise StoreRefused(type(refused).__name__) from None
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Generator[_Work]:
        """A read transaction of its own."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield _Work(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def overdue(self, now: datetime, limit: int) -> Sequence[Key]:
        """Open invoices past their `expire_by`."""
        c = t.invoices.c
        query = (
            select(c.account, c.id)
            .where(c.status.in_(_OPEN), c.expire_by <= some(now))
            .order_by(c.expire_by)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                Key(AccountId(account), InvoiceId(invoice))
                for account, invoice in connection.execute(query)
            ]

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        c = t.messages.c
        query = (
            select(c.account, c.id)
            .where(c.status.in_(_LIVE), c.due_at <= some(now))
            .order_by(c.due_at)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                MessageKey(AccountId(account), MessageId(message))
                for account, message in connection.execute(query)
            ]


def _keyed(table: Table, *columns: Column[Any]) -> Select[Any]:
    """Select the rows whose key columns stand in the JSON array bound as `keys`."""
    keys = func.json_each(bindparam("keys")).table_valued("value", name="wanted")
    conditions = [
        column == func.json_extract(keys.c.value, f"$[{position}]")
        for position, column in enumerate(columns)
    ]
    # The JSON array is the outer loop; the table is reached through its key.
    return select(table).select_from(keys.join(table, and_(*conditions)))


_ACCOUNTS = _keyed(t.accounts, t.accounts.c.id)
_INVOICES = _keyed(t.invoices, t.invoices.c.account, t.invoices.c.id).where(
    t.invoices.c.deleted_at.is_(None)
)
_MESSAGES = _keyed(t.messages, t.messages.c.account, t.messages.c.id)
_PAYMENTS = _keyed(t.payments, t.payments.c.account, t.payments.c.reference)
_REMEMBERED = _keyed(t.remembered, t.remembered.c.account, t.remembered.c.key)
_SUPPRESSED = _keyed(
    t.suppressed, t.suppressed.c.account, t.suppressed.c.medium, t.suppressed.c.address
)
_INSERT_INVOICE = t.invoices.insert()


class _Work:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, query: Select[Any], keys: Collection[object]) -> Sequence[Mapping[str, Any]]:
        wanted = json.dumps([[key] if isinstance(key, str) else key for key in keys])
        return [dict(row) for row in self._connection.execute(query, {"keys": wanted}).mappings()]

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        return {
            AccountId(row["id"]): Account.model_validate_json(row["body"])
            for row in self._rows(_ACCOUNTS, ids)
        }

    def invoices(self, keys: Collection[Key]) -> Mapping[Key, Invoice]:
        found = (invoice_of(row) for row in self._rows(_INVOICES, keys))
        return {invoice.key: invoice for invoice in found}

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, Message]:
        found = (message_of(row) for row in self._rows(_MESSAGES, keys))
        return {message.key: message for message in found}

    def messages_about(self, key: Key) -> Sequence[Message]:
        c = t.messages.c
        query = (
            select(t.messages)
            .where(c.account == key.account, c.invoice == key.invoice)
            .order_by(c.requested_at, c.id)
        )
        return [message_of(dict(row)) for row in self._connection.execute(query).mappings()]

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        found = (payment_of(row) for row in self._rows(_PAYMENTS, references))
        return {payment.key: payment for payment in found}

    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]:
        c = t.payments.c
        query = (
            select(t.payments).where(c.account == account, ~c.applied).order_by(c.at, c.reference)
        )
        return [payment_of(dict(row)) for row in self._connection.execute(query).mappings()]

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, History]:
        suppressed = {
            Contact(row["account"], row["medium"], row["address"]): row["reason"]
            for row in self._rows(_SUPPRESSED, contacts)
        }
        return {
            contact: History(suppressed.get(contact), self._last_asked(contact))
            for contact in contacts
        }

    def _last_asked(self, contact: Contact) -> datetime | None:
        c = t.messages.c
        query = select(func.max(c.requested_at)).where(
            c.account == contact.account,
            c.medium == contact.medium,
            c.address == contact.address,
        )
        return instant(self._connection.execute(query).scalar())

    def remembered(self, keys: Collection[RequestKey]) -> Mapping[RequestKey, Remembered]:
        found = (remembered_of(row) for row in self._rows(_REMEMBERED, keys))
        return {answer.request: answer for answer in found}

    def facts(self, key: Key) -> Sequence[StampedFact]:
        c = t.facts.c
        query = (
            select(c.invoice_version, c.name, c.version, c.body, c.actor)
            .where(c.account == key.account, c.invoice == key.invoice)
            .order_by(c.position)
        )
        return [
            StampedFact(key, at, decode(name, version, body.encode()), actor)
            for at, name, version, body, actor in self._connection.execute(query)
        ]

    def next_numbers(self, series: Mapping[Series, int]) -> Mapping[Series, range]:
        drawn: dict[Series, range] = {}
        for one, count in sorted(series.items()):
            given = insert(t.series).values(account=one.account, prefix=one.prefix, last=count)
            upsert = given.on_conflict_do_update(
                index_elements=["account", "prefix"], set_={"last": t.series.c.last + count}
            ).returning(t.series.c.last)
            last = self._connection.execute(upsert).scalar_one()
            drawn[one] = range(last - count + 1, last + 1)
        return drawn

    def save(self, outcome: Outcome) -> None:
        for account in outcome.accounts.values():
            self._upsert(t.accounts, {"id": account.id, "body": canonical(account).decode()})
        new = [invoice_row(after, None) for b, after in outcome.invoices.values() if b is None]
        if new:
            self._connection.execute(_INSERT_INVOICE, new)
        for before, after in outcome.invoices.values():
            if before is not None:
                self._replace(before, after)
        if outcome.facts:
            self._connection.execute(t.facts.insert(), [_fact_row(f) for f in outcome.facts])
        if outcome.payments:
            self._connection.execute(
                t.payments.insert(), [payment_row(p) for p in outcome.payments]
            )
        for message in outcome.messages.values():
            self._upsert(t.messages, message_row(message))
        for answer in outcome.remembered:
            self._upsert(t.remembered, remembered_row(answer))
        for contact, reason in outcome.suppressed.items():
            self._suppress(contact, reason)

    def _replace(self, before: Invoice, after: Invoice) -> None:
        c = t.invoices.c
        guarded = update(t.invoices).where(
            c.account == after.account, c.id == after.id, c.version == before.version
        )
        row = invoice_row(after, before)
        if self._connection.execute(guarded.values(row)).rowcount != 1:
            raise StoreRefused(f"{after.id} is not at the version that was read")

    def _upsert(self, table: Table, row: dict[str, Any]) -> None:
        key = [column.name for column in table.primary_key]
        given = insert(table).values(row)
        rest = {name: value for name, value in row.items() if name not in key}
        self._connection.execute(given.on_conflict_do_update(index_elements=key, set_=rest))

    def _suppress(self, contact: Contact, reason: str | None) -> None:
        c = t.suppressed.c
        self._connection.execute(
            delete(t.suppressed).where(
                c.account == contact.account,
                c.medium == contact.medium,
                c.address == contact.address,
            )
        )
        if reason is not None:
            self._connection.execute(t.suppressed.insert(), {**contact._asdict(), "reason": reason})


def _fact_row(stamped: StampedFact) -> dict[str, Any]:
    return {
        "account": stamped.key.account,
        "invoice": stamped.key.invoice,
        "invoice_version": stamped.version,
        "name": stamped.fact.name,
        "version": stamped.fact.version,
        "actor": stamped.actor,
        "body": encode(stamped.fact).decode(),
    }
