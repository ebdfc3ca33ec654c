"""`billhook import`: invoices that a vendor exported, with their history; nothing is sent."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from billhook_adapters.cli.database import database, known_account
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.input_files import json_text
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.cli.progress import progress
from billhook_adapters.composition.variables import BASE_URL

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService
    from billhook_adapters.importing.importer import Outcome, ReadExport, RefusedRow
    from billhook_adapters.system.backend import Backend

_ACTOR = "billhook import"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which vendor, from which file, into which account."""
    parser.add_argument(
        "vendor", metavar="VENDOR", help="whose export it is: the name of its API, in small letters"
    )
    parser.add_argument("file", metavar="FILE", help="JSON, as its API answers; - is stdin")
    parser.add_argument(
        "--account", metavar="ACCOUNT_ID", required=True, help="whose invoices they become"
    )
    parser.add_argument(
        "--strict", action="store_true", help="import nothing where one row cannot be imported"
    )
    add_database(parser)
    add_json(parser)
    set_command(
        parser,
        _run,
        example="billhook import VENDOR invoices.json --account acc_A1b2C3d4E5f6G7 "
        "--database sqlite:///billhook.sqlite3",
    )


def _run(options: argparse.Namespace) -> int:
    from billhook.application.ports import StoreConflictError
    from billhook_adapters.importing.importer import import_rows
    from billhook_adapters.importing.reading import rows

    read, text = _reader(options.vendor), json_text(options.file, "FILE")
    with (
        database(options.database) as backend,
        progress(quiet=options.json) as report,
    ):
        service = _service(backend)
        account = known_account(backend, options.account, "--account")
        try:
            outcome = import_rows(
                service,
                account,
                rows(text),
                read,
                strict=options.strict,
                actor=_ACTOR,
                report=lambda done, total: report("invoices", done, total),
            )
        except StoreConflictError:
            raise CliError(
                "the database refused a row, and nothing was stored; try without --strict", REFUSED
            ) from None
    _print(outcome, options)
    return REFUSED if outcome.refused else 0


def _reader(vendor: str) -> ReadExport:
    from billhook_adapters.composition.apis import ApiError, registered

    try:
        (api,) = registered((vendor,))
    except ApiError as error:
        raise CliError(f"VENDOR: {error}") from None
    if api.read_export is None:
        possible = ", ".join(one.name for one in registered() if one.read_export is not None)
        raise CliError(f"VENDOR: exports of {api.name} cannot be read; those of {possible} can")
    return api.read_export


def _service(backend: Backend) -> InvoiceService:
    from billhook_adapters.cli.database import service_over
    from billhook_adapters.composition.settings import Settings
    from billhook_adapters.system.ids import RandomIds

    base_url: str = os.environ.get(BASE_URL) or Settings.model_fields["base_url"].default
    return service_over(backend, ids=RandomIds(base_url))


def _print(outcome: Outcome, options: argparse.Namespace) -> None:
    value: dict[str, Any] = {
        "imported": outcome.imported,
        "already_imported": outcome.known,
        "refused": [one._asdict() for one in outcome.refused],
    }
    lines = [
        *map(_line, outcome.refused),
        f"{outcome.imported} imported, {outcome.known} imported before, "
        f"{len(outcome.refused)} not imported",
    ]
    print_result(value, lines, as_json=options.json, if_lost="run it again: it changes nothing")


def _line(refused: RefusedRow) -> str:
    place = f"line {refused.line}"
    if refused.item is not None:
        place += f", item {refused.item}"
    return f"{place}{f' ({refused.invoice})' if refused.invoice else ''}: {refused.reason}"
