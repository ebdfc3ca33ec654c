"""`billhook webhook`: let an account's own systems hear of its invoices, or stop telling them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

if TYPE_CHECKING:
    from billhook.messaging.webhooks import WebhookEndpoint
    from billhook_adapters.system.backend import Backend

_AT = "--database sqlite:///billhook.sqlite3"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The three things to do with webhooks."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    example = f"billhook webhook add ACCOUNT_ID --webhook-url https://shop.example/ {_AT}"
    parser.epilog = f"example:\n  {example}"

    what = "tell a URL of an account's events"
    add = actions.add_parser("add", help=what, description=what)
    add.add_argument("account", metavar="ACCOUNT_ID")
    add.add_argument("--webhook-url", metavar="U", required=True, help="https, port 443 or 8443")
    add.add_argument(
        "--webhook-secret",
        metavar="W",
        required=True,
        help="what they are signed with, at least 22 characters",
    )
    add.add_argument(
        "--style",
        metavar="FORMAT",
        default="native",
        help="the webhook format of an installed API; native, unless given, is that of Standard "
        "Webhooks, with all events",
    )
    add_database(add)
    add_json(add)
    does(add, _add, example=f"{example} --webhook-secret W")

    for action, what, silenced in (
        ("pause", "tell a webhook nothing more", True),
        ("resume", "tell a webhook again, also one that was silenced", False),
    ):
        other = actions.add_parser(action, help=what, description=what)
        other.add_argument("account", metavar="ACCOUNT_ID")
        other.add_argument("webhook", metavar="WEBHOOK_ID")
        other.set_defaults(silenced=silenced)
        add_database(other)
        does(other, _turn, example=f"billhook webhook {action} ACCOUNT_ID WEBHOOK_ID {_AT}")


def _add(asked: argparse.Namespace) -> int:
    from billhook.application.account_commands import SaveWebhookEndpoint
    from billhook.model.base import AccountId
    from billhook_adapters.cli.new_account import strong
    from billhook_adapters.cli.webhook_endpoints import a_webhook

    secret = strong("--webhook-secret", asked.webhook_secret)
    with database(asked.database) as backend:
        _account(asked, backend)
        webhook = a_webhook(AccountId(asked.account), asked.webhook_url, secret, asked.style)
        service_over(backend).execute(
            SaveWebhookEndpoint(account=webhook.account, webhook_endpoint=webhook, actor="cli")
        ).unwrap()
    told = {"id": webhook.id, "url": webhook.url, "style": webhook.style}
    lines = [f"webhook     {webhook.id}  {webhook.url}"]
    answer(told, lines, as_json=asked.json, lost="`billhook account list` shows it")
    return 0


def _turn(asked: argparse.Namespace) -> int:
    from returns.result import Failure

    from billhook.application.account_commands import SilenceWebhookEndpoint
    from billhook.messaging.webhooks import WebhookEndpointId
    from billhook.model.base import AccountId

    with database(asked.database) as backend:
        _account(asked, backend)
        changed = service_over(backend).execute(
            SilenceWebhookEndpoint(
                account=AccountId(asked.account),
                webhook_endpoint=WebhookEndpointId(asked.webhook),
                silenced=asked.silenced,
                actor="cli",
            )
        )
    if isinstance(changed, Failure):
        raise CliError("WEBHOOK_ID: the account has none of this id; see `account list`")
    return 0


def _account(asked: argparse.Namespace, backend: Backend) -> list[WebhookEndpoint]:
    """The webhooks of the account. Raises Stopped where there is no such account."""
    from billhook.model.base import AccountId

    account = AccountId(asked.account)
    with backend.store.snapshot() as snapshot:
        if account not in snapshot.accounts((account,)):
            raise CliError("ACCOUNT_ID: there is no such account; see `account list`")
        return list(snapshot.webhook_endpoints((account,)).get(account, ()))
