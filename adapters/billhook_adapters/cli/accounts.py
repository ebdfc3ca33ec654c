"""`billhook account`: create and list accounts, and manage their limits, API keys and tokens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.account_limits import add_countries, add_limit_actions
from billhook_adapters.cli.account_profile import add_profile_actions
from billhook_adapters.cli.database import database, known_account
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.composition.variables import SECRET_KEY

if TYPE_CHECKING:
    from billhook_adapters.system.api_keys import NewKey
    from billhook_adapters.system.backend import ListedAccount

_AT = "--database sqlite:///billhook.sqlite3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions: create, list, show, set, rotate, token and revoke."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser.epilog = f"example:\n  billhook account create --name 'Acme Books' {_AT}"

    what = "create an account with an API key"
    create = actions.add_parser("create", help=what, description=what)
    create.add_argument("--name", metavar="NAME", required=True, help="name that payers see")
    create.add_argument("--key-id", metavar="KEY_ID", help="id of the API key (default: generated)")
    create.add_argument(
        "--key-secret",
        metavar="SECRET",
        help="secret of the API key, at least 22 random characters; requires --key-id "
        "(default: generated)",
    )
    _add_location(create, required=False)
    create.add_argument(
        "--number-prefix",
        metavar="PREFIX",
        help="assign numbers to issued invoices: INV- gives INV-0001, INV-0002 (default: none; "
        "with --location 1, 2, 3)",
    )
    create.add_argument(
        "--number-start",
        metavar="N",
        type=int,
        help="number of the first invoice (default: 1)",
    )
    create.add_argument(
        "--webhook-url",
        metavar="URL",
        help="webhook endpoint for payments and expiry; https, port 443 or 8443",
    )
    create.add_argument(
        "--webhook-secret",
        metavar="SECRET",
        help="signing secret of the webhook, at least 22 random characters; stored encrypted "
        f"with {SECRET_KEY}; requires --webhook-url",
    )
    add_countries(create)
    add_database(create)
    add_json(create)
    set_command(create, _create, example=f"billhook account create --name 'Acme Books' {_AT}")

    what = "list accounts with their keys and webhooks, without secrets"
    listing = actions.add_parser("list", help=what, description=what)
    add_database(listing)
    add_json(listing)
    set_command(listing, _list, example=f"billhook account list {_AT}")

    add_limit_actions(actions.add_parser)
    add_profile_actions(actions.add_parser)

    what = "create a new API key and revoke all other keys and tokens of the account"
    rotate = actions.add_parser("rotate", help=what, description=what)
    rotate.add_argument("account", metavar="ACCOUNT_ID")
    add_database(rotate)
    add_json(rotate)
    set_command(rotate, _rotate, example=f"billhook account rotate acc_A1b2C3d4E5f6G7 {_AT}")

    what = "add a bearer token of a location to an account"
    token = actions.add_parser("token", help=what, description=what)
    token.add_argument("account", metavar="ACCOUNT_ID")
    _add_location(token, required=True)
    add_database(token)
    add_json(token)
    set_command(
        token, _token, example=f"billhook account token acc_A1b2C3d4E5f6G7 --location L1 {_AT}"
    )

    what = "revoke an API key or a token; its id cannot be used again"
    revoke = actions.add_parser("revoke", help=what, description=what)
    revoke.add_argument("key", metavar="KEY_ID", help="as `billhook account list` shows it")
    add_database(revoke)
    add_json(revoke)
    set_command(revoke, _revoke, example=f"billhook account revoke key_A1b2C3d4E5f6G7 {_AT}")


def _add_location(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--location",
        metavar="ALT_ID",
        required=required,
        help="location of the account, the `altId` of its clients",
    )
    parser.add_argument(
        "--token", metavar="TOKEN", help="bearer token of the location (default: generated)"
    )


def _create(arguments: argparse.Namespace) -> int:
    from billhook_adapters.cli.new_account import new_account, store

    created = new_account(arguments)
    with database(arguments.database, new=True) as backend:
        store(created, backend)
    account, key, token, webhook = created
    value = {
        "account": account.id,
        "name": account.name,
        "key_id": key.id,
        "key_secret": key.secret,
        "location": None if token is None else token.location,
        "token": None if token is None else token.secret,
        "webhook": None
        if webhook is None
        else {"id": webhook.id, "url": webhook.url, "events": list(webhook.events)},
    }
    lines = [
        f"account     {account.id}  {account.name}",
        f"key id      {key.id}",
        f"key secret  {key.secret}  (shown only once: save it now)",
        *([] if token is None else _token_lines(token)),
        *([] if webhook is None else [f"webhook     {webhook.id}  {webhook.url}"]),
    ]
    if_lost = f"the secret is lost: `billhook account rotate {account.id}` creates a new key"
    print_result(value, lines, as_json=arguments.json, if_lost=if_lost)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        accounts = backend.accounts.listed()
    value = [_as_json(account) for account in accounts]
    lines = [line for account in accounts for line in _lines(account)] or ["no accounts"]
    print_result(value, lines, as_json=arguments.json, if_lost="run the command again")
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        from returns.result import Failure

        from billhook.lifecycle.errors import AccountNotFound
        from billhook.model.base import AccountId
        from billhook_adapters.cli.error_texts import key_error_text
        from billhook_adapters.system.api_keys import new_key
        from billhook_adapters.system.clock import SystemClock
        from billhook_adapters.system.ids import is_id

        if not is_id(arguments.account):
            raise CliError(key_error_text(AccountNotFound()), REFUSED)
        key, account = new_key(), AccountId(arguments.account)
        rotated = backend.keyring.rotate(account, key.id, key.secret, SystemClock().now())
        if isinstance(rotated, Failure):
            raise CliError(key_error_text(rotated.failure()), REFUSED)
    revoked = list(rotated.unwrap())
    value = {"account": account, "key_id": key.id, "key_secret": key.secret, "revoked": revoked}
    lines = [
        f"key id      {key.id}",
        f"key secret  {key.secret}  (shown only once: save it now)",
        f"revoked     {', '.join(revoked) or 'none'}",
    ]
    if_lost = "the secret is lost: run the command again"
    print_result(value, lines, as_json=arguments.json, if_lost=if_lost)
    return 0


def _token(arguments: argparse.Namespace) -> int:
    from billhook_adapters.cli.new_account import location_token

    token = location_token(arguments.location, arguments.token)
    with database(arguments.database) as backend:
        from returns.result import Failure

        from billhook_adapters.cli.error_texts import key_error_text
        from billhook_adapters.system.clock import SystemClock

        account, now = known_account(backend, arguments.account).id, SystemClock().now()
        added = backend.keyring.add(account, token.id, token.secret, now, token.location)
        if isinstance(added, Failure):
            raise CliError(key_error_text(added.failure(), option="--token"), REFUSED)
    value = {"account": account, "location": token.location, "token": token.secret, "id": token.id}
    if_lost = f"the token is lost: revoke {token.id} and add another one"
    print_result(value, _token_lines(token), as_json=arguments.json, if_lost=if_lost)
    return 0


def _token_lines(token: NewKey) -> list[str]:
    return [
        f"location    {token.location}",
        f"token       {token.secret}  (shown only once: save it now)",
    ]


def _revoke(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        from returns.result import Failure

        from billhook_adapters.cli.error_texts import key_error_text
        from billhook_adapters.system.api_keys import KeyNotFound
        from billhook_adapters.system.clock import SystemClock

        keyring = backend.keyring
        key = keyring.find(arguments.key)
        if key is None:
            raise CliError(key_error_text(KeyNotFound()), REFUSED)
        revoked = keyring.revoke(key.account, arguments.key, SystemClock().now())
        if isinstance(revoked, Failure):
            raise CliError(key_error_text(revoked.failure()), REFUSED)
    lines = [f"{arguments.key} of {key.account} is revoked"]
    value = {"account": key.account, "revoked": [arguments.key]}
    print_result(value, lines, as_json=arguments.json, if_lost="the key is revoked")
    return 0


def _as_json(one: ListedAccount) -> dict[str, object]:
    return {
        "account": one.account.id,
        "name": one.account.name,
        "keys": [
            {
                "id": key.id,
                "location": key.location,
                "created_at": None if key.created_at is None else key.created_at.isoformat(),
                "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
            }
            for key in one.keys
        ],
        "webhooks": [
            {
                "id": webhook.id,
                "url": webhook.url,
                "events": list(webhook.events),
                "silenced": webhook.silenced,
            }
            for webhook in one.webhook_endpoints
        ],
    }


def _lines(one: ListedAccount) -> list[str]:
    lines = [f"{one.account.id}  {one.account.name}"]
    for key in one.keys:
        start = "" if key.created_at is None else f"  created {key.created_at:%Y-%m-%d %H:%M} UTC"
        end = "" if key.revoked_at is None else f"  revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        what = "key      " if key.location is None else f"token    {key.location}  "
        lines.append(f"  {what}{key.id}{start}{end}")
    return lines + [
        f"  webhook  {webhook.id}  {webhook.url}{'  disabled' if webhook.silenced else ''}"
        for webhook in one.webhook_endpoints
    ]
