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
    Command("bounces", "bounces", "read mails that came back, from a pipe or a mailbox"),
    Command("contact", "contacts", "tell whether an address may be written to, and settle it"),
    Command("demo", "demo", "walk invoices through their lives, offline"),
    Command("messages", "messages", "list what was not sent, and give dead letters another life"),
    Command("pay", "pay", "take a payment for an invoice"),
    Command(
        "payment-instructions",
        "payment_instructions",
        "let an account's payers scan a code that sends it money",
    ),
    Command("preview", "preview", "look at an SMS, an e-mail, a page or a PDF, and send nothing"),
    Command("callbacks", "callbacks", "tell where a provider is to send its receipts"),
    Command("reminder", "reminders", "remind an account's payers before and after the due date"),
    Command("sandbox", "sandbox", "serve an offline twin with known keys, to test against"),
    Command("serve", "serve", "serve the APIs over a database"),
    Command("status", "status", "tell how much waits to be sent, and what went wrong"),
    Command("webhook", "webhooks", "tell an account's own systems of its events, or stop"),
    Command("worker", "worker", "deliver messages, beside the servers or instead of them"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = _parser(given).parse(given)
    try:
        status: int = asked.run(asked)
    except CliError as stopped:
        return _say(asked.parser.prog, stopped, stopped.status)
    except ModuleNotFoundError as missing:
        if "pip install" not in str(missing):
            raise
        return _say(asked.parser.prog, missing, WRONG_USAGE)
    return status


def _parser(given: Sequence[str]) -> Parser:
    parser = Parser(
        prog="billhook", description="The invoice lifecycle, and what its payer is told."
    )
    parser.add_argument("--version", action="version", version=version("billhook"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the module of the command that is asked for is loaded: starting stays quick.
    chosen = next((word for word in given if not word.startswith("-")), None)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        if command.name == chosen:
            import_module(f"billhook_adapters.cli.{command.module}").add_arguments(one)
    return parser


def _say(prog: str, reason: Exception, status: int) -> int:
    print(f"{prog}: {reason}", file=sys.stderr)
    return status
