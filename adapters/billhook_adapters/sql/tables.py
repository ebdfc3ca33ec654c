"""The tables. Times are whole microseconds since 1970 in UTC; documents and events are JSON text.

Every key starts with the account. `migrations/` makes these tables; a test holds the two equal.
"""

from __future__ import annotations

from functools import cache
from typing import get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.messaging.delivery import LIVE, Unsent
from billhook_adapters.sql.columns import key_text

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", key_text(64), primary_key=True),
    Column("body", Text, nullable=False),
)

legal_profiles = Table(
    "legal_profiles",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

# Apart from the accounts, which every transaction reads.
logos = Table(
    "logos",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("format", key_text(16), nullable=False),
    Column("data", Text, nullable=False),  # in base64, as rows travel as JSON
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", key_text(64), primary_key=True),
    Column("account", key_text(64), nullable=False),
    Column("secret_sha256", key_text(64), nullable=False),
    Column("created_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("location", key_text(64)),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

invoices = Table(
    "invoices",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("id", key_text(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", key_text(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("expire_by", BigInteger),
    Column("due_by", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("issued_at", BigInteger),
    Column("paid_at", BigInteger),
    Column("expired_at", BigInteger),
    Column("cancelled_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("number", key_text(64)),
    Column("short_url", key_text(2048), unique=True),
    Column("first_payment", key_text(128)),
    Column("instalments_paid", Text, nullable=False),
    Column("receipt", key_text(64)),
    Column("customer", key_text(64)),
    Column("dated_at", BigInteger, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("extras", Text, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("document", Text, nullable=False),  # the last: what is behind a long text is read slowly
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)
# The statuses that the lifecycle lets expire; SQL wants them spelled out for a partial index.
_EXPIRING = ", ".join(f"'{status}'" for status in sources(Operation.EXPIRE))
Index(
    "invoices_overdue",
    invoices.c.expire_by,
    sqlite_where=text(f"status IN ({_EXPIRING})"),
    postgresql_where=text(f"status IN ({_EXPIRING})"),
)

# Each ends in the order of a page, or it would lose to the one that does.
Index(
    "invoices_by_receipt",
    invoices.c.account,
    invoices.c.receipt,
    invoices.c.created_at,
    invoices.c.id,
    sqlite_where=text("receipt IS NOT NULL"),
    postgresql_where=text("receipt IS NOT NULL"),
)
Index(
    "invoices_by_number",
    invoices.c.account,
    invoices.c.receipt,
    unique=True,
    sqlite_where=text("number IS NOT NULL"),
    postgresql_where=text("number IS NOT NULL"),
)
Index(
    "invoices_of_customer",
    invoices.c.account,
    invoices.c.customer,
    invoices.c.created_at,
    invoices.c.id,
    sqlite_where=text("customer IS NOT NULL"),
    postgresql_where=text("customer IS NOT NULL"),
)

PER_VERSION = 2**32
"""How many events can be recorded of one version of an invoice."""

events = Table(
    "events",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("invoice", key_text(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("name", key_text(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", key_text(256)),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,  # they are read by this key alone, in its order
)
messages = Table(
    "messages",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("id", key_text(64), primary_key=True),
    Column("invoice", key_text(64), nullable=False),
    Column("medium", key_text(16), nullable=False),
    Column("address", key_text(256), nullable=False),
    Column("status", key_text(16), nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("reason", Text),
    Column("provider_id", Text),
    Column("event_type", key_text(64)),
    Column("version", Integer),
    Column("reminder", Integer),
    Column("requeued_at", BigInteger),
    Column("queue", key_text(160), nullable=False),
    Column("normal_address", key_text(256), nullable=False),  # by which it is compared
    Column("sms_prefix", key_text(16)),  # of the phone number that an SMS goes to
)
# What the SMS budgets of an account count, and those of its prefixes.
Index(
    "messages_by_sms",
    messages.c.account,
    messages.c.requested_at,
    sqlite_where=text("sms_prefix IS NOT NULL"),
    postgresql_where=text("sms_prefix IS NOT NULL"),
)
Index(
    "messages_of_sms_prefix",
    messages.c.account,
    messages.c.sms_prefix,
    messages.c.requested_at,
    sqlite_where=text("sms_prefix IS NOT NULL"),
    postgresql_where=text("sms_prefix IS NOT NULL"),
)
Index(
    "messages_of_queue",
    messages.c.queue,
    messages.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
# Its second column is for counting, which then looks at no row.
Index(
    "messages_due",
    messages.c.due_at,
    messages.c.status,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
# One list for each end of a message that no provider accepted.
for _status in sorted(set(get_args(Unsent)) - LIVE):
    Index(
        f"messages_{_status}",
        messages.c.ended_at,
        messages.c.account,
        messages.c.id,
        sqlite_where=text(f"status = '{_status}'"),
        postgresql_where=text(f"status = '{_status}'"),
    )
Index(
    "messages_of_provider",
    messages.c.medium,
    messages.c.provider_id,
    sqlite_where=text("provider_id IS NOT NULL"),
    postgresql_where=text("provider_id IS NOT NULL"),
)
Index(
    "messages_of_invoice",
    messages.c.account,
    messages.c.invoice,
    messages.c.requested_at,
    messages.c.id,
    sqlite_where=text("event_type IS NULL"),
    postgresql_where=text("event_type IS NULL"),
)
Index(
    "messages_of_address",
    messages.c.account,
    messages.c.medium,
    messages.c.normal_address,
    messages.c.requested_at,
)

payments = Table(
    "payments",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("reference", key_text(128), primary_key=True),
    Column("invoice", key_text(64), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", key_text(3), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("instalments", Text, nullable=False),
    Column("version", Integer),  # that it made of its invoice, if it was applied
    Column("unapplied", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("origin", key_text(128)),
    Column("refusal", Text),
    sqlite_with_rowid=False,  # the rows are small, and its indexes end in this key anyway
)
Index(
    "payments_of_invoice",
    payments.c.account,
    payments.c.invoice,
    payments.c.at,
    payments.c.reference,
)
Index("payments_in_order", payments.c.account, payments.c.at, payments.c.reference)
Index(
    "payments_unapplied",
    payments.c.account,
    payments.c.at,
    payments.c.reference,
    sqlite_where=text("unapplied > 0"),
    postgresql_where=text("unapplied > 0"),
)

idempotency_records = Table(
    "idempotency_records",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("key", key_text(256), primary_key=True),
    Column("fingerprint", key_text(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)
Index("idempotency_records_until", idempotency_records.c.until)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("id", key_text(64), primary_key=True),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

entries = Table(
    "entries",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("id", key_text(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

Index("entries_in_order", entries.c.account, entries.c.filed_at, entries.c.id)

suppressions = Table(
    "suppressions",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("medium", key_text(16), primary_key=True),
    Column("address", key_text(256), primary_key=True),
    Column("reason", key_text(16), nullable=False),
)

number_series = Table(
    "number_series",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("prefix", key_text(32), primary_key=True),
    Column("last", Integer, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("invoice", key_text(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("due_at", BigInteger),
)
Index(
    "reminders_due",
    reminders.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)

repairs = Table(
    "repairs",
    metadata,
    Column("what", key_text(16), primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("account", key_text(64), primary_key=True),  # empty for a rate of the whole service
    Column("medium", key_text(16), primary_key=True),
    Column("next_free_at", BigInteger, nullable=False),
    Column("reserved_until", BigInteger, nullable=False),
)

sms_budgets_used_up = Table(
    "sms_budgets_used_up",
    metadata,
    Column("account", key_text(64), primary_key=True),
    Column("prefix", key_text(16), primary_key=True),  # empty for the budget of the account
    Column("until", BigInteger, nullable=False),
)
Index("sms_budgets_used_up_until", sms_budgets_used_up.c.until)


@cache
def declared(dialect: str) -> MetaData:
    """The tables with all the indexes that they have in this kind of database.

    Lists are filtered, counted and searched in two indexes, without a look at the invoices that are
    not on the page. An index of PostgreSQL has no room for the text that is searched.
    """
    made = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(made)
    of = made.tables[invoices.name].c
    text_searched = [of.search_text] if dialect == "sqlite" else []
    filters = of.deleted_at, of.status, of.expire_by, of.due_by, of.live, of.extras, *text_searched
    Index("invoices_by_age", of.account, of.created_at, of.id, *filters)
    Index("invoices_by_date", of.account, of.dated_at, of.id, *filters)
    return made
