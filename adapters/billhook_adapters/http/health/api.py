"""The probes that watch a service: is it alive, can it work, what are its metrics."""

from __future__ import annotations

from collections.abc import Callable

from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.health.shared_call import SharedCall
from billhook_adapters.observability.metrics import Metrics
from billhook_adapters.system.error_kinds import kind

READY_SECONDS, METRICS_SECONDS = 3.0, 0.5
"""How long `/readyz` waits for the database; how long `/metrics` does, which then leaves the outbox
out."""


class HealthApi(HttpApi):
    """Serves `/healthz`, `/readyz` and `/metrics`, without credentials.

    `check` raises where the database cannot be used; `delivering` returns whether messages are
    being delivered. The event loop waits for neither of them.
    """

    routes = frozenset({"/healthz", "/readyz", "/metrics"})

    def __init__(
        self,
        metrics: Metrics,
        check: Callable[[], object],
        delivering: Callable[[], bool],
    ) -> None:
        self._metrics, self._delivering = metrics, delivering
        self._check = SharedCall(check, READY_SECONDS)
        self._exposition = SharedCall(metrics.exposition, METRICS_SECONDS)

    async def serve(self, request: Request) -> Response:
        """The state of the service, or its metrics."""
        if request.method not in ("GET", "HEAD"):
            return json_response({"status": "only GET is served here"}, 405, allow="GET, HEAD")
        match request.path:
            case ("healthz",):
                return json_response({"status": "ok"})
            case ("readyz",):
                return await self._ready()
            case ("metrics",):
                return await self._measured()
            case _:
                return json_response({"status": "there is nothing here"}, 404)

    def failed(self, failure: RequestFailure) -> Response:
        """That the service cannot be watched, or what is wrong with the request."""
        status = 503 if failure.status >= 500 else failure.status
        return json_response({"status": failure.value}, status)

    async def _measured(self) -> Response:
        try:
            text = await self._exposition.result()
        except TimeoutError:
            text = self._metrics.exposition(with_outbox=False)
        return Response(200, text, (), b"text/plain; version=0.0.4; charset=utf-8")

    async def _ready(self) -> Response:
        reasons: list[str] = []
        try:
            await self._check.result()
        except Exception as error:  # noqa: BLE001  # whatever it is, the database does not respond
            # The kind alone: the text of an error may quote the database's URL.
            reasons.append(f"the database cannot be used: {kind(error)}")
        if not self._delivering():
            reasons.append("messages are not being delivered")
        if reasons:
            return json_response({"status": "not ready", "reasons": reasons}, 503)
        return json_response({"status": "ready"})
