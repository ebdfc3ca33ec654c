"""How far the rates of messages have been used."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("medium", sa.String(length=16), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("promised_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "medium"),
    )
