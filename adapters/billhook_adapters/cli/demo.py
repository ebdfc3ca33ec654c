"""`billhook demo`: shows on the terminal how invoices are issued, sent and paid, offline."""

from __future__ import annotations

import argparse

from billhook_adapters.cli.parser import set_command
from billhook_adapters.system.optional_dependencies import needs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""
    set_command(parser, _run, example="billhook demo")


def _run(_: argparse.Namespace) -> int:
    with needs("demo"):
        from billhook_adapters.demo.main import run
    return run()
