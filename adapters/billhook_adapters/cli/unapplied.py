"""`billhook unapplied`: money that no invoice took is listed, applied later, or sent back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, TypeVar

from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.cli.pay import amount_option, reference_option

if TYPE_CHECKING:
    from returns.result import Result

    from billhook.application.records import RecordedPayment
    from billhook.application.service import InvoiceService
    from billhook.model.base import AccountId

_ACTOR = "billhook unapplied"
_MOST = 1000

A = TypeVar("A")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """List, apply and refund."""
    on = "--database sqlite:///billhook.sqlite3"
    parser.epilog = f"example:\n  billhook unapplied list acc_A1b2C3d4E5f6G7 {on}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser(
        "list",
        help="list payments with an amount that is not applied",
        description="list payments with an amount that is not applied",
    )
    listing.add_argument("account", metavar="ACCOUNT_ID")
    applying = actions.add_parser(
        "apply",
        help="apply unapplied money to an invoice of the same customer",
        description="apply unapplied money to an invoice of the same customer",
    )
    _add_payment(applying)
    applying.add_argument("invoice", metavar="INVOICE_ID")
    refunding = actions.add_parser(
        "refund",
        help="record that unapplied money was sent back to the payer",
        description="record that unapplied money was sent back to the payer",
    )
    _add_payment(refunding)
    for amount, action in (("what is due, if there is as much", applying), ("all", refunding)):
        action.add_argument(
            "--amount",
            metavar="AMOUNT",
            type=amount_option,
            help=f"amount in the smallest unit of the currency (default: {amount})",
        )
    for action in (listing, applying, refunding):
        add_database(action)
        add_json(action)
    payment = "acc_A1b2C3d4E5f6G7 UTR-7"
    set_command(listing, _list, example=f"billhook unapplied list acc_A1b2C3d4E5f6G7 {on}")
    set_command(
        applying, _apply, example=f"billhook unapplied apply {payment} inv_A1b2C3d4E5f6G7 {on}"
    )
    set_command(refunding, _refund, example=f"billhook unapplied refund {payment} {on}")


def _add_payment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="ACCOUNT_ID")
    parser.add_argument(
        "payment",
        metavar="REFERENCE",
        type=reference_option,
        help="the reference under which the money came in",
    )


def _list(options: argparse.Namespace) -> int:
    from billhook.application.records import Page
    from billhook_adapters.documents.message_texts import amount_text

    with database(options.database) as backend:
        account = known_account(backend, options.account).id
        found = service_over(backend).unapplied(account, Page(limit=_MOST))
    lines = [
        f"{one.payment.reference}  {amount_text(one.unapplied, one.payment.currency)} of "
        f"{amount_text(one.payment.amount, one.payment.currency)} for {one.invoice}, "
        f"{one.at:%Y-%m-%d}"
        for one in found
    ] or ["every payment is applied"]
    if len(found) == _MOST:
        lines.append(f"(the oldest {_MOST})")
    print_result([*map(_shown, found)], lines, as_json=options.json, if_lost="list them again")
    return 0


def _shown(one: RecordedPayment) -> dict[str, Any]:
    return {
        "reference": one.payment.reference,
        "invoice": one.invoice,
        "currency": one.payment.currency,
        "amount": one.payment.amount,
        "unapplied": one.unapplied,
        "refunded": one.refunded,
        "at": one.at.isoformat(),
    }


def _apply(options: argparse.Namespace) -> int:
    from billhook.application.commands import ApplyPayment
    from billhook.model.invoice import InvoiceId
    from billhook_adapters.documents.message_texts import amount_text

    with database(options.database) as backend:
        account, service = known_account(backend, options.account).id, service_over(backend)
        known = _payment(service, account, options)
        command = ApplyPayment(
            account=account,
            invoice=InvoiceId(options.invoice),
            payment=known.payment.reference,
            amount=options.amount,
            actor=_ACTOR,
        )
        invoice = _done(service.execute(command), known)
        left = _payment(service, account, options).unapplied
    currency = invoice.document.currency
    value = {
        "invoice": invoice.id,
        "status": invoice.status,
        "currency": currency,
        "amount_paid": invoice.paid,
        "amount_due": invoice.due,
        "unapplied": left,
    }
    lines = [
        f"{invoice.id} is {invoice.status.replace('_', ' ')}: "
        f"{amount_text(invoice.paid, currency)} of {amount_text(invoice.amount, currency)} paid",
        f"{amount_text(left, known.payment.currency)} of the payment is unapplied",
    ]
    print_result(value, lines, as_json=options.json, if_lost="the money is applied")
    return 0


def _refund(options: argparse.Namespace) -> int:
    from billhook.application.commands import RecordRefund
    from billhook_adapters.documents.message_texts import amount_text

    with database(options.database) as backend:
        account, service = known_account(backend, options.account).id, service_over(backend)
        known = _payment(service, account, options)
        command = RecordRefund(
            account=account,
            payment=known.payment.reference,
            amount=options.amount,
            actor=_ACTOR,
        )
        refund = _done(service.execute(command), known)
    currency = known.payment.currency
    value = {
        "payment": refund.payment,
        "currency": currency,
        "amount": refund.amount,
        "unapplied": refund.unapplied,
    }
    lines = [
        f"{amount_text(refund.amount, currency)} recorded as sent back",
        f"{amount_text(refund.unapplied, currency)} of the payment is unapplied",
    ]
    print_result(value, lines, as_json=options.json, if_lost="the refund is recorded")
    return 0


def _payment(
    service: InvoiceService, account: AccountId, options: argparse.Namespace
) -> RecordedPayment:
    from billhook.model.payment import Reference
    from billhook_adapters.cli.error_texts import UNKNOWN_PAYMENT

    found = service.payment(account, Reference(options.payment))
    if found is None:
        raise CliError(UNKNOWN_PAYMENT, REFUSED)
    return found


def _done(result: Result[A, Any], known: RecordedPayment) -> A:
    from returns.result import Failure

    from billhook_adapters.cli.error_texts import unapplied_error_text

    if isinstance(result, Failure):
        raise CliError(unapplied_error_text(result.failure(), known.payment.currency), REFUSED)
    return result.unwrap()
