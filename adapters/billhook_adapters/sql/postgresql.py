"""PostgreSQL, through psycopg: many writers, on as many machines as there are."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, TypeVar

import psycopg
import sqlalchemy
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from billhook_adapters.sql.error_texts import InUseError
from billhook_adapters.system.backend import BackendError

RV = TypeVar("RV")

KEPT, MORE = 8, 8
"""Connections that are kept open, and how many more may be opened while all of them are busy."""

FREE_CONNECTION_SECONDS = 10
"""How long a request waits for one of these connections."""

LIBPQ = MappingProxyType(
    {
        "connect_timeout": "5",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }
)
"""How libpq connects and notices a peer that is gone, in seconds, the last one in milliseconds;
parameters of the same names in the URL win."""

LIMITS = MappingProxyType({"statement_timeout": 20, "lock_timeout": 10})
"""Seconds after which the server ends a statement, or one that waits for a lock; parameters of the
same names in the URL win."""

ANSWER_MARGIN = 5
"""Seconds beyond the statement timeout after which a connection that is silent is given up."""

_SETTINGS = """
SET statement_timeout = '{statement_timeout}s';
SET lock_timeout = '{lock_timeout}s';
SET plan_cache_mode = force_custom_plan;
SET idle_in_transaction_session_timeout = '60s';
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off';
"""
"""A statement that waits longer for a lock fails; a process that hangs loses its locks; and what
was acknowledged survives a power cut, whatever the server does by default. Every statement is
planned for the tables as they are: a plan that was made while they were empty would be kept, and
scan them."""


class AnswerTimeoutError(psycopg.OperationalError):
    """The server did not answer in time; the connection is closed."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is given up when the server does not answer.

    TCP notices a machine that is gone, and the server ends a statement that takes long; neither
    helps where something in between keeps the connection open and passes nothing on.
    """

    answer_seconds: float | None = None
    """How long to wait for an answer; None for as long as it takes."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server. Raises AnswerTimeoutError."""
        if self.answer_seconds is None:
            return super().wait(gen, *args, **kwargs)
        try:
            return super().wait(_bounded(gen, self.answer_seconds), *args, **kwargs)
        except AnswerTimeoutError:
            self.pgconn.finish()  # the pool sees a closed connection, and replaces all of its age
            raise


def _bounded(gen: Generator[Any, Any, RV], seconds: float) -> Generator[Any, Any, RV]:
    """The same exchange with the server; it raises when it takes longer."""
    end = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            # Nothing is ready at the end of each interval in which psycopg looks for a Ctrl-C.
            if not ready and time.monotonic() >= end:
                raise AnswerTimeoutError("the server did not answer in time")
            wanted = gen.send(ready)
    except StopIteration as ended:
        answer: RV = ended.value
        return answer


def postgresql(url: str, *, alone: bool = False) -> Engine:
    """An engine for a PostgreSQL server. Raises BackendError on a limit that is not a number.

    With `alone` a connection raises InUseError where another one to the same database is open.
    """
    given = make_url(url)
    limits = {name: _seconds(given, name, default) for name, default in LIMITS.items()}
    given = given.difference_update_query(LIMITS)
    bounded = {**LIBPQ, **given.query}
    engine = create_engine(
        given.set(drivername="postgresql+psycopg", query=bounded),
        # No transaction begins by itself: `writing` and `reading` say what kind it is.
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT,
        max_overflow=MORE,
        pool_timeout=FREE_CONNECTION_SECONDS,
        hide_parameters=True,  # rows hold personal data, and exceptions end up in logs
    )
    event.listen(engine, "do_connect", _connector(limits["statement_timeout"]))
    event.listen(engine, "connect", _set(_SETTINGS.format(**limits)))
    if alone:
        event.listen(engine, "connect", _refuse_others)
    event.listen(engine, "checkout", _check_connection)
    event.listen(engine, "handle_error", _quote_no_row)
    return engine


@contextmanager
def unbounded(connection: sqlalchemy.Connection) -> Generator[None]:
    """A transaction whose statements may take as long as they need, as those of migrations do."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, BoundedConnection):
        yield
        return
    kept, driver.answer_seconds = driver.answer_seconds, None
    try:
        for name in (*LIMITS, "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {name} = 0")
        yield
    finally:
        driver.answer_seconds = kept


def _set(settings: str) -> Callable[[BoundedConnection, Any], None]:
    def connected(connection: BoundedConnection, _record: Any) -> None:
        connection.execute(settings.encode())

    return connected


_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


LEAVING = 10
"""How many tenths of a second a connection that was just closed has to leave the server."""


def _refuse_others(connection: BoundedConnection, _record: Any) -> None:
    for _ in range(LEAVING):
        if connection.execute(_OTHERS).fetchone() == (0,):
            return
        connection.execute("SELECT pg_sleep(0.1)")
    raise InUseError


def _connector(statement_seconds: int) -> Callable[..., BoundedConnection]:
    def connect(_dialect: Any, _record: Any, args: Any, params: Any) -> BoundedConnection:
        connection = BoundedConnection.connect(*args, **params)
        if statement_seconds:
            connection.answer_seconds = statement_seconds + ANSWER_MARGIN
        return connection

    return connect


def _seconds(url: URL, name: str, default: int) -> int:
    given = url.query.get(name, str(default))
    if not (isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 6):
        raise BackendError(
            f"{name} in the URL must be a whole number of seconds, such as {default}"
        )
    return int(given)


def _check_connection(connection: BoundedConnection, _record: Any, _proxy: Any) -> None:
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
    original = context.original_exception
    if not isinstance(original, psycopg.Error) or original.sqlstate is None:
        return
    for error in (original, context.sqlalchemy_exception):
        if error is not None:
            error.args = (f"{type(original).__name__} ({original.sqlstate})",)


def check_url(url: str) -> None:
    """Raise BackendError where the URL names no database."""
    try:
        name = make_url(url).database
    except (ArgumentError, ValueError):  # which repeat the URL, or parts of it
        name = None
    if not name:
        raise BackendError("give a URL such as postgresql://user@host:5432/billhook")
