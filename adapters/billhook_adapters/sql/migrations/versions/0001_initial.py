"""The first tables."""

import sqlalchemy as sa
from alembic import op

from billhook_adapters.sql.columns import key_text

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "legal_profiles",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "since"),
    )
    op.create_table(
        "logos",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("format", key_text(16), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "events",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("invoice", key_text(64), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", key_text(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", key_text(256), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "invoice", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_records",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("key", key_text(256), nullable=False),
        sa.Column("fingerprint", key_text(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    op.create_index("idempotency_records_until", "idempotency_records", ["until"])
    op.create_table(
        "messages",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("invoice", key_text(64), nullable=False),
        sa.Column("medium", key_text(16), nullable=False),
        sa.Column("address", key_text(256), nullable=False),
        sa.Column("status", key_text(16), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("event_type", key_text(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.Column("requeued_at", sa.BigInteger(), nullable=True),
        sa.Column("queue", key_text(160), nullable=False),
        sa.Column("normal_address", key_text(256), nullable=False),
        sa.Column("sms_prefix", key_text(16), nullable=True),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    op.create_index(
        "messages_by_sms",
        "messages",
        ["account", "requested_at"],
        sqlite_where=sa.text("sms_prefix IS NOT NULL"),
        postgresql_where=sa.text("sms_prefix IS NOT NULL"),
    )
    op.create_index(
        "messages_due",
        "messages",
        ["due_at", "status"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "messages_failed",
        "messages",
        ["ended_at", "account", "id"],
        sqlite_where=sa.text("status = 'failed'"),
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_index(
        "messages_of_address",
        "messages",
        ["account", "medium", "normal_address", "requested_at"],
    )
    op.create_index(
        "messages_of_invoice",
        "messages",
        ["account", "invoice", "requested_at", "id"],
        sqlite_where=sa.text("event_type IS NULL"),
        postgresql_where=sa.text("event_type IS NULL"),
    )
    op.create_index(
        "messages_of_provider",
        "messages",
        ["medium", "provider_id"],
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_index(
        "messages_of_queue",
        "messages",
        ["queue", "due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "messages_of_sms_prefix",
        "messages",
        ["account", "sms_prefix", "requested_at"],
        sqlite_where=sa.text("sms_prefix IS NOT NULL"),
        postgresql_where=sa.text("sms_prefix IS NOT NULL"),
    )
    op.create_index(
        "messages_suppressed",
        "messages",
        ["ended_at", "account", "id"],
        sqlite_where=sa.text("status = 'suppressed'"),
        postgresql_where=sa.text("status = 'suppressed'"),
    )
    op.create_table(
        "number_series",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("prefix", key_text(32), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "prefix"),
    )
    op.create_table(
        "payments",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("reference", key_text(128), nullable=False),
        sa.Column("invoice", key_text(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", key_text(3), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("instalments", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("unapplied", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("origin", key_text(128), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "reference"),
        sqlite_with_rowid=False,
    )
    op.create_index("payments_of_invoice", "payments", ["account", "invoice", "at", "reference"])
    op.create_index("payments_in_order", "payments", ["account", "at", "reference"])
    op.create_index(
        "payments_unapplied",
        "payments",
        ["account", "at", "reference"],
        sqlite_where=sa.text("unapplied > 0"),
        postgresql_where=sa.text("unapplied > 0"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("medium", key_text(16), nullable=False),
        sa.Column("next_free_at", sa.BigInteger(), nullable=False),
        sa.Column("reserved_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "medium"),
    )
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
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "repairs",
        sa.Column("what", key_text(16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
    )
    op.create_table(
        "sms_budgets_used_up",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("prefix", key_text(16), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "prefix"),
    )
    op.create_index("sms_budgets_used_up_until", "sms_budgets_used_up", ["until"])
    op.create_table(
        "suppressions",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("medium", key_text(16), nullable=False),
        sa.Column("address", key_text(256), nullable=False),
        sa.Column("reason", key_text(16), nullable=False),
        sa.PrimaryKeyConstraint("account", "medium", "address"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("secret_sha256", key_text(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("location", key_text(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "entries",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    op.create_index("entries_in_order", "entries", ["account", "filed_at", "id"])
    op.create_table(
        "invoices",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", key_text(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("expire_by", sa.BigInteger(), nullable=True),
        sa.Column("due_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("expired_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("number", key_text(64), nullable=True),
        sa.Column("short_url", key_text(2048), nullable=True),
        sa.Column("first_payment", key_text(128), nullable=True),
        sa.Column("instalments_paid", sa.Text(), nullable=False),
        sa.Column("receipt", key_text(64), nullable=True),
        sa.Column("customer", key_text(64), nullable=True),
        sa.Column("dated_at", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("extras", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "id"),
        sa.UniqueConstraint("short_url"),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
    )
    listed = ["id", "deleted_at", "status", "expire_by", "due_by", "live", "extras"]
    if op.get_bind().dialect.name == "sqlite":
        listed.append("search_text")
    op.create_index("invoices_by_age", "invoices", ["account", "created_at", *listed])
    op.create_index("invoices_by_date", "invoices", ["account", "dated_at", *listed])
    op.create_index(
        "invoices_by_number",
        "invoices",
        ["account", "receipt"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "invoices_by_receipt",
        "invoices",
        ["account", "receipt", "created_at", "id"],
        sqlite_where=sa.text("receipt IS NOT NULL"),
        postgresql_where=sa.text("receipt IS NOT NULL"),
    )
    op.create_index(
        "invoices_of_customer",
        "invoices",
        ["account", "customer", "created_at", "id"],
        sqlite_where=sa.text("customer IS NOT NULL"),
        postgresql_where=sa.text("customer IS NOT NULL"),
    )
    op.create_index(
        "invoices_overdue",
        "invoices",
        ["expire_by"],
        sqlite_where=sa.text("status IN ('issued', 'partially_paid')"),
        postgresql_where=sa.text("status IN ('issued', 'partially_paid')"),
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("id", key_text(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("account", "id"),
    )
