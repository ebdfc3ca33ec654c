"""The tables of a database: made where there are none, and migrated where they are old."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select
from sqlalchemy.schema import CreateIndex, CreateTable

from billhook_adapters.sql.tables import declared, metadata
from billhook_adapters.system.backend import BackendError

NEWEST = "0001"
"""The revision of the last migration. `declared` has the tables as it leaves them."""

MIGRATIONS = Path(__file__).parent / "migrations"

_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def ensure_schema(connection: Connection) -> None:
    """Bring the tables to the newest revision, within the transaction of the connection.

    New tables are made as they are declared, so that only an old database loads Alembic.
    """
    tables = inspect(connection).get_table_names()
    if _version.name in tables:
        if connection.execute(select(_version.c.version_num)).scalars().all() != [NEWEST]:
            migrate(connection)
    elif metadata.tables.keys().isdisjoint(tables):
        create(connection)
    else:
        migrate(connection)


def create(connection: Connection) -> None:
    """Make the tables as they are declared, and the indexes of each in the order of their names.

    `Table.indexes` is a set. Where two indexes serve a query alike, SQLite takes the one that was
    made last, and the plan of the query would differ from process to process.
    """
    for table in declared(connection.dialect.name).sorted_tables:
        connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    _version.create(connection)
    connection.execute(_version.insert(), {"version_num": NEWEST})


def migrate(connection: Connection) -> None:
    """Run the migrations that the database has not had.

    Raises BackendError for a revision that is unknown here.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise BackendError(
            "made by a newer billhook, or not by billhook; upgrade billhook, or give the URL of "
            "another database"
        ) from error
