"""`billhook doctor`: what is wrong with the settings, this host and the database."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook_adapters.composition.settings import Settings

WIDEST = {4: 8, 6: 16}
"""The shortest prefix of a network of proxies, by the version of its addresses."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which database."""
    add_json(parser)
    add_database(parser)
    set_command(parser, _run, example="billhook doctor --database sqlite:///billhook.sqlite3")


def _run(options: argparse.Namespace) -> int:
    faults = [*_settings_faults(options.database), *_database_faults(options.database)]
    warnings = [] if faults else _warnings(options.database)
    print_result(
        {"faults": faults, "warnings": warnings},
        [*(faults or ["nothing is wrong"]), *(f"warning: {one}" for one in warnings)],
        as_json=options.json,
        if_lost="run it again",
    )
    return REFUSED if faults else 0


def _settings_faults(url: str) -> Iterator[str]:
    from billhook_adapters.cli.serve import checked_settings
    from billhook_adapters.composition.settings import DATABASE

    try:
        given = checked_settings({**os.environ, DATABASE: url})
    except CliError as error:
        yield str(error)
        return
    yield from _proxy_faults(given)
    yield from _descriptor_faults(given)


def _proxy_faults(given: Settings) -> Iterator[str]:
    from billhook_adapters.composition.variables import variable

    for proxy in given.trusted_proxies:
        network = ip_network(proxy)
        if network.prefixlen < WIDEST[network.version]:
            yield (
                f"{variable('trusted_proxies')}: {proxy} lets strangers choose the address they "
                "are limited by; name only your proxies"
            )


def _descriptor_faults(given: Settings) -> Iterator[str]:
    from billhook_adapters.composition.variables import variable
    from billhook_adapters.http.core.descriptors import possible_connections

    wanted, possible = given.http_limits.connections, possible_connections(given.http_limits)
    if possible < wanted:
        yield (
            f"the hard limit of open files allows {possible} connections, not {wanted}; raise it "
            f"(ulimit -Hn, LimitNOFILE), or lower {variable('http_connections')}"
        )


def _warnings(url: str) -> list[str]:
    from billhook_adapters.cli.serve import checked_settings
    from billhook_adapters.composition.settings import DATABASE
    from billhook_adapters.composition.start_checks import warnings

    with database(url) as backend:
        return list(warnings(checked_settings({**os.environ, DATABASE: url}), backend.accounts))


def _database_faults(url: str) -> Iterator[str]:
    try:
        with database(url) as backend:
            yield from backend.faults()
    except CliError as error:
        yield str(error)
