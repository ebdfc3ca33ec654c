"""`billhook database move`: all rows of a database, into a new one."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database_url, add_json, set_command
from billhook_adapters.cli.progress import progress
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

_FROM, _TO = "--from", "--to"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where, and to where."""
    example = (
        "billhook database move --from sqlite:///billhook.sqlite3 --to postgresql://host/billhook"
    )
    parser.epilog = f"example:\n  {example}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    what = "copy every row into an empty database; the servers and workers must be stopped"
    moving = actions.add_parser("move", help=what, description=what)
    add_database_url(
        moving, _FROM, dest="source", of="the database to move, which is kept as it is"
    )
    add_database_url(moving, _TO, dest="target", of="the database to move to, which must be empty")
    add_json(moving)
    set_command(moving, _move, example=example)


def _move(options: argparse.Namespace) -> int:
    with needs("sql"):
        from billhook_adapters.sql.moving import move
        from billhook_adapters.system.backend import BackendError
    if options.source == options.target:
        raise CliError(f"{_TO}: this is the database to move from; give the URL of another one")
    with (
        _opened(_FROM, options.source) as source,
        _opened(_TO, options.target, new=True) as target,
        progress(quiet=options.json) as report,
    ):
        try:
            moved = move(source, target, report)
        except BackendError as error:
            raise CliError(f"{_TO}: {error}") from None
    rows = sum(table.rows for table in moved.tables)
    value = {
        "tables": [table._asdict() for table in moved.tables],
        "rows": rows,
        "already_moved": moved.already,
    }
    lines = [
        *(
            f"{table.name:20} {table.rows:>12}  sha256 {table.sha256[:16]}"
            for table in moved.tables
        ),
        f"{rows} rows were moved before, and are the same in both"
        if moved.already
        else f"{rows} rows moved, and the same in both; start the servers with the URL of {_TO}",
    ]
    print_result(value, lines, as_json=options.json, if_lost="the rows are moved")
    return 0


@contextmanager
def _opened(option: str, url: str, *, new: bool = False) -> Generator[Engine]:
    """The database of an option, with no other connection to it.

    Raises CliError, also for an error that this database raises inside the block.
    """
    from sqlalchemy import event

    from billhook_adapters.sql.error_texts import explain
    from billhook_adapters.sql.moving import open_alone

    engine, own = None, list[BaseException | None]()
    try:
        engine = open_alone(url, create=new)

        @event.listens_for(engine, "handle_error")
        def _keep(context: ExceptionContext) -> None:
            own.append(context.sqlalchemy_exception)

        yield engine
    except Exception as error:
        reason = explain(error) if engine is None or error in own else None
        if reason is None:
            raise
        raise CliError(f"{option}: {reason}") from None
    finally:
        if engine is not None:
            engine.dispose()
