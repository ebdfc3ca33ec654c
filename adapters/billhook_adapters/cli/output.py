"""Prints the result of a command: lines for people, or one JSON value for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import OUTPUT_LOST, CliError
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from rich.console import Console


def print_result(value: object, lines: Sequence[str], *, as_json: bool, if_lost: str) -> None:
    """Print the result of a command that has already stored its changes.

    Raises CliError where it cannot be written; `if_lost` then says what to do.
    """
    text = json.dumps(value, indent=2) if as_json else "\n".join(map(printable, lines))
    _write(text, f"done, but the output could not be written ({{reason}}); {if_lost}")


def print_answer(value: object) -> None:
    """Print what was read as one JSON value. Raises CliError where it cannot be written."""
    _write(json.dumps(value), _NOT_WRITTEN)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people. Raises CliError where they cannot be written."""
    _write("\n".join(map(printable, lines)), _NOT_WRITTEN)


_NOT_WRITTEN = "the output could not be written ({reason}); run it again"


def _write(text: str, if_lost: str) -> None:
    """Print a text in what the terminal can show; `if_lost` takes the reason where it cannot."""
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  # it was closed
        raise CliError(if_lost.format(reason="it is closed"), OUTPUT_LOST)
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        raise  # its reader has seen enough
    except OSError as error:
        discard_output()
        raise CliError(if_lost.format(reason=error.strerror), OUTPUT_LOST) from None


def draws_tables() -> bool:
    """Whether a person reads the output, on a terminal that tables can be drawn on."""
    return sys.stdout is not None and sys.stdout.isatty() and find_spec("rich") is not None


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, and in a pipe one line a row, its cells behind tabs.

    NO_COLOR switches colours off.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout is None or not sys.stdout.isatty():  # pyright: ignore[reportUnnecessaryComparison]  # it was closed
        _write("\n".join("\t".join(row) for row in [head, *cells]), _NOT_WRITTEN)
        return
    with needs("cli"):
        from rich import console as rich_console
        from rich.table import Table
        from rich.text import Text
    console = rich_console.Console()
    columns = [[name, *column] for name, *column in zip(head, *cells, strict=True)]
    widths = _widths(columns, console.width - 3 * len(head) - 1)  # its lines, and a space beside
    if widths is None:
        _print_fields(console, title, head, cells)
        return
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for name, width in zip(head, widths, strict=True):
        table.add_column(name, width=width)
    for row in cells:
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    console.print(table)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Widths of columns that break no word, such as an id; None where there is no room for them."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in columns]
    least = [
        max(cell_len(word) for cell in column for word in [*cell.split(), ""]) for column in columns
    ]
    if sum(least) > room:
        return None
    while (excess := sum(widths) - room) > 0:
        widest = max(range(len(widths)), key=lambda one: widths[one] - least[one])
        widths[widest] -= min(excess, widths[widest] - least[widest])
    return widths


def _print_fields(
    console: Console, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Print one field a line; what is longer than a line is left to the terminal to wrap."""
    from rich.text import Text

    console.print(Text(title, style="bold"))
    width = max(map(len, head))
    for row in rows:
        console.print()
        for name, cell in zip(head, row, strict=True):
            line = Text.assemble((f"{name:{width}}", "bold"), "  ", (cell, _STYLES.get(cell, "")))
            console.print(line, soft_wrap=True)


_STYLES = {"yes": "green", "no": "red"}


def printable(line: str) -> str:
    """The line without control characters: names and URLs may contain terminal commands."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def discard_output() -> None:
    """Send buffered output to the null device: Python would write it, and fail, at exit."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
