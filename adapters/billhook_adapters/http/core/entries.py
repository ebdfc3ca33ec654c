"""Entries of vendor APIs: the command that changes one, and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.records import Entry, EntryChanged, Listing
from billhook.application.unit_of_work import CommandContext

R = TypeVar("R")

LONGEST_BODY = 32 * 1024
"""Characters of the body of an entry, which any store keeps."""

AT_ONCE = 500
"""Rows of one read of `every`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEntry(Command[Entry, EntryChanged]):
    """Replace the body of an entry that is still as it was read; None deletes it."""

    kind: ClassVar = "edit_entry"
    before: Entry
    body: str | None

    @property
    def needs(self) -> Needs:
        """The entry."""
        return Needs(entries=(self.before.key,))

    def decide(self, context: CommandContext) -> Result[Entry, EntryChanged]:
        """The entry as it is then, or as it was last."""
        if context.entry(self.before.key) != self.before:
            return Failure(EntryChanged())
        if self.body is None:
            context.delete_entry(self.before.key)
            return Success(self.before)
        return Success(context.save_entry(self.before.model_copy(update={"body": self.body})))


def counted(read: Callable[[Listing], Sequence[object]]) -> int:
    """The number of rows of a list, found by rows at places that double, then by halves.

    Of `n` rows about `2 * log2(n)` are read.

    >>> counted(lambda listing: range(1000)[listing.skip : listing.skip + listing.limit])
    1000
    """
    above = 1
    while read(Listing(1, above - 1)):
        above *= 2
    least, most = above // 2, above - 1
    while least < most:
        middle = (least + most + 1) // 2
        if read(Listing(1, middle - 1)):
            least = middle
        else:
            most = middle - 1
    return least


def every(read: Callable[[Listing], Sequence[R]], most: int) -> Iterator[R]:
    """The rows of a list, up to `most` of them, `AT_ONCE` in one read.

    >>> list(every(lambda listing: range(3)[listing.skip : listing.skip + listing.limit], 2))
    [0, 1]
    """
    for skip in range(0, most, AT_ONCE):
        rows = read(Listing(min(AT_ONCE, most - skip), skip))
        yield from rows
        if len(rows) < AT_ONCE:
            return
