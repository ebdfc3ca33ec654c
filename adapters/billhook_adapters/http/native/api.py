"""The native API as one application, to be mounted where the operator likes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.native.docs_page import add_docs_page
from billhook_adapters.http.native.errors import ProblemError, field_errors, invalid
from billhook_adapters.http.native.openapi import Described
from billhook_adapters.http.native.routes.contacts import contacts
from billhook_adapters.http.native.routes.invoices import writes
from billhook_adapters.http.native.routes.messages import telling
from billhook_adapters.http.native.routes.queries import reads
from billhook_adapters.system.api_keys import Keyring

_ROUTERS = (writes, telling, reads, contacts)

TEMPLATES = frozenset(
    re.sub(r"\{[^}]*\}", "*", route.path)
    for router in _ROUTERS
    for route in router.routes
    if isinstance(route, Route)
)
"""The paths that are served, their ids as stars."""


def native_api(batched: BatchedService, keys: Keyring) -> FastAPI:
    """The whole desk over HTTP, with its document at /openapi.json and a page at /docs."""
    app = Described(
        title="billhook",
        summary="What may happen to an invoice, and what its payer is told",
        version="1",
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            ProblemError: _answer,
            RequestValidationError: _invalid,
            HTTPException: _no_route,
        },
        redirect_slashes=False,
    )
    app.state.batched, app.state.callers = batched, Callers(keys, batched)
    for router in _ROUTERS:
        app.include_router(router)
    add_docs_page(app)
    return app


async def _answer(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, ProblemError)  # noqa: S101  # registered for nothing else
    return problem.answer()


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    return invalid(field_errors(error.errors())).answer()


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    headers: Mapping[str, str] | None = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_methods(request)))
        return ProblemError(
            405, "method_not_allowed", f"This takes {allowed}.", headers={"Allow": allowed}
        ).answer()
    if error.status_code == HTTPStatus.NOT_FOUND:
        return ProblemError(404, "no_such_route", "There is nothing at this path.").answer()
    phrase = HTTPStatus(error.status_code).phrase
    return ProblemError(
        error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", headers=headers
    ).answer()


def _methods(request: Request) -> set[str]:
    # The framework names the methods of the first route only that has this path.
    found: set[str] = set()
    for router in (request.app.router, *_ROUTERS):
        for route in router.routes:
            if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
                found |= route.methods or set()
    return found
