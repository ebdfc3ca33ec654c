"""The accounts of the sandbox, with all that opens them: no credential of a sandbox is secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from billhook.application.service import InvoiceService
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import AccountAccess, Sources
from billhook_adapters.sandbox.webhooks import NOWHERE


class OpenedAccount(NamedTuple):
    """An account, what opens it, and where its events are sent."""

    access: AccountAccess
    account: Account
    endpoints: Sequence[WebhookEndpoint]


async def accounts_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of all accounts."""

    def read(service: InvoiceService) -> Sequence[OpenedAccount]:
        opened = sources.opened(service)
        return [
            OpenedAccount(one, opened[one.id], service.webhook_endpoints(one.id))
            for one in sources.accounts
            if one.id in opened
        ]

    found = await sources.batched.read(read)
    return pages.page(
        "accounts.html",
        fields,
        section="accounts",
        accounts=found,
        secret=sources.webhook_secret,
        nowhere=NOWHERE,
    )
