"""What columns are made of, for the tables and for the migrations that make them."""

from __future__ import annotations

from sqlalchemy import String


def key_text(length: int) -> String:
    """A text by which rows are found and ordered: by code point, on every database.

    PostgreSQL would order by the language that it was set up with, and a newer library of the
    system could order otherwise than the index that an older one wrote.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")
