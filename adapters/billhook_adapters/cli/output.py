"""Prints the result of a command: lines for people, or one JSON value for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from billhook_adapters.cli.errors import OUTPUT_LOST, CliError


def print_result(value: object, lines: Sequence[str], *, as_json: bool, if_lost: str) -> None:
    """Print the result of a command that has already stored its changes.

    Raises CliError where it cannot be written; `if_lost` then says what to do.
    """
    text = json.dumps(value, indent=2) if as_json else "\n".join(map(_printable, lines))
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except OSError as error:
        _discard_output()
        reason = f"done, but the output could not be written ({error.strerror}); {if_lost}"
        raise CliError(reason, OUTPUT_LOST) from None


def _printable(line: str) -> str:
    """The line without control characters: names and URLs may contain terminal commands."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def _discard_output() -> None:
    """Send buffered output to the null device: Python would write it, and fail, at exit."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
