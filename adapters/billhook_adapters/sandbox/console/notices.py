"""What the last buttons did, for the page that a browser is sent to afterwards."""

from __future__ import annotations

from collections import OrderedDict
from secrets import token_urlsafe
from typing import NamedTuple

MOST = 100
"""Notices that are kept; beyond them the oldest is forgotten."""


class Notice(NamedTuple):
    """A sentence about what a button did, or why it did nothing."""

    text: str
    refused: bool = False


class Notices:
    """Keeps notices by ids that only the browser that got one knows.

    A text within a URL could be written by anyone.

    >>> notices = Notices()
    >>> notices.get(notices.add(Notice("It was sent.")))
    Notice(text='It was sent.', refused=False)
    >>> notices.get("unknown")
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Notice] = OrderedDict()

    def add(self, notice: Notice) -> str:
        """Keep a notice; returns its id."""
        name = token_urlsafe(9)
        self._kept[name] = notice
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str | None) -> Notice | None:
        """The notice of this id; None where it is not known."""
        return None if name is None else self._kept.get(name)
