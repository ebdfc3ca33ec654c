"""`billhook delivery_reports`: where a provider is to tell what became of messages."""

from __future__ import annotations

import argparse
import os

from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_json, does


def arguments(parser: argparse.ArgumentParser) -> None:
    """For those providers that are told once for all messages."""
    parser.add_argument("provider", choices=("msg91",))
    add_json(parser)
    does(parser, _run, example="billhook callbacks msg91")


def _run(asked: argparse.Namespace) -> int:
    from billhook_adapters.composition.settings import DATABASE, SECRET_KEY, SettingError, settings

    try:
        given = settings({DATABASE: "sqlite:///", **os.environ})
    except SettingError as wrong:
        raise CliError(str(wrong)) from None
    if given.callbacks is None:
        raise CliError(f"{SECRET_KEY} is not set: receipts come in at URLs signed under it")
    url = given.callbacks.url_of_all(asked.provider)
    answer({"url": url}, [url], as_json=asked.json, lost="ask again")
    return 0
