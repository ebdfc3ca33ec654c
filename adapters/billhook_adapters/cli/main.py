"""`billhook`: the command line. Each command is a module with a function `add_arguments`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NamedTuple

from billhook_adapters.cli.errors import WRONG_USAGE, CliError
from billhook_adapters.cli.parser import Parser


class Command(NamedTuple):
    """A command: its name, its module in this folder, and what it does."""

    name: str
    module: str
    help: str


COMMANDS = (
    Command("account", "accounts", "open accounts, list them, change and revoke their keys"),
    Command("bounces", "bounces", "record bounced mails, from a pipe or a mailbox"),
    Command("contact", "contacts", "show or set whether an address may be written to"),
    Command("demo", "demo", "walk invoices through their lifecycle, offline"),
    Command("doctor", "doctor", "find what is wrong with the settings and the database"),
    Command("messages", "messages", "list what was not sent, and retry dead letters"),
    Command("pay", "pay", "take a payment for an invoice"),
    Command(
        "payment-instructions",
        "payment_instructions",
        "set how payers send money to an account: UPI, IBAN",
    ),
    Command("preview", "preview", "preview an SMS, an e-mail, a page or a PDF"),
    Command("callbacks", "callbacks", "print the URL at which a provider is to report deliveries"),
    Command("reminder", "reminders", "remind an account's payers before and after the due date"),
    Command("sandbox", "sandbox", "serve an offline sandbox with known keys, to test against"),
    Command("serve", "serve", "serve the APIs over a database"),
    Command("status", "status", "show how much waits to be sent, and what went wrong"),
    Command("unapplied", "unapplied", "apply or send back money that no invoice took"),
    Command("webhook", "webhooks", "send an account's events to a URL, or stop"),
    Command("worker", "worker", "deliver messages, beside the servers or instead of them"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given).parse(given)
    try:
        status: int = options.run(options)
    except CliError as stopped:
        return _report(options.parser.prog, stopped, stopped.status)
    except ModuleNotFoundError as missing:
        if "pip install" not in str(missing):
            raise
        return _report(options.parser.prog, missing, WRONG_USAGE)
    return status


def _parser(given: Sequence[str]) -> Parser:
    parser = Parser(
        prog="billhook", description="The invoice lifecycle, and the messages to its payer."
    )
    parser.add_argument("--version", action="version", version=version("billhook"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the module of the chosen command is loaded: starting stays quick.
    chosen = next((word for word in given if not word.startswith("-")), None)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        if command.name == chosen:
            import_module(f"billhook_adapters.cli.{command.module}").add_arguments(one)
    return parser


def _report(prog: str, reason: Exception, status: int) -> int:
    print(f"{prog}: {reason}", file=sys.stderr)
    return status
