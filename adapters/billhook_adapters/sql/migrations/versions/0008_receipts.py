"""Receipts: a message is found by the id that its provider gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    where = sa.text("provider_id IS NOT NULL")
    op.create_index(
        "messages_of_provider",
        "messages",
        ["medium", "provider_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
