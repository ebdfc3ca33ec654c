"""How commands are parsed: options, help with an example, and errors of usage."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from billhook_adapters.composition.variables import DATABASE

_OPTION = re.compile(r"--[a-z][a-z-]*")

Run = Callable[[argparse.Namespace], int]
"""What a command does with its arguments; its exit status."""


class Parser(argparse.ArgumentParser):
    """argparse without abbreviated options, and without the given values in its messages."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The arguments; ends the program with status 2 where they are wrong."""
        known, unknown = self.parse_known_args(arguments)
        if unknown:
            # What is unknown may be a secret behind a mistyped option: only options are named.
            names = [one for one in unknown if _OPTION.fullmatch(one)]
            reason = " ".join(["unknown:", *names]) if names else "too many arguments"
            command = getattr(known, "parser", self)
            command.error(f"{reason}; see `{command.prog} --help`")
        return known


def set_command(parser: argparse.ArgumentParser, run: Run, *, example: str) -> None:
    """Set what a command runs, and the example in its help."""
    parser.set_defaults(run=run, parser=parser)
    parser.epilog = f"example:\n  {example}"


class _DatabaseUrl(argparse.Action):
    """Takes a URL without a password: everyone on the machine can read a command line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        del parser, option_string  # the library's names and order
        if _has_password(str(values)):
            raise argparse.ArgumentError(
                self,
                "must not hold the password, which other users see in the list of processes; "
                f"set {DATABASE} instead, or name a password file in PGPASSFILE",
            )
        setattr(namespace, self.dest, values)


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.password or "password" in dict(parse_qsl(parts.query)))
    except ValueError:  # what is wrong with it is said when it is opened
        return False


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command on a database has; BILLHOOK_DATABASE stands in for it."""
    default = os.environ.get(DATABASE) or None
    parser.add_argument(
        "--database",
        metavar="URL",
        action=_DatabaseUrl,
        default=default,
        required=default is None,
        help=f"that of {DATABASE} unless given, such as sqlite:///billhook.sqlite3 or "
        "postgresql://user@host/billhook; a password only there, or in a file (PGPASSFILE)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command with an answer has."""
    parser.add_argument("--json", action="store_true", help="answer as one JSON value")
