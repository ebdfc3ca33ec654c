"""The application that serves the native API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from billhook.application.ports import Ids
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.system.api_keys import Keyring
from billhook_adapters.system.optional_dependencies import needs

with needs("http"):
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Match, Route

    from billhook_adapters.http.native.docs_page import add_docs_page
    from billhook_adapters.http.native.errors import ProblemError, field_errors, invalid
    from billhook_adapters.http.native.openapi import DescribedApi
    from billhook_adapters.http.native.routes import ROUTERS

TEMPLATES = frozenset(
    re.sub(r"\{[^}]*\}", "*", route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, Route)
)
"""The paths that are served, their ids as stars."""


def native_application(batched: BatchedService, keys: Keyring, ids: Ids) -> FastAPI:
    """Every operation over HTTP, with the OpenAPI document at /openapi.json and a page at /docs."""
    app = DescribedApi(
        title="billhook",
        summary="What may happen to an invoice, and what its payer is sent",
        version="1",
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            ProblemError: _problem,
            RequestValidationError: _invalid,
            HTTPException: _no_route,
        },
        redirect_slashes=False,
    )
    app.state.batched, app.state.callers, app.state.ids = batched, Callers(keys, batched), ids
    for router in ROUTERS:
        app.include_router(router)
    add_docs_page(app)
    return app


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, ProblemError)  # noqa: S101  # registered for nothing else
    return problem.to_starlette()


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    return invalid(field_errors(error.errors())).to_starlette()


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    headers: Mapping[str, str] | None = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_methods(request)))
        return ProblemError(
            405, "method_not_allowed", f"This takes {allowed}.", headers={"Allow": allowed}
        ).to_starlette()
    if error.status_code == HTTPStatus.NOT_FOUND:
        return ProblemError(404, "no_such_route", "There is nothing at this path.").to_starlette()
    phrase = HTTPStatus(error.status_code).phrase
    return ProblemError(
        error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", headers=headers
    ).to_starlette()


def _methods(request: Request) -> set[str]:
    # The framework names the methods of only the first route that has this path.
    found: set[str] = set()
    for router in (request.app.router, *ROUTERS):
        for route in router.routes:
            if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
                found |= route.methods or set()
    return found
