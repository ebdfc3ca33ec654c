"""The fixed answer: an ASGI application that reads nothing, decides nothing and stores nothing."""

from __future__ import annotations

import sys
from typing import Any

import seed
import serving

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-length", str(len(seed.ANSWER)).encode()),
        (b"content-type", b"application/json"),
    ],
}
BODY = {"type": "http.response.body", "body": seed.ANSWER}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request alike."""
    await send(START)
    await send(BODY)


if __name__ == "__main__":
    serving.serve(app, int(sys.argv[1]))
