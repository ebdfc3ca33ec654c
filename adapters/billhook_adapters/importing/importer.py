"""Imports the rows of an export; each that cannot be imported is reported with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from pydantic import ValidationError
from returns.pipeline import is_successful
from returns.result import Result

from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AlreadyExists
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook.sentences import sentence
from billhook_adapters.importing.command import ImportedInvoice, ImportInvoice, OtherStatus
from billhook_adapters.importing.reading import Row, Unreadable

BATCH = 100
"""How many invoices are stored in one transaction."""

ReadExport = Callable[[Any, str | None], ImportedInvoice]
"""Reads one row of a vendor's export, with the country of the account. Raises ValueError."""


class RefusedRow(NamedTuple):
    """A row that was not imported, and why."""

    line: int
    item: int | None
    invoice: str | None
    reason: str


@dataclass(slots=True)
class Outcome:
    """How many rows were imported, or were there already, and which were refused."""

    imported: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])


class _Read(NamedTuple):
    row: Row
    command: ImportInvoice


def import_rows(
    service: InvoiceService,
    account: Account,
    rows: Iterable[Row | Unreadable],
    read: ReadExport,
    *,
    strict: bool,
    actor: str,
    report: Callable[[int, int], None],
) -> Outcome:
    """Import what can be imported; with `strict` all of it in one transaction, or nothing.

    `report` takes how many rows are done, and how many there are.
    """
    outcome, commands = Outcome(), list[_Read]()
    urls = set[str]()
    for row in rows:
        if isinstance(row, Unreadable):
            outcome.refused.append(RefusedRow(row.line, None, None, row.reason))
            continue
        try:
            imported = read(row.value, account.policy.country)
        except ValueError as error:
            outcome.refused.append(_refused(row, _reason(error)))
            continue
        url = imported.short_url
        if url is not None and (url in urls or _is_taken(service, url, account.id, imported.id)):
            imported = replace(imported, short_url=None)
        urls.add(url or "")
        commands.append(
            _Read(row, ImportInvoice(account=account.id, imported=imported, actor=actor))
        )
    if strict:
        tried = service.what_if(*(one.command for one in commands))
        trial = Outcome()
        _count(service, trial, commands, tried.results)
        outcome.refused += trial.refused
        if outcome.refused:
            return outcome
    size = len(commands) if strict else BATCH
    for start in range(0, len(commands), size or 1):
        batch = commands[start : start + size]
        run = service.execute_together if strict else service.execute_all
        _count(service, outcome, batch, run([one.command for one in batch]))
        report(start + len(batch), len(commands))
    outcome.refused.sort(key=lambda one: (one.line, one.item or 0))
    return outcome


def _count(
    service: InvoiceService,
    outcome: Outcome,
    commands: Sequence[_Read],
    results: Sequence[Result[Invoice, Any]],
) -> None:
    for (row, command), result in zip(commands, results, strict=True):
        if is_successful(result):
            outcome.imported += 1
            continue
        error = result.failure()
        if isinstance(error, AlreadyExists) and _is_same(service, command):
            outcome.known += 1
        elif isinstance(error, OtherStatus):
            reason = f"status: it is {command.imported.status}, but what happened makes it "
            outcome.refused.append(_refused(row, f"{reason}{error.status}"))
        else:
            outcome.refused.append(_refused(row, sentence(error)))


def _is_same(service: InvoiceService, command: ImportInvoice) -> bool:
    """Whether the invoice of this id is the imported one, whatever happened to it since."""
    known = service.get(command.account, command.imported.id).value_or(None)
    return known is None or known.created_at == command.imported.created_at


def _is_taken(
    service: InvoiceService, short_url: str, account: AccountId, invoice: InvoiceId
) -> bool:
    known = service.by_short_url(short_url).value_or(None)
    return known is not None and known.invoice.key != (account, invoice)


def _refused(row: Row, reason: str) -> RefusedRow:
    value = row.value
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    name = fields.get("id")
    return RefusedRow(row.line, row.item, name if isinstance(name, str) else None, reason)


def _reason(error: ValueError) -> str:
    """The first thing that is wrong, with its field and without its value."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(map(str, first["loc"])) or "the row"
    return f"{path}: {first['msg'].removeprefix('Value error, ')}"
