"""What lists search by, keys that can be revoked, subscribers and what dialects file."""

import sqlalchemy as sa
from alembic import op

from billhook_adapters.sql.columns import key_text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("receipt", key_text(64)))
    op.add_column("invoices", sa.Column("customer", key_text(64)))
    # Customers had no ids before; receipts stood in the documents only.
    receipt = {
        "sqlite": "json_extract(document, '$.receipt')",
        "postgresql": "CAST(document AS json) ->> 'receipt'",
    }[op.get_context().dialect.name]
    op.execute(f"UPDATE invoices SET receipt = coalesce({receipt}, number)")  # noqa: S608  # words of this file
    op.create_index("invoices_by_age", "invoices", ["account", "created_at", "id"])
    for index, column in (("invoices_by_receipt", "receipt"), ("invoices_of_customer", "customer")):
        op.create_index(index, "invoices", ["account", column, "created_at", "id"])
    op.add_column("messages", sa.Column("event", key_text(64)))
    op.add_column("messages", sa.Column("version", sa.Integer()))
    op.add_column(
        "api_keys", sa.Column("created_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("api_keys", sa.Column("revoked_at", sa.BigInteger()))
    for name in ("subscribers", "entries"):
        op.create_table(
            name,
            sa.Column("account", key_text(64), nullable=False),
            sa.Column("id", key_text(64), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            *([sa.Column("filed_at", sa.BigInteger(), nullable=False)] * (name == "entries")),
            sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
            sa.PrimaryKeyConstraint("account", "id"),
        )
