"""`billhook payment-instructions`: the UPI id and IBAN that page and PDF show as QR codes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.account_changes import change_account
from billhook_adapters.cli.database import database, known_account
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook.model.payment_instructions import PaymentInstructions

_AT = "--database sqlite:///billhook.sqlite3"
_REMEDIES = {
    "upi": "must be a UPI id, such as acme@okbank",
    "iban": "must be an IBAN without spaces, such as DE89370400440532013000",
    "bic": "must be a BIC such as COBADEFFXXX; requires --iban",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions: set, show and clear."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    example = f"billhook payment-instructions set ACCOUNT_ID --upi acme@okbank {_AT}"
    parser.epilog = f"example:\n  {example}"
    for action, what in (
        ("set", "replace the payment instructions of an account"),
        ("show", "show the payment instructions of an account"),
        ("clear", "remove the payment instructions of an account"),
    ):
        one = actions.add_parser(action, help=what, description=what)
        one.add_argument("account", metavar="ACCOUNT_ID")
        if action == "set":
            one.add_argument(
                "--upi", metavar="UPI_ID", help="UPI id for payments in INR, such as acme@okbank"
            )
            one.add_argument(
                "--iban", metavar="IBAN", help="IBAN for payments in EUR, without spaces"
            )
            one.add_argument("--bic", metavar="BIC", help="BIC of the bank, if it requires one")
        add_json(one)
        add_database(one)
        set_command(
            one,
            _run,
            example=example
            if action == "set"
            else f"billhook payment-instructions {action} ACCOUNT_ID {_AT}",
        )


def _run(arguments: argparse.Namespace) -> int:
    from billhook.application.account_commands import UpdateAccount
    from billhook.model.account import AccountPolicy

    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
        payment_instructions = account.policy.payment_instructions
        if arguments.action != "show":
            payment_instructions = _from_arguments(arguments) if arguments.action == "set" else None
            policy = AccountPolicy(payment_instructions=payment_instructions)
            change_account(backend, UpdateAccount(account=account.id, policy=policy, actor="cli"))
    value = {name: getattr(payment_instructions, name, None) for name in _REMEDIES}
    lines = [f"{name:5} {shown or '-'}" for name, shown in value.items()]
    print_result(
        value,
        lines,
        as_json=arguments.json,
        if_lost="`billhook payment-instructions show` shows them",
    )
    return 0


def _from_arguments(arguments: argparse.Namespace) -> PaymentInstructions:
    from pydantic import ValidationError

    from billhook.model.payment_instructions import PaymentInstructions

    if not (arguments.upi or arguments.iban):
        raise CliError("--upi, --iban: give one of them, or both")
    try:
        return PaymentInstructions(upi=arguments.upi, iban=arguments.iban, bic=arguments.bic)
    except ValidationError as error:
        name = str((error.errors()[0]["loc"] or ("bic",))[0])
        raise CliError(f"--{name}: {_REMEDIES[name]}") from None
