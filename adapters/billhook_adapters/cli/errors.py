"""A command that ends without having done what was asked."""

from __future__ import annotations

REFUSED, WRONG_USAGE, ANSWER_LOST = 1, 2, 3
"""Exit statuses: decided against; could not be asked like this; done, but nobody could be told."""


class CliError(Exception):  # a command that stops is no error of the program
    """The one line that says why, with the remedy; it holds no secret."""

    def __init__(self, reason: str, status: int = WRONG_USAGE) -> None:
        super().__init__(reason)
        self.status = status
