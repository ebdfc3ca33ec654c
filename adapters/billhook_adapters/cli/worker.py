"""`billhook worker`: delivers what the servers queue."""

from __future__ import annotations

import argparse
import os
import signal
from types import FrameType

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_answer
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.system.optional_dependencies import needs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The database, the engine, and how many messages at a time."""
    add_database(parser)
    parser.add_argument(
        "--engine",
        choices=("embedded", "procrastinate"),
        help="what finds due messages; servers have to use the same (default: that of "
        "BILLHOOK_ENGINE, else embedded)",
    )
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=_concurrency,
        default=8,
        help="messages of one account and medium at a time (default: 8)",
    )
    add_json(parser)
    set_command(parser, _run, example="billhook worker --database sqlite:///billhook.sqlite3")


def _concurrency(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) <= 256):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 256")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    with needs("all"):
        from billhook_adapters.composition.plugins import PluginError
        from billhook_adapters.composition.service import build_worker
        from billhook_adapters.composition.settings import DATABASE, ENGINE, SettingError, settings
        from billhook_adapters.documents.templating import MessageTemplateError
        from billhook_adapters.observability import configured
        from billhook_adapters.system.ids import RandomIds
    environ = {**os.environ, DATABASE: options.database}
    if options.engine is not None:
        environ[ENGINE] = options.engine
    try:
        given = settings(environ)
    except SettingError as wrong:
        raise CliError(str(wrong)) from None
    configured(given.log_level)
    with database(options.database):
        ids = RandomIds(given.base_url)
        try:
            engine, _ = build_worker(given, ids=ids, concurrency=options.concurrency)
        except (SettingError, MessageTemplateError, PluginError) as wrong:
            raise CliError(str(wrong)) from None

    def leave(_number: int, _frame: FrameType | None) -> None:
        engine.stop()

    # Claimed messages are finished first.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    if options.json:
        print_answer({"engine": given.engine})
    else:
        print(f"billhook delivers by its {given.engine} engine; Ctrl-C stops it", flush=True)
    engine.run()
    return 0
