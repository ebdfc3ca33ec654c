"""The API of the sandbox itself: what tests do beside the vendors' APIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.parsing import from_json, parsed
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.sandbox import schemas
from billhook_adapters.sandbox.cross_site import is_cross_site
from billhook_adapters.sandbox.openapi import Route, document
from billhook_adapters.sandbox.routes import ROUTES, RefusedError, Served
from billhook_adapters.system.field_texts import field_text


class SandboxApi(HttpApi):
    """Serves `/sandbox`, without credentials: nothing in a sandbox is private."""

    routes = frozenset({"/openapi.json", *(route.template for route in ROUTES)})

    def __init__(self, served: Served) -> None:
        self._served = served

    async def serve(self, request: Request) -> Response:
        """Do what a route of the sandbox does."""
        try:
            answer = await self._answer(request)
        except RefusedError as refused:
            return _refused(str(refused), refused.status)
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_input=False)[0]
            field = ".".join(map(str, first["loc"])) or "body"
            return _refused(f"{field}: {field_text(first)}")
        return answer if isinstance(answer, Response) else json_response(answer)

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure."""
        return _FAILURES.get(failure) or _refused(failure.detail, failure.status)

    async def _answer(self, request: Request) -> BaseModel | Response:
        method = "GET" if request.method == "HEAD" else request.method
        path = request.path[:-1] if request.path[-1:] == ("",) else request.path
        if method != "GET" and is_cross_site(request):
            raise RefusedError("The request came from a page of another site.", 403)
        if (method, path) == ("GET", ("openapi.json",)):
            return json_response(document(ROUTES))
        found = [(one, names) for one in ROUTES if (names := one.names(path)) is not None]
        for route, names in found:
            if route.method == method:
                return await self._done(route, names, request)
        if found:
            methods = ", ".join(one.method for one, _ in found)
            response = _refused(f"This route takes {methods}.", 405)
            return response._replace(headers=((b"allow", methods.encode()),))
        raise RefusedError("The sandbox has no such route; see /sandbox/openapi.json.", 404)

    async def _done(
        self, route: Route, names: Sequence[str], request: Request
    ) -> BaseModel | Response:
        if route.payload is None:
            return await route.serve(self._served, *names)
        given = (
            dict(parse_qsl(request.query, keep_blank_values=True))
            if route.method == "GET"
            else await _body(request)
        )
        return await route.serve(self._served, *names, route.payload.model_validate(given))


async def _body(request: Request) -> Any:
    try:
        return await parsed(from_json, await request.body() or b"{}")
    except ValueError as malformed:
        raise RefusedError(f"The body is not valid JSON: it {malformed}.") from None


def _refused(description: str, status: int = 400) -> Response:
    error = schemas.ErrorOut(code="BAD_REQUEST_ERROR", description=description)
    return json_response(schemas.RefusedOut(error=error), status)


_FAILURES: Mapping[RequestFailure, Response] = MappingProxyType(
    {
        RequestFailure.BODY_TOO_LARGE: _refused("The body is too large.", 413),
        RequestFailure.OVERLOADED: _refused("Too many requests at once; try again.", 429),
        RequestFailure.UNAVAILABLE: _refused("The database cannot be used now; try again.", 503),
        RequestFailure.SERVER_ERROR: _refused("The sandbox failed.", 500),
    }
)
