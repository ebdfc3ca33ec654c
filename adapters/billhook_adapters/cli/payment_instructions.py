"""`billhook payment-instructions`: where payers may send money, as codes on page and PDF."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

if TYPE_CHECKING:
    from billhook.model.payment_instructions import PaymentInstructions

_AT = "--database sqlite:///billhook.sqlite3"
_REMEDIES = {
    "upi": "give a UPI address, such as acme@okbank",
    "iban": "give an IBAN without spaces, such as DE89370400440532013000",
    "bic": "give a BIC such as COBADEFFXXX, together with --iban",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Set, show and clear."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    example = f"billhook payment-instructions set ACCOUNT_ID --upi acme@okbank {_AT}"
    parser.epilog = f"example:\n  {example}"
    for action, what in (
        ("set", "show payers codes that send money here, instead of anywhere else"),
        ("show", "show where payers send money"),
        ("clear", "show payers no codes"),
    ):
        one = actions.add_parser(action, help=what, description=what)
        one.add_argument("account", metavar="ACCOUNT_ID")
        if action == "set":
            one.add_argument("--upi", metavar="U", help="for rupees: acme@okbank")
            one.add_argument("--iban", metavar="I", help="for euros")
            one.add_argument("--bic", metavar="B", help="of the IBAN's bank, where it is needed")
        add_json(one)
        add_database(one)
        does(
            one,
            _run,
            example=example
            if action == "set"
            else f"billhook payment-instructions {action} A {_AT}",
        )


def _run(asked: argparse.Namespace) -> int:
    from billhook.application.account_commands import UpdateAccount
    from billhook.model.account import AccountPolicy
    from billhook.model.base import AccountId

    with database(asked.database) as backend:
        service = service_over(backend)
        account = service.account(AccountId(asked.account))
        if account is None:
            raise CliError("ACCOUNT_ID: there is no such account; see `account list`")
        payment_instructions = account.policy.payment_instructions
        if asked.action != "show":
            payment_instructions = _from_arguments(asked) if asked.action == "set" else None
            policy = AccountPolicy(payment_instructions=payment_instructions)
            service.execute(UpdateAccount(account=account.id, policy=policy, actor="cli")).unwrap()
    told = {name: getattr(payment_instructions, name, None) for name in _REMEDIES}
    lines = [f"{name:5} {value or '-'}" for name, value in told.items()]
    answer(
        told, lines, as_json=asked.json, lost="`billhook payment_instructions show` tells it again"
    )
    return 0


def _from_arguments(asked: argparse.Namespace) -> PaymentInstructions:
    from pydantic import ValidationError

    from billhook.model.payment_instructions import PaymentInstructions

    if not (asked.upi or asked.iban):
        raise CliError("--upi, --iban: give one of them, or both")
    try:
        return PaymentInstructions(upi=asked.upi, iban=asked.iban, bic=asked.bic)
    except ValidationError as wrong:
        name = str((wrong.errors()[0]["loc"] or ("bic",))[0])
        raise CliError(f"--{name}: {_REMEDIES[name]}") from None
