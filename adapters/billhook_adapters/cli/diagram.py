"""`billhook diagram`: prints a lifecycle as a diagram."""

from __future__ import annotations

import argparse

from billhook_adapters.cli.parser import set_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add whose lifecycle it is, and the format."""
    parser.add_argument(
        "subject",
        nargs="?",
        choices=("invoice", "message"),
        default="invoice",
        help="whose lifecycle to print (default: invoice)",
    )
    parser.add_argument(
        "--format",
        choices=("mermaid", "svg"),
        default="mermaid",
        help="mermaid for a Markdown page, svg for a picture (default: mermaid)",
    )
    set_command(parser, _run, example="billhook diagram message --format svg > message.svg")


def _run(arguments: argparse.Namespace) -> int:
    from billhook_adapters.diagrams.lifecycles import Subject, mermaid_of, svg_of

    drawn = {"mermaid": mermaid_of, "svg": svg_of}[arguments.format]
    print(drawn(Subject(arguments.subject)).rstrip("\n"))
    return 0
