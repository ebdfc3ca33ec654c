"""How every command is asked for: arguments, help with an example, and refusals of wrong usage."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any

_OPTION = re.compile(r"--[a-z][a-z-]*")

Run = Callable[[argparse.Namespace], int]
"""What a command does with its arguments; its exit status."""


class Parser(argparse.ArgumentParser):
    """argparse, without guesses at abbreviated options and without echoes of what was given."""

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
            told = " ".join(["not understood:", *names]) if names else "too many arguments"
            asker = getattr(known, "parser", self)
            asker.error(f"{told}; see `{asker.prog} --help`")
        return known


def does(parser: argparse.ArgumentParser, run: Run, *, example: str) -> None:
    """Let a command do this once it is asked for, and show an example in its help."""
    parser.set_defaults(run=run, parser=parser)
    parser.epilog = f"example:\n  {example}"


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command on a database has."""
    parser.add_argument(
        "--database",
        metavar="URL",
        required=True,
        help="such as sqlite:///billhook.sqlite3 or postgresql://user@host/billhook",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command with an answer has."""
    parser.add_argument("--json", action="store_true", help="answer as one JSON value")
