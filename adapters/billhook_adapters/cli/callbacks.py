"""`billhook callbacks`: the URL at which a provider's delivery reports are received."""

from __future__ import annotations

import argparse
import os

from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_json, set_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the provider: those that have one URL for all messages."""
    parser.add_argument("provider", choices=("msg91",), help="enter the URL in its panel")
    add_json(parser)
    set_command(parser, _run, example="billhook callbacks msg91")


def _run(arguments: argparse.Namespace) -> int:
    from billhook_adapters.composition.settings import SettingError, settings
    from billhook_adapters.composition.variables import DATABASE, SECRET_KEY, variable

    try:
        given = settings({DATABASE: "sqlite:///", **os.environ})
    except SettingError as error:
        raise CliError(str(error)) from None
    if given.callbacks is None:
        missing = variable("callbacks_url") if given.secret_key else SECRET_KEY
        raise CliError(f"{missing} is not set; set it to receive delivery reports")
    url = given.callbacks.url_of_all(arguments.provider)
    print_result({"url": url}, [url], as_json=arguments.json, if_lost="run the command again")
    return 0
