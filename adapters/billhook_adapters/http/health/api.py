"""What those who watch over a service ask: is it there, can it work, what has it done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from billhook_adapters.http.core.exchange import (
    Receive,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from billhook_adapters.observability.metrics import Metrics
from billhook_adapters.system.error_kinds import kind


class Probes:
    """Serves `/healthz`, `/readyz` and `/metrics`; they ask for no credentials.

    Awaiting `store` raises where the database cannot be used; `delivering` says whether messages
    go out.
    """

    def __init__(
        self,
        metrics: Metrics,
        store: Callable[[], Awaitable[object]],
        delivering: Callable[[], bool],
    ) -> None:
        self._metrics, self._store, self._delivering = metrics, store, delivering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = read_request(scope, receive)
        await send_response(
            send, await self._answer(call.method, call.path), head=call.method == "HEAD"
        )

    async def _answer(self, method: str, path: tuple[str, ...]) -> Response:
        if method not in ("GET", "HEAD"):
            return json_response({"status": "only GET is answered here"}, 405, allow="GET, HEAD")
        match path:
            case ("healthz",):
                return json_response({"status": "ok"})
            case ("readyz",):
                return await self._ready()
            case ("metrics",):
                text = self._metrics.exposition()
                return Response(200, text, kind=b"text/plain; version=0.0.4; charset=utf-8")
            case _:
                return json_response({"status": "there is nothing here"}, 404)

    async def _ready(self) -> Response:
        reasons: list[str] = []
        try:
            await self._store()
        except Exception as trouble:  # noqa: BLE001  # whatever it is, the store does not answer
            # The kind alone: an error's own words may quote the database's URL.
            reasons.append(f"the database cannot be used: {kind(trouble)}")
        if not self._delivering():
            reasons.append("messages are not being delivered")
        if reasons:
            return json_response({"status": "not ready", "reasons": reasons}, 503)
        return json_response({"status": "ready"})
