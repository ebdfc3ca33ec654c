"""The port of a command that serves."""

from __future__ import annotations

import argparse
import errno
import socket

from billhook_adapters.cli.errors import CliError

_NOT_THIS_MACHINE = (socket.EAI_NONAME, socket.EAI_AGAIN, errno.EADDRNOTAVAIL)


def add_port(parser: argparse.ArgumentParser) -> None:
    """Add `--port` and `--host`."""
    parser.add_argument(
        "--port",
        metavar="PORT",
        type=_port,
        required=True,
        help="port to listen on; 0 selects a free port",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )


def bound(arguments: argparse.Namespace) -> socket.socket:
    """The listening socket. Raises CliError where the host or the port cannot be used."""
    from billhook_adapters.http.core.server import listening

    try:
        return listening(arguments.host, arguments.port)
    except OSError as error:
        if error.errno in _NOT_THIS_MACHINE:
            raise CliError(
                "--host: is no address of this machine; give one, such as 127.0.0.1, or 0.0.0.0 "
                "for all"
            ) from None
        reason = (error.strerror or "").partition(" (")[0]  # without the host and the port again
        raise CliError(
            f"--port: cannot listen on it ({reason}); give a free port, or 0 to select one"
        ) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) < 65536):
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)
