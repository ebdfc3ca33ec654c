"""The statements of lists that grow: plain pages, each in the order of an index."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, Select, bindparam, func, select, tuple_

from billhook.application.records import Listing, Page, Place
from billhook_adapters.sql import tables as t
from billhook_adapters.system.instants import some


class List(NamedTuple):
    """All rows of a list, and the columns that it is in the order of: a time and an id."""

    rows: Select[Any]
    at: Column[Any]
    id: Column[Any]

    def page(self, page: Page[Place]) -> Select[Any]:
        """The rows of a page."""
        rows = self.rows.order_by(self.at, self.id).limit(page.limit)
        if page.after is None:
            return rows
        at, last = page.after
        return rows.where(tuple_(self.at, self.id) > tuple_(some(at), last))

    def listing(self, listing: Listing) -> Select[Any]:
        """The rows of a page that begins with the newest."""
        rows = self.rows.order_by(self.at.desc(), self.id.desc())
        if listing.since is not None:
            rows = rows.where(self.at >= some(listing.since))
        if listing.until is not None:
            rows = rows.where(self.at <= some(listing.until))
        return rows.limit(listing.limit).offset(listing.skip)


_m, _p, _e, _n = t.messages.c, t.payments.c, t.events.c, t.entries.c

MESSAGES_OF = List(
    select(t.messages).where(
        _m.account == bindparam("account"),
        _m.invoice == bindparam("invoice"),
        _m.event_type.is_(None),
    ),
    _m.requested_at,
    _m.id,
)
PAYMENTS_FOR = List(
    select(t.payments).where(
        _p.account == bindparam("account"), _p.invoice == bindparam("invoice")
    ),
    _p.at,
    _p.reference,
)
UNAPPLIED = List(
    select(t.payments).where(_p.account == bindparam("account"), _p.unapplied > 0),
    _p.at,
    _p.reference,
)
PAYMENTS_OF = List(
    select(t.payments).where(_p.account == bindparam("account")), _p.at, _p.reference
)
_EVENTS = (
    select(t.events)
    .where(_e.account == bindparam("account"), _e.invoice == bindparam("invoice"))
    .order_by(_e.position)
)


def events(page: Page[int]) -> Select[Any]:
    """The events of an invoice, behind so many of them."""
    return _EVENTS.limit(page.limit).offset(page.after)


def entries(prefix: str, listing: Listing) -> Select[Any]:
    """A page of the entries whose id has a prefix, the newest first."""
    rows = select(t.entries).where(
        _n.account == bindparam("account"), func.substr(_n.id, 1, len(prefix)) == prefix
    )
    return List(rows, _n.filed_at, _n.id).listing(listing)
