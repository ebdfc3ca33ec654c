"""What lists by date and by words look at, filled from the documents that are there."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BATCH = 1000


def upgrade() -> None:
    dated_at = sa.Column("dated_at", sa.BigInteger(), nullable=False, server_default="0")
    live: Any = sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.true())
    words = sa.Column("words", sa.Text(), nullable=False, server_default="")
    for column in (dated_at, live, words):
        op.add_column("invoices", column)
    names = ("account", "id", "number", "created_at", "document", "dated_at", "live", "words")
    invoices = sa.table("invoices", *map(sa.column, names))
    _fill(op.get_bind(), invoices)
    op.create_index("invoices_by_date", "invoices", ["account", "dated_at", "id"])


def _fill(connection: sa.Connection, invoices: Any) -> None:
    row = invoices.c
    known = sa.select(row.account, row.id, row.number, row.created_at, row.document)
    found = known.order_by(row.account, row.id).limit(BATCH)
    filling = (
        sa.update(invoices)
        .where(row.account == sa.bindparam("its_account"), row.id == sa.bindparam("its_id"))
        .values(
            dated_at=sa.bindparam("date"), live=sa.bindparam("real"), words=sa.bindparam("text")
        )
    )
    last: Any = None
    while True:
        more = sa.tuple_(row.account, row.id) > sa.tuple_(*last) if last else sa.true()
        rows = connection.execute(found.where(more)).all()
        if not rows:
            return
        connection.execute(filling, [_filled(one) for one in rows])
        last = tuple(rows[-1][:2])


def _filled(row: Sequence[Any]) -> dict[str, Any]:
    account, name, number, created_at, body = row
    document: dict[str, Any] = json.loads(body)
    customer: dict[str, str | None] = document.get("customer") or {}
    texts: tuple[str | None, ...] = (
        name, number, document.get("receipt"), document.get("title"),
        *(customer.get(field) for field in ("id", "name", "email", "contact")),
    )  # fmt: skip
    return {
        "its_account": account,
        "its_id": name,
        "real": document.get("live", True),
        "date": _micros(document["date"]) if document.get("date") else created_at,
        "text": "\n".join(text.replace("\n", " ") for text in texts if text).casefold(),
    }


def _micros(written: str) -> int:
    since = datetime.fromisoformat(written) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)
