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
    faults, warnings = list[str](), list[str]()
    given: Settings | None = None
    try:
        given = _settings(options.database)
    except CliError as error:
        faults.append(str(error))
    else:
        faults += [*_proxy_faults(given), *_descriptor_faults(given)]
    try:
        with database(options.database) as backend:
            faults += backend.faults()
            if given is not None and not faults:
                from billhook_adapters.composition import start_checks

                warnings += start_checks.warnings(given, backend.accounts)
    except CliError as error:
        faults.append(str(error))
    print_result(
        {"faults": faults, "warnings": warnings},
        [*(faults or ["nothing is wrong"]), *(f"warning: {one}" for one in warnings)],
        as_json=options.json,
        if_lost="run it again",
    )
    return REFUSED if faults else 0


def _settings(url: str) -> Settings:
    from billhook_adapters.cli.serve import checked_settings
    from billhook_adapters.composition.settings import DATABASE

    return checked_settings({**os.environ, DATABASE: url})


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
