"""The fixed answer: an ASGI application that reads nothing, decides nothing and stores nothing.

`python -m benchmarks.service.bare PORT`: uvicorn alone, which no service on it can be faster than.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from benchmarks.service import seed

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
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
