"""`billhook invoice draft, issue, send, pay and cancel`: what changes invoices, by hand."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from billhook_adapters.cli import pay
from billhook_adapters.cli.base_urls import checked_base_url
from billhook_adapters.cli.database import account_of, database, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.input_files import json_text, json_value, refused_file
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.composition.variables import BASE_URL

if TYPE_CHECKING:
    from returns.result import Result

    from billhook.application.command import Command
    from billhook.lifecycle.errors import DomainError
    from billhook.model.customer import Medium
    from billhook.model.document import Document
    from billhook.model.invoice import Invoice
    from billhook_adapters.system.file_faults import FileFault

_ACTOR = "billhook invoice"
_AT = "--database sqlite:///billhook.sqlite3"
_LARGEST_FILE = 1024 * 1024
_CUSTOMER = {"name": "--name", "email": "--email", "contact": "--phone"}


def add_changing_actions(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the actions; `add_parser` makes the parser of one."""
    what = "make a draft, from options or from a file"
    draft = add_parser("draft", help=what, description=what)
    draft.add_argument("account", metavar="ACCOUNT_ID")
    draft.add_argument(
        "--currency", metavar="CODE", help="currency of the invoice, as ISO 4217 has it: INR"
    )
    draft.add_argument(
        "--item",
        metavar=("NAME", "AMOUNT"),
        nargs=2,
        action="append",
        default=[],
        help="name, and price of one in the smallest unit; 49900x2 is two of them; may be repeated",
    )
    draft.add_argument("--name", help="name of the customer")
    draft.add_argument("--email", help="e-mail address of the customer")
    draft.add_argument("--phone", help="phone number of the customer, in E.164: +919876543210")
    draft.add_argument(
        "--due-by", metavar="TIME", help="when it is due, such as 2026-01-31T12:00:00Z"
    )
    draft.add_argument(
        "--file",
        metavar="FILE",
        help="the whole document as JSON, or what `invoice show --json` shows; - is stdin",
    )
    add_database(draft)
    add_json(draft)
    example = f'draft ACCOUNT_ID --currency INR --item "Book" 49900x2 --name Ravi {_AT}'
    set_command(draft, _draft, example=f"billhook invoice {example}")

    _of_invoice(add_parser, "issue", "issue a draft, without a message to its payer", _issue)
    send = _of_invoice(
        add_parser, "send", "issue an invoice where it is a draft, and notify its payer", _send
    )
    send.add_argument(
        "--by",
        choices=("sms", "email"),
        action="append",
        help="medium; may be repeated (default: those of the invoice, else those that reach "
        "its customer)",
    )
    _of_invoice(add_parser, "cancel", "cancel an invoice", _cancel, makes_link=False)
    what = "take a payment for an invoice, as `billhook pay` does"
    pay.add_arguments(add_parser("pay", help=what, description=what))


