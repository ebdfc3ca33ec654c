"""`billhook invoice`: lists, shows and explains invoices, tries operations, forecasts messages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.commands import Cancel, Delete, Issue, Notify, Pay, Send
from billhook.application.outlook import invoice_after
from billhook.application.records import Search
from billhook.lifecycle.errors import DomainError
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.json_values import as_json
from billhook.model.payment import Payment
from billhook.sentences import sentence
from billhook_adapters.cli.database import account_of, database, known_account, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.instants import instant
from billhook_adapters.cli.invoice_changes import add_changing_actions
from billhook_adapters.cli.output import print_answer, print_result, print_table
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService

A = TypeVar("A")
E = TypeVar("E", bound=DomainError)

_DATABASE = "--database sqlite:///billhook.sqlite3"
OPERATIONS = "issue, pay:AMOUNT, notify:sms, notify:email, send, cancel, delete"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """List, show, explain, forecast and what-if; draft, issue, send, pay and cancel."""
    parser.epilog = f"example:\n  billhook invoice explain inv_1 {_DATABASE}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_list(actions)
    add_changing_actions(actions.add_parser)
    show = _action(actions, "show", "show an invoice, now or as it was at a time", _show)
    show.add_argument(
        "--at", metavar="TIME", type=instant, help="as it was then, such as 2026-01-31T12:00:00Z"
    )
    _action(
        actions,
        "explain",
        "explain for every operation whether it is allowed, or why not",
        _explain,
    )
    forecast = _action(
        actions, "forecast", "list the messages that its payer will be sent", _forecast
    )
    forecast.add_argument(
        "--days", metavar="N", type=_days, default=30, help="how far ahead (default: 30)"
    )
    trying = _action(
        actions,
        "what-if",
        "show what operations would do; nothing is stored",
        _what_if,
        example="inv_1 pay:49900 cancel",
    )
    trying.add_argument("operations", metavar="OPERATION", nargs="+", help=OPERATIONS)


def _add_list(actions: Any) -> None:
    what = "list the invoices of an account, the newest first"
    listing: argparse.ArgumentParser = actions.add_parser("list", help=what, description=what)
    listing.add_argument("account", metavar="ACCOUNT_ID")
    listing.add_argument(
        "--status",
        metavar="STATUS",
        choices=(statuses := [one.value for one in Status]),
        action="append",
        help=f"{', '.join(statuses[:-1])} or {statuses[-1]}; may be repeated (default: all)",
    )
    listing.add_argument(
        "--text", metavar="TEXT", help="part of an id, a number, a name, an address"
    )
    listing.add_argument("--overdue", action="store_true", help="only those that are overdue")
    listing.add_argument(
        "--limit", metavar="N", type=_limit, default=20, help="how many (default: 20)"
    )
    listing.add_argument(
        "--skip", metavar="N", type=_skip, default=0, help="how many to leave out before them"
    )
    add_json(listing)
    add_database(listing)
    set_command(
        listing, _list, example=f"billhook invoice list ACCOUNT_ID --status issued {_DATABASE}"
    )


def _action(
    actions: Any,
    name: str,
    help: str,
    run: Callable[[argparse.Namespace], int],
    example: str = "inv_1",
) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name, help=help, description=help)
    action.add_argument("invoice", metavar="INVOICE_ID")
    action.add_argument(
        "--account", metavar="ACCOUNT_ID", help="needed if several accounts have this invoice id"
    )
    add_json(action)
    add_database(action)
    set_command(action, run, example=f"billhook invoice {name} {example} {_DATABASE}")
    return action


def _days(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given[:4]) <= 366):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 366")
    return int(given)


def _limit(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given[:5]) <= 1000):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 1000")
    return int(given)


def _skip(given: str) -> int:
    if not (given.isascii() and given.isdigit() and int(given[:11]) <= 10**9):
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 1000000000")
    return int(given)


def _list(options: argparse.Namespace) -> int:
    from pydantic import ValidationError

    try:
        search = Search(
            statuses=None if options.status is None else frozenset(map(Status, options.status)),
            text=options.text,
            overdue=True if options.overdue else None,
            limit=options.limit,
            skip=options.skip,
        )
    except ValidationError:
        raise CliError("--text: must be 1 to 256 characters") from None
    with database(options.database) as backend:
        account = known_account(backend, options.account).id
        found = service_over(backend).search(account, search)
    if options.json:
        print_answer([as_json(invoice) for invoice in found])
        return 0
    if not found:
        print_result([], ["no invoice matches"], as_json=False, if_lost="run it again")
        return 0
    head = ("invoice", "number", "status", "customer", "amount due", "due by")
    print_table(f"Invoices of {account}", head, [_row(invoice) for invoice in found])
    return 0


def _row(invoice: Invoice) -> tuple[str, ...]:
    from billhook_adapters.documents.message_texts import amount_text

    customer, due_by = invoice.document.customer, invoice.next_due_by
    shown = None if customer is None else customer.name or customer.email or customer.contact
    return (
        invoice.id,
        invoice.shown_number or "-",
        invoice.status.value.replace("_", " "),
        shown or "-",
        amount_text(invoice.due, invoice.document.currency),
        "-" if due_by is None else due_by.date().isoformat(),
    )


def _read(
    options: argparse.Namespace,
    read: Callable[[InvoiceService, AccountId, InvoiceId], Result[A, E]],
) -> A:
    """What a query of the invoice finds. Raises CliError with the sentence of an error."""
    invoice = InvoiceId(options.invoice)
    with database(options.database) as backend:
        account = account_of(backend, invoice, options.account)
        found = read(service_over(backend), account, invoice)
    if isinstance(found, Failure):
        raise CliError(sentence(found.failure()), REFUSED)
    return found.unwrap()


def _show(options: argparse.Namespace) -> int:
    at: datetime | None = options.at
    invoice = _read(
        options,
        lambda service, account, one: (
            service.get(account, one) if at is None else service.get_at(account, one, at)
        ),
    )
    if options.json:
        print_answer(as_json(invoice))
        return 0
    print_table(f"Invoice {invoice.id}", ("field", "value"), _fields_of(invoice))
    return 0


def _fields_of(invoice: Invoice) -> list[tuple[str, str]]:
    from billhook_adapters.documents.message_texts import amount_text

    currency, customer = invoice.document.currency, invoice.document.customer
    fields = {
        "number": invoice.shown_number,
        "status": invoice.status.value.replace("_", " "),
        "customer": None if customer is None else customer.name,
        "amount": amount_text(invoice.amount, currency),
        "paid": amount_text(invoice.paid, currency),
        "amount due": amount_text(invoice.due, currency),
        "due by": invoice.next_due_by,
        "expires": invoice.document.expire_by,
        "created": invoice.created_at,
        "issued": invoice.issued_at,
        "short URL": invoice.short_url,
        "version": invoice.version,
    }
    return [
        (name, value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value))
        for name, value in fields.items()
        if value is not None
    ]


def _explain(options: argparse.Namespace) -> int:
    verdicts = _read(options, lambda service, account, one: service.explain(account, one))
    if options.json:
        print_answer(_with_sentences(as_json(verdicts), [v.reasons for v in verdicts]))
        return 0
    rows = [
        (
            verdict.operation.value + (f" by {verdict.medium}" if verdict.medium else ""),
            "yes" if verdict.allowed else "no",
            " ".join(map(sentence, verdict.reasons)),
        )
        for verdict in verdicts
    ]
    print_table(f"Invoice {options.invoice}", ("operation", "allowed", "reasons"), rows)
    return 0


def _with_sentences(verdicts: Any, reasons: Sequence[Sequence[DomainError]]) -> Any:
    for verdict, errors in zip(verdicts, reasons, strict=True):
        for reason, error in zip(verdict["reasons"], errors, strict=True):
            reason["message"] = sentence(error)
    return verdicts


def _forecast(options: argparse.Namespace) -> int:
    period = timedelta(days=options.days)
    messages = _read(options, lambda service, account, one: service.forecast(account, one, period))
    if options.json:
        print_answer(as_json(messages))
        return 0
    if not messages:
        print(f"no message will be sent in the next {options.days} days")
        return 0
    rows = [
        (
            one.at.isoformat(timespec="seconds"),
            str(one.medium),
            "-" if one.reminder is None else str(one.reminder),
        )
        for one in messages
    ]
    print_table(f"Messages about {options.invoice}", ("at", "by", "reminder"), rows)
    return 0


def _what_if(options: argparse.Namespace) -> int:
    given: list[str] = options.operations

    def run(service: InvoiceService, account: AccountId, id: InvoiceId) -> Result[Any, Any]:
        def tried(invoice: Invoice) -> Any:
            currency = invoice.document.currency
            return service.what_if(
                *(_command(one, account, id, currency, place) for place, one in enumerate(given))
            )

        return service.get(account, id).map(tried)

    tried = _read(options, run)
    results = [
        (one, isinstance(result, Success), _outcome(result))
        for one, result in zip(given, tried.results, strict=True)
    ]
    if options.json:
        names = ("operation", "allowed", "result")
        print_answer([dict(zip(names, one, strict=True)) for one in results])
        return 0
    rows = [(one, "yes" if allowed else "no", outcome) for one, allowed, outcome in results]
    print_table(f"Invoice {options.invoice}", ("operation", "allowed", "result"), rows)
    return 0


def _command(
    given: str, account: AccountId, invoice: InvoiceId, currency: str, place: int
) -> Command[Any, Any]:
    from billhook_adapters.cli.pay import amount_option

    match given.split(":"):
        case ["pay", amount]:
            try:
                smallest = amount_option(amount)
            except argparse.ArgumentTypeError as error:
                raise CliError(f"pay: the amount {error}") from None
            payment = Payment(reference=f"what-if {place}", amount=smallest, currency=currency)
            return Pay(account=account, invoice=invoice, payment=payment)
        case ["notify", ("sms" | "email") as medium]:
            return Notify(account=account, invoice=invoice, medium=Medium(medium))
        case ["issue"]:
            return Issue(account=account, invoice=invoice)
        case ["send"]:
            return Send(account=account, invoice=invoice)
        case ["cancel"]:
            return Cancel(account=account, invoice=invoice)
        case ["delete"]:
            return Delete(account=account, invoice=invoice)
        case _:
            raise CliError(f"OPERATION: must be one of {OPERATIONS}")


def _outcome(result: Result[Any, Any]) -> str:
    """What an operation would do, or why it would be refused."""
    if isinstance(result, Failure):
        error: DomainError = result.failure()
        return sentence(error)
    invoice = invoice_after(result)
    if invoice is None:
        return "a message would be queued"
    from billhook_adapters.documents.message_texts import amount_text

    due = amount_text(invoice.due, invoice.document.currency)
    return f"{invoice.status.value.replace('_', ' ')}, {due} due"
