"""A server ends on a signal, also on one that comes before it serves."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest
import uvicorn

from billhook_adapters.http.core.server import listening, serve

SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that gets no request."""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_before_it_serves_ends_it_without_a_warning(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = uvicorn.Server.run

    def signalled(server: uvicorn.Server, sockets: Any = None) -> None:
        signal.raise_signal(number)
        run(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "run", signalled)
    before = [signal.getsignal(one) for one in SIGNALS]
    with listening("127.0.0.1", 0) as listener:
        serve(nothing, listener)
    assert [signal.getsignal(one) for one in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_it_serves_ends_it(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    main_loop = uvicorn.Server.main_loop

    async def signalled(server: uvicorn.Server) -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        await main_loop(server)

    monkeypatch.setattr(uvicorn.Server, "main_loop", signalled)
    with listening("127.0.0.1", 0) as listener:
        serve(nothing, listener)
