"""`billhook pay`: records a payment of an invoice."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import account_of, database, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook.model.invoice import Invoice
    from billhook.model.payment import Payment
    from billhook_adapters.system.backend import Backend

_MAX_AMOUNT = 2**53 - 1  # that of billhook.model.money, which is slow to import
_MAX_REFERENCE = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the invoice, the amount and the reference."""
    parser.add_argument("invoice", metavar="INVOICE_ID")
    parser.add_argument(
        "amount",
        metavar="AMOUNT",
        type=amount_option,
        help="amount in the smallest unit of the invoice's currency: 99800 is INR 998.00",
    )
    parser.add_argument(
        "--reference",
        metavar="REFERENCE",
        type=reference_option,
        help="name of the payment; payments with the same reference count once "
        "(default: generated)",
    )
    parser.add_argument(
        "--instalment",
        metavar="INSTALMENT_ID",
        type=_instalment,
        action="append",
        default=[],
        help="instalment that it pays; may be repeated (default: those that are due first)",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="the money came in already: what the invoice cannot take is recorded as unapplied",
    )
    parser.add_argument(
        "--account",
        metavar="ACCOUNT_ID",
        help="account of the invoice; required if several accounts have an invoice with this id",
    )
    add_database(parser)
    add_json(parser)
    example = "inv_A1b2C3d4E5f6G7 99800 --database sqlite:///billhook.sqlite3"
    set_command(parser, _run, example=f"{parser.prog} {example}")


def amount_option(given: str) -> int:
    """An amount in smallest units, as it was typed."""
    if not (given.isascii() and given.isdigit() and 0 < int(given[:20]) <= _MAX_AMOUNT):
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 1 to {_MAX_AMOUNT}, in the smallest unit"
        )
    return int(given)


def reference_option(given: str) -> str:
    """The reference of a payment, as it was typed."""
    if not 1 <= len(given) <= _MAX_REFERENCE or not given.isprintable():
        raise argparse.ArgumentTypeError(f"must be 1 to {_MAX_REFERENCE} printable characters")
    return given


def _instalment(given: str) -> str:
    from billhook_adapters.system.ids import is_id

    if not is_id(given):
        raise argparse.ArgumentTypeError("must be 1 to 64 letters, digits, or any of _ . : -")
    return given


def _run(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        invoice, payment = _pay(backend, arguments)
    from billhook_adapters.documents.message_texts import amount_text

    currency = invoice.document.currency
    value = {
        "invoice": invoice.id,
        "account": invoice.account,
        "status": invoice.status,
        "currency": currency,
        "amount": invoice.amount,
        "amount_paid": invoice.paid,
        "amount_due": invoice.due,
        "reference": payment.reference,
    }
    lines = [
        f"{invoice.id} is {invoice.status.replace('_', ' ')}: "
        f"{amount_text(invoice.paid, currency)} of {amount_text(invoice.amount, currency)} paid",
        f"reference {payment.reference}",
    ]
    if_lost = "the payment is recorded: do not pay again"
    print_result(value, lines, as_json=arguments.json, if_lost=if_lost)
    return 0


def _pay(backend: Backend, arguments: argparse.Namespace) -> tuple[Invoice, Payment]:
    from returns.result import Failure

    from billhook.application.commands import Pay, RecordPayment
    from billhook.model.invoice import InvoiceId
    from billhook.model.payment import Payment, Reference
    from billhook_adapters.cli.error_texts import payment_error_text
    from billhook_adapters.system.api_keys import new_id

    service = service_over(backend)
    invoice = InvoiceId(arguments.invoice)
    account = account_of(backend, invoice, arguments.account)
    found = service.get(account, invoice)
    if isinstance(found, Failure):
        raise CliError(payment_error_text(found.failure()), REFUSED)
    currency = found.unwrap().document.currency
    reference = Reference(arguments.reference or new_id("pay_"))
    payment = Payment(
        reference=reference,
        amount=arguments.amount,
        currency=currency,
        instalments=arguments.instalment,
    )
    command = RecordPayment if arguments.report else Pay
    paid = service.execute(
        command(account=account, invoice=invoice, payment=payment, actor="billhook pay")
    )
    if isinstance(paid, Failure):
        reason = payment_error_text(paid.failure(), currency)
        known = service.payment(account, reference) if arguments.report else None
        if known is not None and known.payment == payment:
            reason += f"; recorded as unapplied payment {reference} of account {account}"
        raise CliError(reason, REFUSED)
    return paid.unwrap(), payment
