"""Where a command that serves listens, and what to do where it cannot."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import CliError

if TYPE_CHECKING:
    import socket


def add_port(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that serves."""
    parser.add_argument("--port", metavar="P", type=_port, required=True, help="0 is any free one")
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1 unless given")


def bound(asked: argparse.Namespace) -> socket.socket:
    """The listening socket. Raises Stopped where the port or the host is not to be had."""
    from billhook_adapters.http.core.server import listening

    try:
        return listening(asked.host, asked.port)
    except OSError as trouble:
        raise CliError(
            f"--port: cannot listen there ({trouble.strerror}); give a free port, or 0 for any"
        ) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) < 65536):
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)
