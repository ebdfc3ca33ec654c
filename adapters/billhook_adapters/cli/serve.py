"""`billhook serve`: the service over a database."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billhook_adapters.cli.base_urls import checked_base_url
from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import draws_tables, print_answer
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.cli.port import add_port, bound
from billhook_adapters.cli.serve_summary import print_summary
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billhook_adapters.composition.apis import ServedApi
    from billhook_adapters.composition.settings import Settings
    from billhook_adapters.http.core.asgi import App

_log = logging.getLogger(__name__)

APPLICATION = f"{__name__}:application"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens, and what it serves."""
    add_port(parser)
    add_database(parser)
    parser.add_argument(
        "--workers", metavar="N", type=_workers, default=1, help="how many processes (default: 1)"
    )
    parser.add_argument(
        "--base-url", metavar="URL", help="what short URLs begin with, as payers reach it"
    )
    parser.add_argument(
        "--api",
        metavar="NAME[=MOUNT]",
        action="append",
        default=[],
        help="a vendor API to serve; may be repeated (default: all that are installed). "
        "MOUNT is a path prefix, a host name, or both, such as NAME=/billing, "
        "NAME=services.example.com or NAME=pay.example.com/api (default: its usual place)",
    )
    add_json(parser)
    set_command(
        parser,
        _run,
        example="billhook serve --port 8080 --database sqlite:///billhook.sqlite3 "
        "--api native=pay.example.com/api",
    )


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) <= 256):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 256")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    with needs("all"):
        from billhook_adapters.composition.apis import APIS
        from billhook_adapters.composition.settings import BASE_URL, DATABASE
        from billhook_adapters.composition.start_checks import warnings
        from billhook_adapters.http.core.server import address, serve, serve_by_many
        from billhook_adapters.observability import configured
        from billhook_adapters.observability.metrics import MANY
    if any(api.split() != [api] for api in arguments.api):  # workers read them between spaces
        raise CliError("--api: must be NAME or NAME=MOUNT, without spaces")
    if arguments.base_url is not None:
        checked_base_url(arguments.base_url)
    with ExitStack() as stack:
        backend = stack.enter_context(database(arguments.database, new=True))
        listener = stack.enter_context(bound(arguments))
        url = address(listener)
        # Workers are processes of their own, and read what they need from the environment.
        os.environ[DATABASE] = arguments.database
        if arguments.base_url is not None:
            os.environ[BASE_URL] = arguments.base_url
        os.environ.setdefault(BASE_URL, f"{url}/i/")
        if arguments.api:
            os.environ[APIS] = " ".join(arguments.api)
        given = checked_settings(os.environ, apis="--api" if arguments.api else APIS)
        said = list(warnings(given, backend.accounts))
        if draws_tables() and not arguments.json:
            print_summary(given, _apis(given), arguments.workers, said)
        else:
            configured(given.log_level)
            for warning in said:
                _log.warning("%s", warning)
        if arguments.json:
            print_answer({"url": url})
        else:
            print(f"billhook serves {url}; Ctrl-C stops it", flush=True)
        if arguments.workers > 1:
            os.environ.setdefault(MANY, stack.enter_context(TemporaryDirectory()))
            serve_by_many(APPLICATION, listener, arguments.workers, given.http_limits)
        else:
            serve(application(), listener, given.http_limits)
    return 0


def checked_settings(environ: Mapping[str, str], *, apis: str = "BILLHOOK_APIS") -> Settings:
    """The settings of an environment, with which senders and APIs can be made.

    `apis` is where the APIs were chosen. Raises CliError.
    """
    with needs("all"):
        from billhook_adapters.composition.apis import ApiError
        from billhook_adapters.composition.guards import installed_guards
        from billhook_adapters.composition.plugins import PluginError
        from billhook_adapters.composition.senders import senders
        from billhook_adapters.composition.settings import SettingError, settings
        from billhook_adapters.documents.templating import MessageTemplateError
    try:
        given = settings(environ)
        senders(given)
        _apis(given)
        installed_guards()
    except (SettingError, MessageTemplateError, PluginError) as wrong:
        raise CliError(str(wrong)) from None
    except ApiError as wrong:
        raise CliError(f"{apis}: {wrong}") from None
    return given


def application() -> App:
    """The application that the environment describes; each worker makes its own."""
    from billhook_adapters.composition.parts import Looks, callbacks, own_parts
    from billhook_adapters.composition.senders import senders
    from billhook_adapters.composition.service import build_application, webhook_sender
    from billhook_adapters.composition.settings import settings
    from billhook_adapters.http.core.proxies import TrustedProxies
    from billhook_adapters.http.core.server import set_up_interpreter
    from billhook_adapters.observability import configured
    from billhook_adapters.observability.request_log import JsonRequestLog
    from billhook_adapters.system.clock import SystemClock
    from billhook_adapters.system.ids import RandomIds

    given = settings(os.environ)
    configured(given.log_level)
    application = build_application(
        given.database,
        ids=RandomIds(given.base_url),
        senders=senders(given),
        webhook_sender=webhook_sender(given),
        engine=given.engine,
        delivers=given.server_delivers,
        rate_limits=given.rate_limits,
        sms_enabled=given.sms_enabled,
        base_url=given.base_url,
        looks=Looks(given.language, given.fonts),
        apis=_apis(given),
        parts=lambda parts: [*own_parts(parts), *callbacks(given, parts.batched)],
        log=JsonRequestLog(sys.stderr, SystemClock())
        if given.log_level in ("DEBUG", "INFO")
        else None,
    )
    set_up_interpreter()
    return TrustedProxies(application.app, given.trusted_proxies)


def _apis(given: Settings) -> Sequence[ServedApi]:
    """The APIs that the settings choose. Raises ApiError."""
    from billhook_adapters.composition.apis import served
    from billhook_adapters.composition.parts import reserved

    return served(given.apis.split(), reserved(given.base_url))
