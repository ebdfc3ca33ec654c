"""What a command answers: lines for people, or one JSON value for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from billhook_adapters.cli.errors import ANSWER_LOST, CliError


def answer(value: object, lines: Sequence[str], *, as_json: bool, lost: str) -> None:
    """Write the answer to what is done already.

    Raises Stopped where nobody could be told; `lost` says what to do then.
    """
    text = json.dumps(value, indent=2) if as_json else "\n".join(map(_calm, lines))
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except OSError as trouble:
        _leave_output()
        reason = f"done, but the answer could not be written ({trouble.strerror}); {lost}"
        raise CliError(reason, ANSWER_LOST) from None


def _calm(line: str) -> str:
    """Names and URLs of others may hold what moves a terminal's cursor."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def _leave_output() -> None:
    """What could not be written is tried again when Python ends, and would be complained of."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
