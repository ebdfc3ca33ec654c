"""How commands are parsed: options, help with an example, and errors of usage."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Collection, Sequence
from typing import Any, NoReturn

from billhook_adapters.cli.errors import WRONG_USAGE
from billhook_adapters.composition.variables import DATABASE

_OPTION = re.compile(r"--[a-z][a-z-]*")
_OPTION_NAME = "--database"

Run = Callable[[argparse.Namespace], int]
"""What a command does with its arguments; its exit status."""


class UsageError(Exception):
    """The arguments of a command are wrong; `parser` is the one that found it."""

    def __init__(self, parser: Parser, reason: str) -> None:
        super().__init__(reason)
        self.parser = parser


class Parser(argparse.ArgumentParser):
    """argparse without abbreviated options, and without the given values in its messages.

    A name that is unknown is answered with the known one that is spelled nearly so.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The arguments; ends the program with status 2 where they are wrong.

        With --json among them the reason is also answered as JSON.
        """
        given = sys.argv[1:] if arguments is None else arguments
        try:
            return self._parsed(given)
        except UsageError as wrong:
            parser = wrong.parser
            # A mistyped option is one that is missing, too: that it is unknown helps more.
            is_leaf = parser.get_default("run") is not None
            unknown = parser.unknown_options(given) if is_leaf else []
            reason = "; ".join([*unknown, str(wrong)])
            parser.print_usage(sys.stderr)
            report(parser.prog, reason, as_json="--json" in given)
            raise SystemExit(WRONG_USAGE) from None

    def _parsed(self, arguments: Sequence[str]) -> argparse.Namespace:
        known, unknown = self.parse_known_args(arguments)
        if unknown:
            command: Parser = getattr(known, "parser", self)
            more = f"see `{command.prog} --help`"
            is_named = command is not self and command.unknown_options(arguments)
            command.error(more if is_named else f"too many arguments; {more}")
        return known

    def unknown_options(self, given: Sequence[str]) -> list[str]:
        """What is said of options that this command has not, each with the one that was meant.

        What is unknown may be a secret behind a mistyped option: only options are named.
        """
        known = self._option_string_actions
        names = (one for one in given if _OPTION.fullmatch(one) and one not in known)
        return [f"unknown: {one}{meant(one, known)}" for one in names]

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, which `parse` of the first parser reports."""
        raise UsageError(self, message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = list(map(str, action.choices))
        if action.nargs == argparse.PARSER:
            what = str(action.metavar).lower()
            self.error(f"no such {what}{meant(str(value), choices)}; see `{self.prog} --help`")
        raise argparse.ArgumentError(action, not_one_of(choices, str(value)))


def not_one_of(choices: Collection[str], given: str) -> str:
    """What is said of a value of a fixed set; of what was given, only what it was meant to be."""
    known = ", ".join(choices)
    return f"must be {'one of ' if len(choices) > 1 else ''}{known}{meant(given, choices)}"


def meant(name: str, known: Collection[str]) -> str:
    """A question for the known name that is spelled nearly so; empty where none is."""
    from difflib import get_close_matches  # most commands are spelled right

    found = get_close_matches(name, known, n=1)
    return f", did you mean {found[0]}?" if found else ""


def report(program: str, reason: str, *, as_json: bool) -> None:
    """Print why a command ended, for people, and as JSON for the program that reads stdout."""
    from billhook_adapters.cli.output import printable  # most commands end well

    # What is repeated may be a file's: no terminal command of its gets through.
    print(f"{program}: {printable(reason)}", file=sys.stderr)
    if as_json:
        import json

        print(json.dumps({"error": reason}))


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
        del parser  # the library's names and order
        if _has_password(str(values)):
            variable = f"set {DATABASE} instead, or " if option_string == _OPTION_NAME else ""
            raise argparse.ArgumentError(
                self,
                "must not hold the password, which other users see in the list of processes; "
                f"{variable}name a password file in PGPASSFILE",
            )
        setattr(namespace, self.dest, values)


def _has_password(url: str) -> bool:
    from urllib.parse import parse_qsl, urlsplit  # help needs neither

    try:
        parts = urlsplit(url)
        return bool(parts.password or "password" in dict(parse_qsl(parts.query)))
    except ValueError:  # what is wrong with it is said when it is opened
        return False


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command on a database has; BILLHOOK_DATABASE stands in for it."""
    default = os.environ.get(DATABASE) or None
    parser.add_argument(
        _OPTION_NAME,
        metavar="URL",
        action=_DatabaseUrl,
        default=default,
        required=default is None,
        help="such as sqlite:///billhook.sqlite3 or postgresql://user@host/billhook (default: "
        f"that of {DATABASE}); a password only in the variable, or in a file (PGPASSFILE)",
    )


def add_database_url(parser: argparse.ArgumentParser, option: str, *, dest: str, of: str) -> None:
    """Add an option for the URL of one database among several, which no variable stands in for."""
    parser.add_argument(
        option,
        dest=dest,
        metavar="URL",
        action=_DatabaseUrl,
        required=True,
        help=f"the URL of {of}",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command with an answer has."""
    parser.add_argument("--json", action="store_true", help="answer as one JSON value")
