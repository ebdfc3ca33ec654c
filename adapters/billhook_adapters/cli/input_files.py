"""Reads a file of JSON that an argument names."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

from billhook_adapters.cli.errors import CliError


def json_text(file: str, argument: str, most_bytes: int = -1) -> str:
    """The text of a file, or of standard input where its name is `-`.

    Raises CliError, which names the argument, where it cannot be read, is larger, or no UTF-8.
    """
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as source:
            data = source.read(most_bytes + 1 if most_bytes >= 0 else -1)
    except OSError as error:
        raise CliError(
            f"{argument}: it cannot be read ({error.strerror}); check its name"
        ) from None
    if 0 <= most_bytes < len(data):
        raise CliError(f"{argument}: it is larger than {most_bytes // 1024} KiB; shorten it")
    try:
        return data.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError:
        raise CliError(f"{argument}: it is not UTF-8; save it as JSON in UTF-8") from None
