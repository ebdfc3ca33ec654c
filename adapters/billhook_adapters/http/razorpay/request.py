"""A request whose caller is known: what every endpoint gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from billhook.invoice import InvoiceId
from billhook.value import AccountId
from billhook_adapters.http.exchange import Answer, Call
from billhook_adapters.http.lane import Lane


class Asked(NamedTuple):
    """A caller's account, its request, and the lane to the desk."""

    account: AccountId
    call: Call
    lane: Lane

    @property
    def id(self) -> str:
        """What the path names: `/v1/invoices/:id`."""
        return self.call.path[2]

    @property
    def invoice(self) -> InvoiceId:
        """The invoice that the path names."""
        return InvoiceId(self.id)


Endpoint = Callable[[Asked], Awaitable[Answer]]
