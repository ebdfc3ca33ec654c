"""`billhook sandbox`: the service with a temporary database and known keys, for tests."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import chain
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from billhook_adapters.cli.base_urls import checked_base_url
from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.input_files import json_text, json_value, refused_file
from billhook_adapters.cli.instants import instant
from billhook_adapters.cli.output import print_answer, print_lines
from billhook_adapters.cli.parser import add_json, set_command
from billhook_adapters.cli.port import add_port, bound
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    import socket

    from billhook_adapters.sandbox.running import Key, Location
    from billhook_adapters.sandbox.service import Webhook
    from billhook_adapters.sandbox.start import Start
    from billhook_adapters.webhooks.allowed_hosts import AllowedHosts

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
        "--allow-webhook-host",
        metavar="HOST[:PORT]",
        action="append",
        type=_host,
        default=[],
        help="host of a private network that webhooks may be posted to by http, such as "
        "shop:9000; may be repeated",
    )
    parser.add_argument(
        "--start",
        metavar="FILE",
        help="JSON with the time, the seller, customers and invoices to start with; - is stdin",
    )
    parser.add_argument(
        "--seller", metavar="NAME", help="name of the seller that payers read, of every account"
    )
    parser.add_argument(
        "--now", metavar="TIME", type=_now, help="where the clock starts: 2026-01-31T12:00:00Z"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        help="makes ids and short URLs the same in each run; the clock starts at "
        "2026-01-01T00:00:00Z, and moves only when it is moved",
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="what links of payers begin with, such as http://localhost:8080 (default: the "
        "address that it listens on)",
    )
    parser.add_argument(
        "--until-stdin-ends",
        action="store_true",
        help="stop when standard input ends, as it does when the program that holds it is killed",
    )
    add_json(parser)
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


def _host(text: str) -> AllowedHosts:
    from billhook_adapters.webhooks.allowed_hosts import allowed_hosts

    try:
        return allowed_hosts(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _now(text: str) -> datetime:
    now = instant(text)
    if not 1970 <= now.year < 3000:
        raise argparse.ArgumentTypeError("must be in the years 1970 to 2999")
    return now


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise argparse.ArgumentTypeError("must be a whole number of at most 18 digits")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    with needs("all"):
        from billhook_adapters.composition.apis import ApiError
        from billhook_adapters.http.core.server import serve
        from billhook_adapters.observability import configured
        from billhook_adapters.sandbox.hosts import host_name, is_loopback, only_for
        from billhook_adapters.sandbox.running import Credentials, Key, Location
        from billhook_adapters.sandbox.service import Shared, build_sandbox, build_workspaces
        from billhook_adapters.sandbox.start_file import StartFileError
    pairs = arguments.location or ([] if arguments.account else [(TOKEN, ALT_ID)])
    locations = [Location(*pair) for pair in dict(pairs).items()]
    keys = [Key(*pair) for pair in dict(arguments.account or [(KEY, SECRET)]).items()]
    allowed: AllowedHosts = frozenset(chain.from_iterable(arguments.allow_webhook_host))
    webhook = _webhook(arguments, allowed)
    start = _start(arguments)
    with ExitStack() as stack:
        if arguments.database is not None:
            stack.enter_context(database(arguments.database, new=True))
        listener = stack.enter_context(bound(arguments))
        url = reachable_address(listener)
        base_url = _base_url(arguments.base_url, url)
        credentials, shared = Credentials(keys, locations), Shared.made(allowed)
        try:
            if arguments.database is None:
                app = build_workspaces(
                    base_url=base_url,
                    credentials=credentials,
                    webhook=webhook,
                    start=start,
                    shared=shared,
                ).app
            else:
                sandbox = build_sandbox(
                    arguments.database,
                    base_url=base_url,
                    credentials=credentials,
                    webhook=webhook,
                    start=start,
                    shared=shared,
                )
                stack.callback(sandbox.application.backend.dispose)
                app = sandbox.app
        except StartFileError as error:
            raise refused_file("--start", error.faults) from None
        except ApiError as error:
            raise CliError(f"--base-url: {error}") from None
        configured("WARNING")
        if arguments.until_stdin_ends:
            Thread(target=stop_at_the_end_of_stdin, daemon=True).start()
        ready = Ready(url, base_url, keys, locations, webhook, start)
        if arguments.json:
            print_answer(ready.json)
        else:
            print_lines(ready.lines)
        if is_loopback(listener.getsockname()[0]):
            app = only_for(app, {host_name(urlsplit(base_url).netloc)})
        serve(app, listener)
    return 0


class Ready(NamedTuple):
    """What a sandbox says of itself when it is ready."""

    url: str
    base_url: str
    keys: Sequence[Key]
    locations: Sequence[Location]
    webhook: Webhook
    start: Start

    @property
    def json(self) -> dict[str, object]:
        """One object for programs."""
        return {
            "url": self.url,
            "base_url": self.base_url,
            "keys": [{"id": key.id, "secret": key.secret} for key in self.keys],
            "locations": [{"id": one.id, "token": one.token} for one in self.locations],
            "public_key": self.webhook.public_key,
            "seed": self.start.seed,
        }

    @property
    def lines(self) -> Iterator[str]:
        """Lines for people; the last is for scripts that wait for it."""
        yield f"billhook sandbox listens on {self.url}"
        for key in self.keys:
            yield f"  key id {key.id}  key secret {key.secret}"
        for location in self.locations:
            yield f"  location {location.id}  token {location.token}"
        if self.webhook.public_key is not None:
            yield "  public key, by which the receiver of the webhook verifies:"
            yield from self.webhook.public_key.splitlines()
        if self.start.seed is not None:
            now = self.start.clock().now().isoformat(timespec="seconds")
            yield f"  seed {self.start.seed}: ids and short URLs can be guessed"
            yield f"  the clock stands at {now} until it is moved"
        yield f"ready {self.url}"


def _start(arguments: argparse.Namespace) -> Start:
    from billhook_adapters.sandbox.start import Start
    from billhook_adapters.sandbox.start_file import (
        LARGEST,
        NO_START_FILE,
        StartFileError,
        read_start_file,
    )

    for option in ("seed", "start", "now"):
        if arguments.database is not None and getattr(arguments, option) is not None:
            raise CliError(f"--{option}: cannot be combined with --database, which is kept")
    file = NO_START_FILE
    if arguments.start is not None:
        if arguments.start == "-" and arguments.until_stdin_ends:
            raise CliError("--start: cannot be - with --until-stdin-ends; give a file")
        value = json_value(json_text(arguments.start, "--start", LARGEST), "--start")
        try:
            file = read_start_file(value)
        except StartFileError as error:
            raise refused_file("--start", error.faults) from None
    if arguments.seller is not None and not 0 < len(arguments.seller) <= 256:
        raise CliError("--seller: must be 1 to 256 characters")
    return Start(arguments.now, arguments.seed, arguments.seller, file)


def reachable_address(listener: socket.socket) -> str:
    """The URL at which this machine reaches a socket, also one that listens on all addresses."""
    from billhook_adapters.http.core.server import address

    return address(listener).replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _base_url(given: str | None, url: str) -> str:
    base_url = given or url
    try:
        has_path = bool(urlsplit(base_url).path.strip("/"))
    except ValueError:  # what is wrong with it is said below
        has_path = True
    return checked_base_url(base_url if has_path else f"{base_url.rstrip('/')}/i/")


def stop_at_the_end_of_stdin() -> None:
    """Wait until standard input ends, then stop this process as SIGTERM does."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _webhook(arguments: argparse.Namespace, allowed: AllowedHosts) -> Webhook:
    from billhook_adapters.cli.webhook_endpoints import check_webhook_url, signing
    from billhook_adapters.composition.apis import DEFAULT_STYLE
    from billhook_adapters.sandbox.service import CAPTURED, Webhook

    if arguments.webhook_url is None:
        for option in ("webhook_secret", "webhook_style"):
            if getattr(arguments, option) is not None:
                raise CliError(f"--{option.replace('_', '-')}: requires --webhook-url; add it")
        return CAPTURED
    check_webhook_url(
        arguments.webhook_url, allowed, allowed_by="--allow-webhook-host", allow_loopback=True
    )
    style = arguments.webhook_style or DEFAULT_STYLE
    _, secret, public_key = signing(style, arguments.webhook_secret, option="--webhook-style")
    return Webhook(arguments.webhook_url, secret, style, public_key)
