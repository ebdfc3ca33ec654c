"""The commands. Each is a module of this folder with a function `add_arguments`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from billhook.version import VERSION
from billhook_adapters.cli.errors import OUTPUT_LOST, WRONG_USAGE, CliError
from billhook_adapters.cli.parser import Parser, report


class Command(NamedTuple):
    """A command: its name, its module in this folder, and what it does."""

    name: str
    module: str
    help: str


GROUPS = {
    "Try it": (
        Command("demo", "demo", "walk invoices through their lifecycle, offline"),
        Command("sandbox", "sandbox", "serve an offline sandbox with known keys, for tests"),
        Command("preview", "preview", "preview an SMS, an e-mail, a page or a PDF"),
        Command("diagram", "diagram", "draw the lifecycle of an invoice or a message"),
    ),
    "Invoices and payments": (
        Command("invoice", "invoices", "draft, issue, send, pay, list and explain invoices"),
        Command("pay", "pay", "take a payment for an invoice"),
        Command("unapplied", "unapplied", "apply or send back money that no invoice took"),
        Command("import", "imports", "import invoices that a vendor exported"),
    ),
    "Messages": (
        Command("messages", "messages", "list what was not sent, and retry dead letters"),
        Command("contact", "contacts", "show or set whether an address may be written to"),
        Command("bounces", "bounces", "record bounced mails, from a pipe or a mailbox"),
        Command("callbacks", "callbacks", "print the URL where a provider reports deliveries"),
    ),
    "Accounts": (
        Command("account", "accounts", "open accounts, list them, change and revoke their keys"),
        Command(
            "payment-instructions",
            "payment_instructions",
            "set how payers send money to an account: UPI, IBAN",
        ),
        Command("reminder", "reminders", "remind payers before and after the due date"),
        Command("webhook", "webhooks", "send an account's events to a URL, test it, or stop"),
    ),
    "Service": (
        Command("serve", "serve", "serve the APIs over a database"),
        Command("worker", "worker", "deliver messages, beside the servers or instead of them"),
        Command("status", "status", "show how much waits to be sent, and what went wrong"),
        Command("doctor", "doctor", "find what is wrong with the settings and the database"),
        Command("database", "database_move", "move all rows to a new database of another kind"),
        Command("completion", "completion", "complete commands in bash, zsh or fish"),
    ),
}
"""The commands by what they are for, as the help lists them."""

COMMANDS = tuple(command for group in GROUPS.values() for command in group)


class RootParser(Parser):
    """The parser of all commands; its help lists them in groups."""

    def format_help(self) -> str:
        """The help, with the commands by what they are for."""
        width = max(len(command.name) for command in COMMANDS)
        lines = [self.format_usage(), self.description or ""]
        for group, commands in GROUPS.items():
            lines += ["", f"{group}:"]
            lines += [f"  {one.name:{width}}  {one.help}" for one in commands]
        lines += ["", "`billhook help COMMAND` shows how a command is used.", ""]
        return "\n".join(lines)


def run(given: Sequence[str]) -> int:
    """Run the command that these arguments name; its exit status. Without any, show the help."""
    if given and given[0] == "help":
        given = [*given[1:], "--help"]
    if not given:
        parser_for(given).print_help()
        return 0
    options = parser_for(given).parse(given)
    try:
        status: int = options.run(options)
    except BrokenPipeError:  # its reader has seen enough, such as `head`
        from billhook_adapters.cli.output import discard_output

        discard_output()
        return OUTPUT_LOST
    except CliError as stopped:
        return _report(options, stopped, stopped.status)
    except ModuleNotFoundError as missing:
        if "pip install" not in str(missing):
            raise
        return _report(options, missing, WRONG_USAGE)
    return status


def parser_for(given: Sequence[str]) -> Parser:
    """The parser of all commands, with the arguments of the one that is given."""
    parser = RootParser(
        prog="billhook", description="The invoice lifecycle, and the messages to its payer."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )
    # Only the module of the chosen command is loaded: starting stays quick.
    chosen = next((word for word in given if not word.startswith("-")), None)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        if command.name == chosen:
            import_module(f"billhook_adapters.cli.{command.module}").add_arguments(one)
    return parser


def _report(options: argparse.Namespace, reason: Exception, status: int) -> int:
    as_json = getattr(options, "json", False) and status != OUTPUT_LOST
    report(options.parser.prog, str(reason), as_json=as_json)
    return status
