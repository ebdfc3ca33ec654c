"""`billhook status`: how much waits, since when, and what went wrong."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from datetime import datetime

    from billhook.messaging.outbox_counts import OutboxCounts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which database."""
    add_json(parser)
    add_database(parser)
    set_command(parser, _run, example="billhook status --database sqlite:///billhook.sqlite3")


def _run(options: argparse.Namespace) -> int:
    from billhook_adapters.system.clock import SystemClock
    from billhook_adapters.system.outbox_report import outbox_report

    now = SystemClock().now()
    report = outbox_report(_counts(options.database, now), now)
    if options.json:
        print(json.dumps(report))
        return 0
    for name, value in report.items():
        if isinstance(value, Mapping):
            for reason, count in value.items():
                print(f"{name.replace('_', ' ')}, {reason:30} {count}")
        else:
            print(f"{name.replace('_', ' '):32} {value}")
    return 0


def _counts(url: str, now: datetime) -> OutboxCounts:
    from billhook.messaging.outbox_counts import MAX_COUNT
    from billhook_adapters.composition.backends import outbox_counts

    counts = outbox_counts(url, now, MAX_COUNT)
    if counts is None:
        with database(url) as backend:
            counts = backend.store.outbox_counts(now, MAX_COUNT)
    return counts
