"""PostgreSQL, through psycopg: many writers, on as many machines as there are."""

from __future__ import annotations

import select
from typing import Any

from psycopg import Connection, Error
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from billhook_adapters.system.backend import BackendError

KEPT, MORE = 8, 8
"""Connections that are kept open, and how many more may be opened while all of them are busy."""

CONNECT_SECONDS = 10

_SETTINGS = """
SET lock_timeout = '30s';
SET plan_cache_mode = force_custom_plan;
SET idle_in_transaction_session_timeout = '60s';
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off';
"""
"""A statement that waits longer for a lock fails; a process that hangs loses its locks; and what
was acknowledged survives a power cut, whatever the server does by default. Every statement is
planned for the tables as they are: a plan that was made while they were empty would be kept, and
scan them."""


def postgresql(url: str) -> Engine:
    """An engine for a PostgreSQL server."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        # No transaction begins by itself: `writing` and `reading` say what kind it is.
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT,
        max_overflow=MORE,
        hide_parameters=True,  # rows hold personal data, and exceptions end up in logs
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    event.listen(engine, "connect", _settings)
    event.listen(engine, "checkout", _check_connection)
    event.listen(engine, "handle_error", _quote_no_row)
    return engine


def _settings(connection: Connection[Any], _record: Any) -> None:
    connection.execute(_SETTINGS)


def _check_connection(connection: Connection[Any], _record: Any, _proxy: Any) -> None:
    # A server that went away left something to read behind; one that is there is silent. This
    # costs a system call, where asking the server would cost a round trip.
    if connection.closed or _is_readable(connection.fileno()):
        raise DisconnectionError("the server closed the connection")


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, where `select` takes every descriptor
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()  # `select` takes no descriptor above 1,023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _quote_no_row(context: ExceptionContext) -> None:
    # The server's own words quote the row that it would not take.
    for error in (context.original_exception, context.sqlalchemy_exception):
        original = context.original_exception
        if error is not None and isinstance(original, Error) and original.sqlstate is not None:
            error.args = (f"{type(original).__name__} ({original.sqlstate})",)


def check_url(url: str) -> None:
    """Raise BackendError where the URL names no database."""
    try:
        name = make_url(url).database
    except (ArgumentError, ValueError):  # which repeat the URL, or parts of it
        name = None
    if not name:
        raise BackendError("give a URL such as postgresql://user@host:5432/billhook")