def _of_invoice(
    add_parser: Callable[..., argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
    *,
    makes_link: bool = True,
) -> argparse.ArgumentParser:
    action = add_parser(name, help=what, description=what)
    action.add_argument("invoice", metavar="INVOICE_ID")
    action.add_argument(
        "--account", metavar="ACCOUNT_ID", help="needed if several accounts have this invoice id"
    )
    if makes_link:
        action.add_argument(
            "--base-url",
            metavar="URL",
            default=os.environ.get(BASE_URL) or None,
            help=f"what short URLs begin with (default: that of {BASE_URL})",
        )
    add_database(action)
    add_json(action)
    base = "--base-url https://bill.example/i/ " if makes_link else ""
    set_command(action, run, example=f"billhook invoice {name} inv_1 {base}{_AT}")
    return action


def _draft(options: argparse.Namespace) -> int:
    from billhook.application.commands import Draft
    from billhook.model.base import AccountId

    document = _from_options(options) if options.file is None else _from_file(options)
    with database(options.database) as backend:
        command = Draft(account=AccountId(options.account), document=document, actor=_ACTOR)
        invoice = _executed(service_over(backend).execute(command))
    return _print(invoice, options)


def _from_options(options: argparse.Namespace) -> Document:
    from pydantic import ValidationError

    from billhook.model.addresses import is_e164
    from billhook.model.document import Document
    from billhook_adapters.system.file_faults import faults_in

    if options.currency is None or not options.item:
        raise CliError("--currency and --item: give both, or the whole document with --file")
    customer = {
        field: given
        for field, option in _CUSTOMER.items()
        if (given := getattr(options, option.removeprefix("--"))) is not None
    }
    fields: dict[str, Any] = {"currency": options.currency, "due_by": options.due_by}
    fields["lines"] = [_line(item, options.currency) for item in options.item]
    if "contact" in customer and not is_e164(customer["contact"]):
        raise CliError("--phone: must be in E.164, such as +919876543210: SMS reach no other")
    if customer:
        fields["customer"] = customer
    try:
        return Document.model_validate(fields)
    except ValidationError as invalid:
        raise _wrong_options(faults_in(invalid)) from None


def _wrong_options(faults: Sequence[FileFault]) -> CliError:
    """The error that names each option that is wrong, once."""
    named = (fault._replace(path=_option(fault.path)) for fault in faults)
    return CliError("; ".join(dict.fromkeys(map(str, named))))


def _option(path: str) -> str:
    """The option that gave the field of a document."""
    if path.startswith("lines.") and not path.endswith(".currency"):
        return f"--item: {path.rpartition('.')[2]}"
    name = path.rpartition(".")[2]
    return _CUSTOMER.get(path.removeprefix("customer."), f"--{name.replace('_', '-')}")


def _line(item: list[str], currency: str) -> dict[str, Any]:
    name, price = item
    amount, times, quantity = price.partition("x")
    try:
        smallest = pay.amount_option(amount)
    except argparse.ArgumentTypeError as error:
        raise CliError(f"--item: the amount {error}") from None
    given: dict[str, Any] = {"quantity": quantity} if times else {}
    return {"name": name, "unit_amount": smallest, "currency": currency, **given}


def _from_file(options: argparse.Namespace) -> Document:
    from pydantic import ValidationError

    from billhook.model.document import Document
    from billhook_adapters.system.file_faults import faults_in

    others = ("currency", "name", "email", "phone", "due_by")
    if options.item or any(getattr(options, name) is not None for name in others):
        raise CliError("--file: it is the whole document; leave out the other options")
    text = json_text(options.file, "--file", _LARGEST_FILE)
    value = json_value(text, "--file")
    if isinstance(value, dict) and "document" in value and "lines" not in value:
        text = json.dumps(value["document"])  # the whole invoice was given
    try:
        return Document.model_validate_json(text)
    except ValidationError as invalid:
        raise refused_file("--file", faults_in(invalid)) from None


def _issue(options: argparse.Namespace) -> int:
    from billhook.application.commands import Issue

    changed = _changed(
        options, lambda one: Issue(account=one.account, invoice=one.id, actor=_ACTOR)
    )
    return _print(changed, options)


def _cancel(options: argparse.Namespace) -> int:
    from billhook.application.commands import Cancel

    changed = _changed(
        options, lambda one: Cancel(account=one.account, invoice=one.id, actor=_ACTOR)
    )
    return _print(changed, options)


def _send(options: argparse.Namespace) -> int:
    from billhook.application.commands import Send
    from billhook.model.json_values import as_json

    sent = _changed(
        options,
        lambda one: Send(
            account=one.account, invoice=one.id, media=_media(one, options.by), actor=_ACTOR
        ),
    )
    value = {"invoice": as_json(sent.invoice), "messages": as_json(sent.messages)}
    lines = [
        _line_of(sent.invoice),
        *(f"{one.medium} is queued; `serve` or `worker` sends it" for one in sent.messages),
    ]
    print_result(value, lines, as_json=options.json, if_lost="the messages are queued")
    return 0


def _media(invoice: Invoice, by: list[str] | None) -> tuple[Medium, ...]:
    """The media that are named, else those of the invoice, else those that reach its customer."""
    from billhook.model.customer import Medium

    if by is not None:
        return tuple(map(Medium, by))
    document = invoice.document
    media = document.media or tuple(one for one in Medium if document.address(one) is not None)
    if not media:
        raise CliError(
            "the invoice names no address to send to; give its customer an e-mail address or a "
            "phone number in E.164",
            REFUSED,
        )
    return media


def _changed(options: argparse.Namespace, command: Callable[[Invoice], Command[Any, Any]]) -> Any:
    """What a command on the invoice answers. Raises CliError with the reason of a refusal."""
    from billhook.model.invoice import InvoiceId
    from billhook_adapters.system.ids import RandomIds

    ids = None
    if "base_url" in options:
        ids = RandomIds(_base_url(options.base_url))
    invoice = InvoiceId(options.invoice)
    with database(options.database) as backend:
        account = account_of(backend, invoice, options.account)
        service = service_over(backend, ids=ids)
        return _executed(service.execute(command(_executed(service.get(account, invoice)))))


def _base_url(given: str | None) -> str:
    if given is None:
        raise CliError(
            f"--base-url: give what short URLs begin with, such as https://bill.example/i/, or "
            f"set {BASE_URL}"
        )
    return checked_base_url(given)


def _executed(answer: Result[Any, DomainError]) -> Any:
    from returns.result import Failure

    from billhook.lifecycle.errors import AccountNotFound
    from billhook.sentences import sentence
    from billhook_adapters.cli.error_texts import UNKNOWN_ACCOUNT_ID

    if not isinstance(answer, Failure):
        return answer.unwrap()
    error = answer.failure()
    if isinstance(error, AccountNotFound):
        raise CliError(UNKNOWN_ACCOUNT_ID, REFUSED)
    raise CliError(sentence(error), REFUSED)


def _print(invoice: Invoice, options: argparse.Namespace) -> int:
    from billhook.model.json_values import as_json

    print_result(
        as_json(invoice), [_line_of(invoice)], as_json=options.json, if_lost="the change is stored"
    )
    return 0


def _line_of(invoice: Invoice) -> str:
    from billhook_adapters.documents.message_texts import amount_text

    amount = amount_text(invoice.amount, invoice.document.currency)
    where = "" if invoice.short_url is None else f"  {invoice.short_url}"
    return f"{invoice.id}  {invoice.status.value.replace('_', ' ')}  {amount}{where}"
