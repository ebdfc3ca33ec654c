"""How far the rates of messages have been used."""

import sqlalchemy as sa
from alembic import op

from billhook_adapters.sql.columns import key_text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("account", key_text(64), nullable=False),
        sa.Column("medium", key_text(16), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("promised_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "medium"),
    )
