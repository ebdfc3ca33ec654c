"""The API of the sandbox itself: what tests do beside the vendors' APIs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.parsing import from_json, parsed
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.sandbox import schemas
from billhook_adapters.sandbox.openapi import document
from billhook_adapters.sandbox.routes import ROUTES, RefusedError, Served


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
            return _refused(f"{field}: {first['msg'].removeprefix('Value error, ')}")
        return answer if isinstance(answer, Response) else json_response(answer)

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure."""
        return _FAILURES.get(failure) or _refused(failure.detail, failure.status)

    async def _answer(self, request: Request) -> BaseModel | Response:
        if (request.method, request.path) == ("GET", ("openapi.json",)):
            return json_response(document(ROUTES))
        for route in ROUTES:
            names = route.names(request.method, request.path)
            if names is None:
                continue
            if route.payload is None:
                return await route.serve(self._served, *names)
            given = (
                dict(parse_qsl(request.query, keep_blank_values=True))
                if request.method == "GET"
                else await _body(request)
            )
            return await route.serve(self._served, *names, route.payload.model_validate(given))
        raise RefusedError("The sandbox has no such route; see /sandbox/openapi.json.", 404)


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
