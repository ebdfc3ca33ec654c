"""Reads what can be read: a row that is corrupt is left out, and handed to whom it concerns.

Rows are read together; only where one of them cannot be read, each is read by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from billhook.application.ports import Snapshot, UnreadableRowError
from billhook.application.records import Search
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceKey

LeftOut = Callable[[UnreadableRowError], None]
"""Gets each row that was left out."""


def ignore(_: UnreadableRowError) -> None:
    """Do nothing."""


def readable_invoices(
    snapshot: Snapshot,
    account: AccountId,
    search: Search,
    now: datetime,
    left_out: LeftOut,
    *,
    fill: bool = False,
) -> Sequence[Invoice]:
    """The invoices that match; with `fill` the next ones take the place of those left out."""
    try:
        return snapshot.search(account, search, now)
    except UnreadableRowError:
        found: list[Invoice] = []
    while True:
        keys = snapshot.search_keys(account, search, now)
        for key in keys:
            try:
                found.extend(snapshot.invoices((key,)).values())
            except UnreadableRowError as error:
                left_out(error)
        if not fill or len(found) >= search.limit or len(keys) < search.limit:
            return found[: search.limit]
        search = search.model_copy(update={"skip": search.skip + search.limit})


def readable_messages(
    snapshot: Snapshot, keys: Sequence[InvoiceKey], left_out: LeftOut
) -> Mapping[InvoiceKey, Sequence[Message]]:
    """The messages about each of these invoices; none for an invoice that has an unreadable one."""
    try:
        return snapshot.messages_about(keys)
    except UnreadableRowError:
        found: dict[InvoiceKey, Sequence[Message]] = {}
    for key in keys:
        try:
            found.update(snapshot.messages_about((key,)))
        except UnreadableRowError as error:
            left_out(error)
    return found
