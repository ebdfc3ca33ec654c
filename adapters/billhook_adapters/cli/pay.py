"""`billhook pay`: take a payment for an invoice."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

if TYPE_CHECKING:
    from billhook.model.base import AccountId
    from billhook.model.invoice import Invoice, InvoiceId
    from billhook.model.payment import Payment
    from billhook_adapters.system.backend import Backend

_LARGEST = 2**53 - 1  # billhook.model.money has it too, and takes a while to load
_LONGEST = 128


def arguments(parser: argparse.ArgumentParser) -> None:
    """What and how much is paid."""
    parser.add_argument("invoice", metavar="INVOICE_ID")
    parser.add_argument(
        "amount", metavar="AMOUNT", type=_amount, help="in smallest units: 99800 is INR 998.00"
    )
    parser.add_argument(
        "--reference",
        metavar="R",
        type=_reference,
        help="what names the payment: asked again with the same one, it counts once",
    )
    parser.add_argument("--account", metavar="A", help="where accounts share the invoice's id")
    add_database(parser)
    add_json(parser)
    example = "billhook pay inv_A1b2C3d4E5f6G7 99800 --database sqlite:///billhook.sqlite3"
    does(parser, _run, example=example)


def _amount(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given[:20]) <= _LARGEST):
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 1 to {_LARGEST}, in smallest units"
        )
    return int(given)


def _reference(given: str) -> str:
    if not 1 <= len(given) <= _LONGEST or not given.isprintable():
        raise argparse.ArgumentTypeError(f"must have 1 to {_LONGEST} printable characters")
    return given


def _run(asked: argparse.Namespace) -> int:
    with database(asked.database) as backend:
        paid, payment = _paid(backend, asked)
    from billhook_adapters.documents.message_texts import amount_text

    document = paid.document
    told = {
        "invoice": paid.id,
        "account": paid.account,
        "status": paid.status,
        "currency": document.currency,
        "amount": paid.amount,
        "amount_paid": paid.paid,
        "amount_due": paid.due,
        "reference": payment.reference,
    }
    lines = [
        f"{paid.id} is {paid.status.replace('_', ' ')}: "
        f"{amount_text(paid.paid, document.currency)} of "
        f"{amount_text(paid.amount, document.currency)} has come in",
        f"reference {payment.reference}",
    ]
    lost = "the payment is taken: do not pay again"
    answer(told, lines, as_json=asked.json, lost=lost)
    return 0


def _paid(backend: Backend, asked: argparse.Namespace) -> tuple[Invoice, Payment]:
    from returns.result import Failure

    from billhook.application.commands import Pay
    from billhook.model.invoice import InvoiceId
    from billhook.model.payment import Payment, Reference
    from billhook_adapters.cli.error_texts import of_payment
    from billhook_adapters.system.api_keys import new_id

    service = service_over(backend)
    invoice = InvoiceId(asked.invoice)
    account = _account(backend, invoice, asked.account)
    found = service.get(account, invoice)
    if isinstance(found, Failure):
        raise CliError(of_payment(found.failure()), REFUSED)
    currency = found.unwrap().document.currency
    reference = Reference(asked.reference or new_id("pay_"))
    payment = Payment(reference=reference, amount=asked.amount, currency=currency)
    paid = service.execute(
        Pay(account=account, invoice=invoice, payment=payment, actor="billhook pay")
    )
    if isinstance(paid, Failure):
        raise CliError(of_payment(paid.failure(), currency), REFUSED)
    return paid.unwrap(), payment


def _account(backend: Backend, invoice: InvoiceId, given: str | None) -> AccountId:
    from billhook.lifecycle.errors import InvoiceNotFound
    from billhook.model.base import AccountId
    from billhook_adapters.cli.error_texts import of_holders, of_payment
    from billhook_adapters.system.ids import is_id

    if given is not None:
        return AccountId(given)
    match tuple(backend.accounts.holders(invoice)) if is_id(invoice) else ():
        case ():
            raise CliError(of_payment(InvoiceNotFound()), REFUSED)
        case (account,):
            return account
        case holders:
            raise CliError(of_holders(holders))
