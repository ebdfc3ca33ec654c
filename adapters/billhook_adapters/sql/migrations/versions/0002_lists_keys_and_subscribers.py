"""What lists search by, keys that can be revoked, subscribers and what dialects file."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("receipt", sa.String(length=64)))
    op.add_column("invoices", sa.Column("customer", sa.String(length=64)))
    # Customers had no ids before; receipts stood in the documents only.
    op.execute(
        "UPDATE invoices SET receipt = coalesce(json_extract(document, '$.receipt'), number)"
    )
    op.create_index("invoices_by_age", "invoices", ["account", "created_at", "id"])
    for index, column in (("invoices_by_receipt", "receipt"), ("invoices_of_customer", "customer")):
        op.create_index(index, "invoices", ["account", column, "created_at", "id"])
    op.add_column("messages", sa.Column("event", sa.String(length=64)))
    op.add_column("messages", sa.Column("version", sa.Integer()))
    op.add_column(
        "api_keys", sa.Column("created_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("api_keys", sa.Column("revoked_at", sa.BigInteger()))
    for name in ("subscribers", "entries"):
        op.create_table(
            name,
            sa.Column("account", sa.String(length=64), nullable=False),
            sa.Column("id", sa.String(length=64), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            *([sa.Column("filed_at", sa.BigInteger(), nullable=False)] * (name == "entries")),
            sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
            sa.PrimaryKeyConstraint("account", "id"),
        )
