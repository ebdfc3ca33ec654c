"""`billhook contact`: whether an address may be written to, and why not."""

from __future__ import annotations

import argparse
from typing import get_args

from billhook.application.records import Contact
from billhook.model.base import AccountId
from billhook.model.customer import Suppression, medium_of
from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

_AT = "--database sqlite:///billhook.sqlite3"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Show, suppress and allow."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser.epilog = f"example:\n  billhook contact show acc_1 ravi@example.com {_AT}"
    for action, what in (
        ("show", "tell whether an address may be written to"),
        ("suppress", "write to an address no more"),
        ("allow", "write to an address again"),
    ):
        one = actions.add_parser(action, help=what, description=what)
        one.add_argument("account", metavar="ACCOUNT_ID")
        one.add_argument("address", metavar="ADDRESS", help="e-mail, or a number such as +91...")
        if action == "suppress":
            one.add_argument(
                "--reason",
                choices=get_args(Suppression),
                default="opted_out",
                help="opted_out unless given",
            )
        add_json(one)
        add_database(one)
        does(one, _run, example=f"billhook contact {action} acc_1 ravi@example.com {_AT}")


def _run(asked: argparse.Namespace) -> int:
    from billhook.application.account_commands import SuppressAddress

    contact = _contact(asked)
    with database(asked.database) as backend:
        service = service_over(backend)
        if service.account(contact.account) is None:
            raise CliError("ACCOUNT_ID: there is no such account; see `account list`")
        if asked.action != "show":
            reason = asked.reason if asked.action == "suppress" else None
            service.execute(
                SuppressAddress(
                    account=contact.account, contact=contact, reason=reason, actor="cli"
                )
            ).unwrap()
        known = service.contact(contact)
    last = known.last_asked and known.last_asked.isoformat()
    told = {"medium": contact.medium, "suppressed": known.suppressed, "last_message": last}
    lines = [f"{name.replace('_', ' '):13} {value or '-'}" for name, value in told.items()]
    answer(told, lines, as_json=asked.json, lost="`billhook contact show` tells it again")
    return 0


def _contact(asked: argparse.Namespace) -> Contact:
    try:
        return Contact(AccountId(asked.account), medium_of(asked.address), asked.address)
    except ValueError as wrong:
        raise CliError(f"ADDRESS: {wrong}") from None
