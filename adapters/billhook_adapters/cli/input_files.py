"""Reads a file of JSON that an argument names."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billhook_adapters.cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook_adapters.system.file_faults import FileFault

MOST_FAULTS = 50


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


def json_value(text: str, argument: str) -> Any:
    """The value of a text of JSON. Raises CliError, which names the argument."""
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except RecursionError:
        raise CliError(f"{argument}: it is nested too deeply; simplify it") from None
    except ValueError as error:
        raise CliError(f"{argument}: it is not JSON that can be used: {error}") from None


def refused_file(argument: str, faults: Sequence[FileFault]) -> CliError:
    """The error that names the argument and all faults of its file, up to MOST_FAULTS of them."""
    shown = [str(fault) for fault in faults[:MOST_FAULTS]]
    further = len(faults) - len(shown)
    more = [f"{further} more"] if further else []
    return CliError(f"{argument}: {'; '.join([*shown, *more])}")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} is there twice; keep one")
    return value
