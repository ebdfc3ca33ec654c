"""Locks on what is absent: a row that is not there yet cannot be locked as a row.

PostgreSQL locks any number until the transaction ends; SQLite has one writer, and needs none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection

_LOCK = "SELECT pg_advisory_xact_lock(held) FROM unnest(%(held)s::bigint[]) AS held"


def hold(connection: Connection, kind: str, keys: Iterable[object]) -> None:
    """Wait until no other transaction holds these keys of this kind, then hold them until the end.

    In one order, so that two never wait for each other. This is a statement of its own, because
    the one that reads then has to see what was committed while this one waited.
    """
    if connection.dialect.name == "postgresql":
        held = sorted({_number(kind, key) for key in keys})
        if held:
            connection.exec_driver_sql(_LOCK, {"held": held})


def _number(kind: str, key: object) -> int:
    # Two keys of one number only wait for one another without need.
    named = json.dumps([kind, key]).encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big", signed=True)
