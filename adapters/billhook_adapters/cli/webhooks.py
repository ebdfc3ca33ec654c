"""`billhook webhook`: adds, tests, pauses and resumes webhook endpoints, and shows their keys."""

from __future__ import annotations

import argparse

from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.cli.webhook_test import add_test_action
from billhook_adapters.composition.variables import SECRET_KEY

_AT = "--database sqlite:///billhook.sqlite3"
_NO_WEBHOOK = "WEBHOOK_ID: the account has no such webhook; `billhook account list` lists them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions: add, test, key, pause and resume."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    options = "--webhook-url https://shop.example/ --webhook-secret SECRET"
    example = f"billhook webhook add ACCOUNT_ID {options} {_AT}"
    parser.epilog = f"example:\n  {example}"

    what = "add a webhook endpoint to an account"
    add = actions.add_parser("add", help=what, description=what)
    add.add_argument("account", metavar="ACCOUNT_ID")
    add.add_argument(
        "--webhook-url",
        metavar="URL",
        required=True,
        help="where events are sent; https, port 443 or 8443",
    )
    add.add_argument(
        "--webhook-secret",
        metavar="SECRET",
        help=f"signing secret, at least 22 random characters; stored encrypted with {SECRET_KEY}; "
        "left out for a style that signs with a key pair, which is made",
    )
    add.add_argument(
        "--location",
        metavar="LOCATION",
        help="location that the events name as `altId` (default: the account)",
    )
    add.add_argument(
        "--style",
        metavar="FORMAT",
        default="native",
        help="webhook format of an installed API (default: native, which has all events in the "
        "format of Standard Webhooks)",
    )
    add_database(add)
    add_json(add)
    set_command(add, _add, example=example)

    add_test_action(actions.add_parser, _NO_WEBHOOK)

    what = "show the public key by which the receiver of a webhook endpoint verifies"
    key = actions.add_parser("key", help=what, description=what)
    key.add_argument("account", metavar="ACCOUNT_ID")
    key.add_argument("webhook", metavar="WEBHOOK_ID", help="as `billhook account list` shows it")
    add_database(key)
    add_json(key)
    set_command(key, _show_key, example=f"billhook webhook key ACCOUNT_ID WEBHOOK_ID {_AT}")

    for action, what, silenced in (
        ("pause", "disable a webhook endpoint", True),
        ("resume", "enable a webhook endpoint that was paused or that failed for 24 hours", False),
    ):
        other = actions.add_parser(action, help=what, description=what)
        other.add_argument("account", metavar="ACCOUNT_ID")
        other.add_argument(
            "webhook", metavar="WEBHOOK_ID", help="as `billhook account list` shows it"
        )
        other.set_defaults(silenced=silenced)
        add_database(other)
        add_json(other)
        set_command(
            other, _set_silenced, example=f"billhook webhook {action} ACCOUNT_ID WEBHOOK_ID {_AT}"
        )


def _add(arguments: argparse.Namespace) -> int:
    from billhook.application.account_commands import SaveWebhookEndpoint
    from billhook_adapters.cli.new_account import strong_secret
    from billhook_adapters.cli.webhook_endpoints import new_endpoint

    secret = arguments.webhook_secret
    if secret is not None:
        secret = strong_secret("--webhook-secret", secret)
    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account).id
        webhook = new_endpoint(
            account, arguments.webhook_url, secret, arguments.style, _location(arguments)
        )
        service_over(backend).execute(
            SaveWebhookEndpoint(account=webhook.account, webhook_endpoint=webhook, actor="cli")
        ).unwrap()
    value = {"id": webhook.id, "url": webhook.url, "style": webhook.style}
    lines = [f"webhook  {webhook.id}  {webhook.url}"]
    if webhook.public_key is not None:
        value["public_key"] = webhook.public_key
        lines += ["public key, by which the receiver verifies:", *webhook.public_key.splitlines()]
    print_result(value, lines, as_json=arguments.json, if_lost="`billhook account list` shows it")
    return 0


def _show_key(arguments: argparse.Namespace) -> int:

    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account).id
        known = service_over(backend).webhook_endpoints(account)
    endpoint = next((one for one in known if one.id == arguments.webhook), None)
    if endpoint is None:
        raise CliError(_NO_WEBHOOK, REFUSED)
    shown = endpoint.public_key
    if shown is None:
        raise CliError(
            f"WEBHOOK_ID: {endpoint.style} signs with the secret that was given, not with a key "
            "pair; choose a webhook whose style has one",
            REFUSED,
        )
    print_result(
        {"public_key": shown}, shown.splitlines(), as_json=arguments.json, if_lost="run it again"
    )
    return 0


def _location(arguments: argparse.Namespace) -> str | None:
    """The location, if one is given. Raises CliError on an invalid one."""
    from billhook_adapters.cli.new_account import valid_location

    return None if arguments.location is None else valid_location(arguments.location)


def _set_silenced(arguments: argparse.Namespace) -> int:
    from returns.result import Failure

    from billhook.application.account_commands import SilenceWebhookEndpoint
    from billhook.messaging.webhooks import WebhookEndpointId

    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account).id
        changed = service_over(backend).execute(
            SilenceWebhookEndpoint(
                account=account,
                webhook_endpoint=WebhookEndpointId(arguments.webhook),
                silenced=arguments.silenced,
                actor="cli",
            )
        )
    if isinstance(changed, Failure):
        raise CliError(_NO_WEBHOOK, REFUSED)
    lines = [f"{arguments.webhook} is {'paused' if arguments.silenced else 'enabled'}"]
    value = {"id": arguments.webhook, "silenced": arguments.silenced}
    print_result(value, lines, as_json=arguments.json, if_lost="the change is stored")
    return 0
