"""`billhook account`: open accounts, list them, change and revoke their keys."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

if TYPE_CHECKING:
    from billhook_adapters.system.api_keys import NewKey
    from billhook_adapters.system.backend import ListedAccount

_AT = "--database sqlite:///billhook.sqlite3"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The five things to do with accounts."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser.epilog = f"example:\n  billhook account create --name 'Acme Books' {_AT}"

    what = "open an account, with its first API key and, if wanted, a webhook"
    create = actions.add_parser("create", help=what, description=what)
    create.add_argument("--name", metavar="N", required=True, help="the name that payers read")
    create.add_argument("--key-id", metavar="K", help="instead of one that is made")
    create.add_argument(
        "--key-secret", metavar="S", help="at least 22 characters drawn at random; goes with K"
    )
    _add_location(create, needed=False)
    create.add_argument(
        "--number-prefix",
        metavar="P",
        help="number issued invoices P0001, P0002; 1, 2, 3 with --location unless given",
    )
    create.add_argument("--webhook-url", metavar="U", help="where to tell of payments and expiry")
    create.add_argument(
        "--webhook-secret",
        metavar="W",
        help="what the webhooks are signed with, at least 22 characters; kept encrypted under "
        "BILLHOOK_SECRET_KEY",
    )
    add_database(create)
    add_json(create)
    does(create, _create, example=f"billhook account create --name 'Acme Books' {_AT}")

    what = "list the accounts, their keys and their webhooks; no secrets"
    listing = actions.add_parser("list", help=what, description=what)
    add_database(listing)
    add_json(listing)
    does(listing, _list, example=f"billhook account list {_AT}")

    what = "give an account a new API key, and revoke all that it had, tokens too"
    rotate = actions.add_parser("rotate", help=what, description=what)
    rotate.add_argument("account", metavar="ACCOUNT_ID")
    add_database(rotate)
    add_json(rotate)
    does(rotate, _rotate, example=f"billhook account rotate acc_A1b2C3d4E5f6G7 {_AT}")

    what = "give an account a token of a location, beside those that it has"
    token = actions.add_parser("token", help=what, description=what)
    token.add_argument("account", metavar="ACCOUNT_ID")
    _add_location(token, needed=True)
    add_database(token)
    add_json(token)
    does(token, _token, example=f"billhook account token acc_A1b2C3d4E5f6G7 --location L1 {_AT}")

    what = "revoke an API key or a token; its id stays taken"
    revoke = actions.add_parser("revoke", help=what, description=what)
    revoke.add_argument("key", metavar="KEY_ID")
    add_database(revoke)
    does(revoke, _revoke, example=f"billhook account revoke key_A1b2C3d4E5f6G7 {_AT}")


def _add_location(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    parser.add_argument(
        "--location",
        metavar="ALT_ID",
        required=needed,
        help="the location that the account is opened as, the `altId` of its clients",
    )
    parser.add_argument(
        "--token", metavar="T", help="its bearer token, instead of one that is made"
    )


def _create(asked: argparse.Namespace) -> int:
    from billhook_adapters.cli.new_account import read, stored

    opening = read(asked)
    with database(asked.database, new=True) as backend:
        stored(opening, backend)
    account, key, token, webhook = opening
    told = {
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
        f"key secret  {key.secret}  (shown this once: keep it now)",
        *([] if token is None else _token_lines(token)),
        *([] if webhook is None else [f"webhook     {webhook.id}  {webhook.url}"]),
    ]
    lost = f"the secret is lost: `billhook account rotate {account.id}` makes a new key"
    answer(told, lines, as_json=asked.json, lost=lost)
    return 0


def _list(asked: argparse.Namespace) -> int:
    with database(asked.database) as backend:
        found = backend.accounts.listed()
    lines = [line for one in found for line in _lines(one)] or ["no accounts"]
    answer([_told(one) for one in found], lines, as_json=asked.json, lost="ask again")
    return 0


def _rotate(asked: argparse.Namespace) -> int:
    with database(asked.database) as backend:
        from returns.result import Failure

        from billhook.lifecycle.errors import AccountNotFound
        from billhook.model.base import AccountId
        from billhook_adapters.cli.error_texts import of_key
        from billhook_adapters.system.api_keys import new_key
        from billhook_adapters.system.clock import SystemClock
        from billhook_adapters.system.ids import is_id

        if not is_id(asked.account):
            raise CliError(of_key(AccountNotFound()))
        key, account = new_key(), AccountId(asked.account)
        rotated = backend.keyring.rotate(account, key.id, key.secret, SystemClock().now())
        if isinstance(rotated, Failure):
            raise CliError(of_key(rotated.failure()))
    revoked = list(rotated.unwrap())
    told = {"account": account, "key_id": key.id, "key_secret": key.secret, "revoked": revoked}
    lines = [
        f"key id      {key.id}",
        f"key secret  {key.secret}  (shown this once: keep it now)",
        f"revoked     {', '.join(revoked) or 'none'}",
    ]
    answer(told, lines, as_json=asked.json, lost="the secret is lost: rotate once more")
    return 0


def _token(asked: argparse.Namespace) -> int:
    from billhook_adapters.cli.new_account import a_token

    token = a_token(asked.location, asked.token)
    with database(asked.database) as backend:
        from returns.result import Failure

        from billhook.model.base import AccountId
        from billhook_adapters.cli.error_texts import of_key
        from billhook_adapters.system.clock import SystemClock

        account, now = AccountId(asked.account), SystemClock().now()
        added = backend.keyring.add(account, token.id, token.secret, now, token.location)
        if isinstance(added, Failure):
            raise CliError(of_key(added.failure()))
    told = {"account": account, "location": token.location, "token": token.secret, "id": token.id}
    lost = f"the token is lost: revoke {token.id} and make another"
    answer(told, _token_lines(token), as_json=asked.json, lost=lost)
    return 0


def _token_lines(token: NewKey) -> list[str]:
    return [
        f"location    {token.location}",
        f"token       {token.secret}  (shown this once: keep it now)",
    ]


def _revoke(asked: argparse.Namespace) -> int:
    with database(asked.database) as backend:
        from returns.result import Failure

        from billhook_adapters.cli.error_texts import of_key
        from billhook_adapters.system.api_keys import KeyNotFound
        from billhook_adapters.system.clock import SystemClock

        keyring = backend.keyring
        key = keyring.find(asked.key)
        if key is None:
            raise CliError(of_key(KeyNotFound()))
        revoked = keyring.revoke(key.account, asked.key, SystemClock().now())
        if isinstance(revoked, Failure):
            raise CliError(of_key(revoked.failure()))
    lines = [f"{asked.key} of {key.account} is revoked"]
    answer(None, lines, as_json=False, lost="the key is revoked")
    return 0


def _told(one: ListedAccount) -> dict[str, object]:
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
        made = "" if key.created_at is None else f"  made {key.created_at:%Y-%m-%d %H:%M} UTC"
        end = "" if key.revoked_at is None else f"  revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        what = "key      " if key.location is None else f"token    {key.location}  "
        lines.append(f"  {what}{key.id}{made}{end}")
    return lines + [
        f"  webhook  {webhook.id}  {webhook.url}{'  silenced' if webhook.silenced else ''}"
        for webhook in one.webhook_endpoints
    ]
