"""The statements, each built once.

Keys are never expanded into `(account, id) IN (...)`, which makes SQLite scan the table: they
travel as one JSON array, bound as `keys`, that is joined with. That also keeps texts that no
database can hold out of the driver: as JSON they are ASCII, and find nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Column,
    ColumnElement,
    Dialect,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.sql.compiler import SQLCompiler

from billhook.delivery import LIVE
from billhook.lifecycle import sources
from billhook.operation import Operation
from billhook_adapters.sql import tables as t


def wanted(keys: Collection[object]) -> dict[str, str]:
    """The bind of these keys."""
    return {"keys": json.dumps([[key] if isinstance(key, str) else key for key in keys])}


class Sent(NamedTuple):
    """A statement as the driver gets it: its text, and the name of each of its marks."""

    text: str
    names: Sequence[str]


@cache
def sent(statement: ClauseElement, dialect: Dialect) -> Sent:
    """A statement of this module for the driver, compiled once.

    SQLAlchemy would look at every value of every row again; our rows hold what the driver takes.
    """
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect))  # none of them is DDL
    return Sent(compiled.string, compiled.positiontup or ())


_KEYS = func.json_each(bindparam("keys")).table_valued("key", "value", name="wanted")


def _matching(*columns: Column[Any]) -> ColumnElement[bool]:
    return and_(
        *(
            column == func.json_extract(_KEYS.c.value, f"$[{position}]")
            for position, column in enumerate(columns)
        )
    )


def _keyed(table: Table, *columns: Column[Any]) -> Select[Any]:
    # The JSON array is the outer loop; the table is reached through its key.
    return select(table).select_from(_KEYS.join(table, _matching(*columns)))


ACCOUNTS = _keyed(t.accounts, t.accounts.c.id)
INVOICES = _keyed(t.invoices, t.invoices.c.account, t.invoices.c.id).where(
    t.invoices.c.deleted_at.is_(None)
)
MESSAGES = _keyed(t.messages, t.messages.c.account, t.messages.c.id)
MESSAGES_ABOUT = (
    _keyed(t.messages, t.messages.c.account, t.messages.c.invoice)
    .where(t.messages.c.event.is_(None))
    .order_by(t.messages.c.requested_at, t.messages.c.id)
)
SUBSCRIBERS = _keyed(t.subscribers, t.subscribers.c.account).order_by(t.subscribers.c.id)
ENTRIES = _keyed(t.entries, t.entries.c.account, t.entries.c.id)
PAYMENTS = _keyed(t.payments, t.payments.c.account, t.payments.c.reference)
PAYMENTS_FOR = _keyed(t.payments, t.payments.c.account, t.payments.c.invoice).order_by(
    t.payments.c.at, t.payments.c.reference
)
UNAPPLIED = (
    _keyed(t.payments, t.payments.c.account)
    .where(~t.payments.c.applied)
    .order_by(t.payments.c.at, t.payments.c.reference)
)
REMEMBERED = _keyed(t.remembered, t.remembered.c.account, t.remembered.c.key)
TURNS = _keyed(t.paces, t.paces.c.account, t.paces.c.medium)
FACTS = _keyed(t.facts, t.facts.c.account, t.facts.c.invoice).order_by(t.facts.c.position)

_LAST_ASKED = (
    select(func.max(t.messages.c.requested_at))
    .where(_matching(t.messages.c.account, t.messages.c.medium, t.messages.c.address))
    .correlate(_KEYS)
    .scalar_subquery()
)
HISTORIES = select(_KEYS.c.key, t.suppressed.c.reason, _LAST_ASKED).select_from(
    _KEYS.outerjoin(
        t.suppressed,
        _matching(t.suppressed.c.account, t.suppressed.c.medium, t.suppressed.c.address),
    )
)
"""For the position of each contact among the keys: why it is suppressed, and when last asked."""

# A partial index serves a query only where its condition stands in it as literals.
_OPEN: BindParameter[Sequence[str]] = bindparam(
    "open", sources(Operation.EXPIRE), expanding=True, literal_execute=True
)

OVERDUE = (
    select(t.invoices.c.account, t.invoices.c.id)
    .where(t.invoices.c.status.in_(_OPEN), t.invoices.c.expire_by <= bindparam("now"))
    .order_by(t.invoices.c.expire_by)
    .limit(bindparam("most"))
)
SENDABLE = (
    select(t.messages.c.account, t.messages.c.id)
    .where(t.messages.c.status.in_(sorted(LIVE)), t.messages.c.due_at <= bindparam("now"))
    .order_by(t.messages.c.due_at)
    .limit(bindparam("most"))
)
FORGET = delete(t.remembered).where(
    tuple_(t.remembered.c.account, t.remembered.c.key).in_(
        select(t.remembered.c.account, t.remembered.c.key)
        .where(t.remembered.c.until <= bindparam("now"))
        .order_by(t.remembered.c.until)
        .limit(bindparam("most"))
    )
)


def _upsert(table: Table) -> Insert:
    given = insert(table)
    key = [column.name for column in table.primary_key]
    rest = {column.name: given.excluded[column.name] for column in table.c}
    return given.on_conflict_do_update(
        index_elements=key, set_={name: new for name, new in rest.items() if name not in key}
    )


ADD_INVOICE = insert(t.invoices)
ADD_FACT = insert(t.facts).values(
    {column.name: bindparam(column.name) for column in t.facts.c if not column.primary_key}
)
ADD_PAYMENT = insert(t.payments)
PUT_ACCOUNT = _upsert(t.accounts)
PUT_MESSAGE = _upsert(t.messages)
PUT_REMEMBERED = _upsert(t.remembered)
PUT_SUBSCRIBER = _upsert(t.subscribers)
PUT_ENTRY = _upsert(t.entries)
PUT_TURNS = _upsert(t.paces)
PUT_SUPPRESSED = _upsert(t.suppressed)
LIFT_SUPPRESSED = delete(t.suppressed).where(
    *(column == bindparam(f"its_{column.name}") for column in t.suppressed.primary_key)
)

MOVING = [
    column.name for column in t.invoices.c if column.name not in ("account", "id", "document")
]
_GUARDED = update(t.invoices).where(
    *(t.invoices.c[name] == bindparam(f"its_{name}") for name in ("account", "id", "version"))
)
MOVE_INVOICE = _GUARDED.values({name: bindparam(name) for name in MOVING})
CHANGE_INVOICE = _GUARDED.values({name: bindparam(name) for name in (*MOVING, "document")})
"""The next version of an invoice whose version is still the one that was read."""

_GIVEN = insert(t.series)
DRAW = _GIVEN.on_conflict_do_update(
    index_elements=["account", "prefix"],
    set_={"last": t.series.c.last + _GIVEN.excluded["last"]},
).returning(t.series.c.last)
