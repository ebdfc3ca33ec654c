"""uvicorn as every ASGI server of this benchmark runs it."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

SETTINGS: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "lifespan": "off",
    "access_log": False,
    "log_level": "warning",
}
"""One place, so that the fixed answer and billhook are served alike."""


def serve(app: Any, listener: int) -> None:
    """Serve until SIGTERM, on a listening socket that the parent opened."""
    server = uvicorn.Server(uvicorn.Config(app, **SETTINGS))
    server.run(sockets=[socket.socket(fileno=listener)])
