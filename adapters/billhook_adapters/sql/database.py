"""Opening a database: the connection's settings, and the migrations up to date."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = Lock()  # Alembic keeps its context in a module
BUSY_TIMEOUT_SECONDS = 30
WAL_PAGES = 4000
"""16 MiB of log before it is written into the database. A commit is as durable with any number;
a page that many commits touch is copied the less often, the higher it is."""


def open_database(url: str) -> Engine:
    """An engine for this database, migrated to the newest schema.

    `url` is SQLAlchemy's, such as `sqlite:///billhook.sqlite3`. SQLite runs in WAL mode with
    synchronous=FULL: what was acknowledged survives a power cut. Raises ValueError on a database
    that billhook has no store for.
    """
    engine = _sqlite(url) if url.startswith("sqlite:///") else _unsupported(url)
    try:
        _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _migrate(engine: Engine) -> None:
    with _MIGRATING, engine.connect() as connection:
        # All or nothing; who opens it at the same moment waits, and finds the work done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _unsupported(url: str) -> Engine:
    raise ValueError(
        f"no store for {url.partition(':')[0]!r} databases; give a URL such as "
        "sqlite:///billhook.sqlite3"
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        hide_parameters=True,  # rows hold personal data, and exceptions end up in logs
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # The driver would open transactions by itself, deferred ones; ours are immediate.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        cursor.close()

    return engine
