"""`billhook demo`: invoices live, are refused, and are sent, offline."""

from __future__ import annotations

import argparse

from billhook_adapters.cli.parser import does
from billhook_adapters.system.optional_dependencies import needs


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""
    does(parser, _run, example="billhook demo")


def _run(_: argparse.Namespace) -> int:
    with needs("demo"):
        from billhook_adapters.demo.main import run
    return run()
