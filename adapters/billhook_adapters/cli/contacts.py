"""`billhook contact`: shows, suppresses and allows the address of a payer."""

from __future__ import annotations

import argparse
from typing import get_args

from billhook.application.records import Contact
from billhook.model.account import Account
from billhook.model.addresses import email_address, phone_text
from billhook.model.customer import Suppression, medium_of
from billhook_adapters.cli.account_changes import change_account
from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

_AT = "--database sqlite:///billhook.sqlite3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions: show, suppress and allow."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser.epilog = f"example:\n  billhook contact show acc_1 ravi@example.com {_AT}"
    for action, what in (
        ("show", "show whether an address is suppressed"),
        ("suppress", "suppress an address: nothing more is sent to it"),
        ("allow", "allow a suppressed address again"),
    ):
        one = actions.add_parser(action, help=what, description=what)
        one.add_argument("account", metavar="ACCOUNT_ID")
        one.add_argument(
            "address",
            metavar="ADDRESS",
            help="e-mail address, or phone number such as +919876543210 or, where the account has "
            "a country, a national one",
        )
        if action == "suppress":
            one.add_argument(
                "--reason",
                choices=get_args(Suppression),
                default="opted_out",
                help="why it is suppressed (default: opted_out)",
            )
        add_json(one)
        add_database(one)
        set_command(one, _run, example=f"billhook contact {action} acc_1 ravi@example.com {_AT}")


def _run(arguments: argparse.Namespace) -> int:
    from billhook.application.account_commands import SuppressAddress

    _check(arguments.address)
    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
        contact = _contact(arguments.address, account)
        if arguments.action != "show":
            reason = arguments.reason if arguments.action == "suppress" else None
            suppress = SuppressAddress(
                account=contact.account, contact=contact, reason=reason, actor="cli"
            )
            change_account(backend, suppress)
        history = service_over(backend).contact(contact)
    last = history.last_message_at and history.last_message_at.isoformat()
    value = {"medium": contact.medium, "suppressed": history.suppressed, "last_message": last}
    lines = [f"{name.replace('_', ' '):13} {shown or '-'}" for name, shown in value.items()]
    print_result(value, lines, as_json=arguments.json, if_lost="`billhook contact show` shows it")
    return 0


def _check(address: str) -> None:
    """Raise CliError on what is no address of any account."""
    try:
        email_address(address) if "@" in address else phone_text(address)
    except ValueError as error:
        raise CliError(f"ADDRESS: {error}") from None


def _contact(address: str, account: Account) -> Contact:
    from billhook_adapters.system.phone_numbers import e164

    if "@" not in address:
        address = e164(address, account.policy.country) or address
    try:
        return Contact(account.id, medium_of(address), address)
    except ValueError as error:
        raise CliError(
            f"ADDRESS: {error}; or set the country of the account with `billhook account set`"
        ) from None
