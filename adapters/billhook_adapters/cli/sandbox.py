"""`billhook sandbox`: the service with a temporary database and known keys, for tests."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.parser import set_command
from billhook_adapters.cli.port import add_port, bound
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.sandbox.service import Webhook

KEY, SECRET = "key_sandbox", "sandbox"
TOKEN, ALT_ID = "sandbox_token", "sandbox_location"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the port, the credentials and the webhook endpoint."""
    add_port(parser)
    parser.add_argument(
        "--database",
        metavar="URL",
        help="database to use and keep (default: memory, which can be reset)",
    )
    parser.add_argument(
        "--account",
        metavar="KEY_ID:KEY_SECRET",
        action="append",
        type=_pair,
        help=f"API key with its own account; may be repeated (default: {KEY}:{SECRET})",
    )
    parser.add_argument(
        "--location",
        metavar="TOKEN:ALT_ID",
        action="append",
        type=_located,
        help="bearer token and its location; may be repeated: the first belongs to the "
        "first --account, the second to the second, and further ones have their own accounts "
        f"(default: {TOKEN}:{ALT_ID}, unless --account is given)",
    )
    parser.add_argument("--webhook-url", metavar="URL", help="webhook endpoint of every account")
    parser.add_argument(
        "--webhook-secret",
        metavar="SECRET",
        help="signing secret of the webhook; left out for a style that signs with a key pair",
    )
    parser.add_argument(
        "--webhook-style",
        metavar="FORMAT",
        help="webhook format of an installed API (default: that of --account); the public key "
        "of one that signs with a key pair is printed",
    )
    parser.add_argument(
        "--until-stdin-ends",
        action="store_true",
        help="stop when standard input ends, as it does when the program that holds it is killed",
    )
    set_command(parser, _run, example="billhook sandbox --port 8080 --account key_1:secret")


def _pair(text: str) -> tuple[str, str]:
    name, colon, secret = text.partition(":")
    if not (name and colon and secret and text.isprintable() and len(text) <= 512):
        # argparse prints this text without the value, which may contain a secret.
        raise argparse.ArgumentTypeError("must be KEY_ID:KEY_SECRET, such as key_1:secret")
    return name, secret


def _located(text: str) -> tuple[str, str]:
    from billhook_adapters.system.api_keys import LOCATION

    token, colon, location = text.rpartition(":")
    valid = token.isascii() and token.isprintable() and " " not in token and len(token) <= 512
    if not (token and colon and valid and LOCATION.fullmatch(location)):
        raise argparse.ArgumentTypeError("must be TOKEN:ALT_ID, such as token_1:location_1")
    return token, location


def _run(arguments: argparse.Namespace) -> int:
    with needs("all"):
        from billhook_adapters.http.core.server import address, serve
        from billhook_adapters.observability import configured
        from billhook_adapters.sandbox.running import Credentials, Key, Location
        from billhook_adapters.sandbox.service import build_sandbox, build_workspaces
        from billhook_adapters.sandbox.workspaces import PAGES
    pairs = arguments.location or ([] if arguments.account else [(TOKEN, ALT_ID)])
    locations = [Location(*pair) for pair in dict(pairs).items()]
    keys = [Key(*pair) for pair in dict(arguments.account or [(KEY, SECRET)]).items()]
    webhook = _webhook(arguments)
    with ExitStack() as stack:
        if arguments.database is not None:
            stack.enter_context(database(arguments.database, new=True))
        listener = stack.enter_context(bound(arguments))
        base_url = address(listener)
        credentials = Credentials(keys, locations)
        if arguments.database is None:
            app = build_workspaces(base_url=base_url, credentials=credentials, webhook=webhook).app
        else:
            sandbox = build_sandbox(
                arguments.database,
                base_url=f"{base_url}{PAGES}",
                credentials=credentials,
                webhook=webhook,
            )
            stack.callback(sandbox.application.backend.dispose)
            app = sandbox.app
        configured("WARNING")
        print(f"billhook sandbox listens on {base_url}")
        for key in keys:
            print(f"  key id {key.id}  key secret {key.secret}")
        for location in locations:
            print(f"  location {location.id}  token {location.token}")
        if webhook.public_key is not None:
            print("  public key, by which the receiver of the webhook verifies:")
            print(webhook.public_key, end="")
        if arguments.until_stdin_ends:
            Thread(target=stop_at_the_end_of_stdin, daemon=True).start()
        print("ready; press Ctrl-C to stop", flush=True)
        serve(app, listener)
    return 0


def stop_at_the_end_of_stdin() -> None:
    """Wait until standard input ends, then stop this process as SIGTERM does."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _webhook(arguments: argparse.Namespace) -> Webhook:
    from billhook_adapters.cli.webhook_endpoints import signing
    from billhook_adapters.composition.apis import DEFAULT_STYLE
    from billhook_adapters.sandbox.service import CAPTURED, Webhook
    from billhook_adapters.webhooks.url_rules import check_url

    if arguments.webhook_url is None:
        for option in ("webhook_secret", "webhook_style"):
            if getattr(arguments, option) is not None:
                raise CliError(f"--{option.replace('_', '-')}: requires --webhook-url; add it")
        return CAPTURED
    try:
        check_url(arguments.webhook_url, allow_loopback=True)
    except ValueError as error:
        raise CliError(f"--webhook-url: {error}") from None
    style = arguments.webhook_style or DEFAULT_STYLE
    _, secret, public_key = signing(style, arguments.webhook_secret, option="--webhook-style")
    return Webhook(arguments.webhook_url, secret, style, public_key)
