"""`billhook`: the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from billhook_adapters.extras import needs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(
        prog="billhook", description="The invoice lifecycle, and what its payer is told."
    )
    parser.add_argument("--version", action="version", version=version("billhook"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="walk invoices through their lives, offline")
    parser.parse_args(arguments)
    return _demo()


def _demo() -> int:
    try:
        with needs("demo"):
            from billhook_adapters.demo.main import run
    except ModuleNotFoundError as missing:
        print(f"billhook demo: {missing}", file=sys.stderr)
        return 2
    return run()
