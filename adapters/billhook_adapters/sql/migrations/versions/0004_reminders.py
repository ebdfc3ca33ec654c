"""How far the reminders of each invoice have come, and which messages are reminders."""

import sqlalchemy as sa
from alembic import op

from billhook_adapters.sql.columns import key_text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("messages", sa.Column("reminder", sa.Integer()))
    op.create_table(
        "reminders",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("invoice", key_text(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "invoice"),
    )
    op.create_index(
        "reminders_due",
        "reminders",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
