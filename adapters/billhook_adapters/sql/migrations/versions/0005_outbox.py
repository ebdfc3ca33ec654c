"""What operators look at: dead letters and what became of them, and how much was repaired."""

import sqlalchemy as sa
from alembic import op

from billhook_adapters.sql.columns import key_text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("messages", sa.Column("requeued_at", sa.BigInteger()))
    op.drop_index("messages_due", "messages")
    _partial("messages_due", ["due_at", "status"], "due_at IS NOT NULL")
    for status in ("failed", "suppressed"):
        _partial(f"messages_{status}", ["ended_at", "account", "id"], f"status = '{status}'")
    op.create_table(
        "repairs",
        sa.Column("what", key_text(16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
    )


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "messages", columns, sqlite_where=where, postgresql_where=where)
