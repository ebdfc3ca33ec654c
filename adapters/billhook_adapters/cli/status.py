"""`billhook status`: how much waits, since when, and what went wrong."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping

from billhook_adapters.cli.database import database
from billhook_adapters.cli.parser import add_database, add_json, set_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which database."""
    add_json(parser)
    add_database(parser)
    set_command(parser, _run, example="billhook status --database sqlite:///billhook.sqlite3")


def _run(options: argparse.Namespace) -> int:
    with database(options.database) as backend:
        from billhook.messaging.outbox import MAX_COUNT
        from billhook_adapters.observability.outbox_report import outbox_report
        from billhook_adapters.system.clock import SystemClock

        now = SystemClock().now()
        deliverability = outbox_report(backend.store.outbox_counts(now, MAX_COUNT), now)
    if options.json:
        print(json.dumps(deliverability))
        return 0
    for name, value in deliverability.items():
        if isinstance(value, Mapping):
            for reason, count in value.items():
                print(f"{name.replace('_', ' ')}, {reason:30} {count}")
        else:
            print(f"{name.replace('_', ' '):32} {value}")
    return 0
