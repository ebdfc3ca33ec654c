"""The error that ends a command, and the exit statuses."""

from __future__ import annotations

REFUSED, WRONG_USAGE, OUTPUT_LOST = 1, 2, 3
"""Exit statuses: refused by a rule, or what is named does not exist; wrong arguments or settings;
done, but the output was lost."""


class CliError(Exception):
    """Ends a command with one line that names the reason and the remedy, without secrets."""

    def __init__(self, reason: str, status: int = WRONG_USAGE) -> None:
        super().__init__(reason)
        self.status = status
