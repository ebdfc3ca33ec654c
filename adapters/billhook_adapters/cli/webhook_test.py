"""`billhook webhook test`: sends a sample event to a webhook endpoint, and shows the answer."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook.application.ports import WebhookContext
    from billhook.messaging.webhooks import WebhookEndpoint


def add_test_action(
    add_parser: Callable[..., argparse.ArgumentParser], unknown_webhook: str
) -> None:
    """Add the action; `unknown_webhook` is said of one that the account has not."""
    what = "send a sample event to a webhook endpoint now, and show what it answered"
    test = add_parser("test", help=what, description=what)
    test.add_argument("account", metavar="ACCOUNT_ID")
    test.add_argument("webhook", metavar="WEBHOOK_ID", help="as `billhook account list` shows it")
    test.set_defaults(unknown=unknown_webhook)
    add_database(test)
    add_json(test)
    example = "ACCOUNT_ID WEBHOOK_ID --database sqlite:///billhook.sqlite3"
    set_command(test, _test, example=f"billhook webhook test {example}")


def _test(options: argparse.Namespace) -> int:
    from returns.result import Failure

    from billhook_adapters.cli.serve import checked_settings
    from billhook_adapters.composition.service import webhook_sender
    from billhook_adapters.composition.variables import DATABASE

    with database(options.database) as backend:
        account = known_account(backend, options.account).id
        known = service_over(backend).webhook_endpoints(account)
    endpoint = next((one for one in known if one.id == options.webhook), None)
    if endpoint is None:
        raise CliError(options.unknown, REFUSED)
    sender = webhook_sender(checked_settings({**os.environ, DATABASE: options.database}))
    sent = sender.send(_sample(endpoint))
    if isinstance(sent, Failure):
        raise CliError(f"the event was not accepted: {sent.failure().reason}", REFUSED)
    print_result(
        {"accepted": True, "url": endpoint.url},
        [f"accepted by {endpoint.url}"],
        as_json=options.json,
        if_lost="the event was sent",
    )
    return 0


def _sample(endpoint: WebhookEndpoint) -> WebhookContext:
    """That a sample invoice was issued, for this endpoint; nothing of it is stored."""
    from billhook import examples
    from billhook.application.ports import WebhookContext
    from billhook.application.records import RecordedEvent
    from billhook.lifecycle.issue import issue
    from billhook.messaging.delivery import MessageId
    from billhook.messaging.webhooks import WebhookEvent, WebhookEventType
    from billhook_adapters.system.api_keys import new_id
    from billhook_adapters.system.clock import SystemClock

    now = SystemClock().now()
    draft = examples.drafted().model_copy(
        update={"account": endpoint.account, "created_at": now, "updated_at": now}
    )
    issued = issue(draft, now=now, short_url="https://bill.example/i/x").unwrap()
    event = WebhookEvent(
        account=endpoint.account,
        id=MessageId(new_id("evt_")),
        invoice=issued.invoice.id,
        webhook_endpoint=endpoint.id,
        event_type=WebhookEventType.ISSUED,
        version=issued.invoice.version,
        requested_at=now,
        due_at=now,
    )
    recorded = RecordedEvent(issued.invoice.key, issued.invoice.version, issued.event, None)
    return WebhookContext(event, endpoint, issued.invoice, [recorded], [])
