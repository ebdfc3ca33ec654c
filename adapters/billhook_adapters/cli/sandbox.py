"""`billhook sandbox`: the service on its own, for tests and for trying it out."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.parser import does
from billhook_adapters.cli.port import add_port, bound
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.sandbox.service import Webhook

KEY, SECRET = "key_sandbox", "sandbox"
TOKEN, ALT_ID = "sandbox_token", "sandbox_location"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens, who may call, and who is told."""
    add_port(parser)
    parser.add_argument(
        "--database", metavar="URL", help="kept afterwards; a temporary file unless given"
    )
    parser.add_argument(
        "--account",
        metavar="KEY_ID:KEY_SECRET",
        action="append",
        type=_pair,
        help="an API key with an account of its own, as often as wanted; "
        f"{KEY}:{SECRET} unless given",
    )
    parser.add_argument(
        "--location",
        metavar="TOKEN:ALT_ID",
        action="append",
        type=_located,
        help="a bearer token and the location that it opens, as often as wanted: the "
        "first belongs to the first --account, and so on; one more has an account of its own; "
        f"{TOKEN}:{ALT_ID} unless either is given",
    )
    parser.add_argument("--webhook-url", metavar="U", help="where every account's events are told")
    parser.add_argument("--webhook-secret", metavar="W", help="what they are signed with")
    does(parser, _run, example="billhook sandbox --port 8080 --account key_1:secret")


def _pair(text: str) -> tuple[str, str]:
    name, colon, secret = text.partition(":")
    if not (name and colon and secret and text.isprintable() and len(text) <= 512):
        # argparse repeats this sentence and not what was given, which may hold a secret.
        raise argparse.ArgumentTypeError("must be KEY_ID:KEY_SECRET, such as key_1:secret")
    return name, secret


def _located(text: str) -> tuple[str, str]:
    from billhook_adapters.system.api_keys import LOCATION

    token, colon, location = text.rpartition(":")
    sound = token.isascii() and token.isprintable() and " " not in token and len(token) <= 512
    if not (token and colon and sound and LOCATION.fullmatch(location)):
        raise argparse.ArgumentTypeError("must be TOKEN:ALT_ID, such as token_1:location_1")
    return token, location


def _run(asked: argparse.Namespace) -> int:
    with needs("all"):
        from billhook_adapters.http.core.server import address, serve
        from billhook_adapters.observability import configured
        from billhook_adapters.sandbox.service import Key, Location, build_sandbox
    given = asked.location or ([] if asked.account else [(TOKEN, ALT_ID)])
    locations = [Location(*pair) for pair in dict(given).items()]
    keys = [Key(*pair) for pair in dict(asked.account or [(KEY, SECRET)]).items()]
    webhook = _webhook(asked)
    with ExitStack() as stack:
        url = asked.database
        if url is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="billhook-sandbox-"))
            url = f"sqlite:///{folder}/sandbox.sqlite3"
        stack.enter_context(database(url, new=True))
        listener = stack.enter_context(bound(asked))
        here = address(listener)
        application = build_sandbox(
            url, base_url=f"{here}/i/", keys=keys, locations=locations, webhook=webhook
        )
        stack.callback(application.backend.dispose)
        configured("WARNING")
        print(f"billhook sandbox on {here}")
        for key in keys:
            print(f"  key id {key.id}  key secret {key.secret}")
        for location in locations:
            print(f"  location {location.id}  token {location.token}")
        print("ready; Ctrl-C stops it", flush=True)
        serve(application.app, listener)
    return 0


def _webhook(asked: argparse.Namespace) -> Webhook | None:
    from billhook_adapters.sandbox.service import Webhook
    from billhook_adapters.webhooks.url_rules import check_url

    if (asked.webhook_url is None) != (asked.webhook_secret is None):
        raise CliError("--webhook-url and --webhook-secret go together; give both, or neither")
    if asked.webhook_url is None:
        return None
    try:
        check_url(asked.webhook_url, allow_loopback=True)
    except ValueError as wrong:
        raise CliError(f"--webhook-url: {wrong}") from None
    return Webhook(asked.webhook_url, asked.webhook_secret)
