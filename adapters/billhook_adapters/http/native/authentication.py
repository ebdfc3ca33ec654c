"""What every route does first: authenticate the caller, and read the body within limits."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import HTTPBase
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response

from billhook.model.base import AccountId
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.bodies import ClientDisconnectedError
from billhook_adapters.http.core.http_api import failure_of
from billhook_adapters.http.core.request import Request, read_request
from billhook_adapters.http.native.errors import FieldError, ProblemError, failed, invalid
from billhook_adapters.http.native.parsing import json_value

CHALLENGE = 'Basic realm="billhook", charset="UTF-8"'

MOST_PARAMETERS = 100
"""Parameters of a query."""

_WITH_BODY = ("POST", "PUT", "PATCH")


class Caller(SecurityBase):
    """The account of the credentials, which the route has checked before."""

    def __init__(self) -> None:
        self.scheme_name = "Basic"
        self.model = HTTPBase(scheme="basic", description="An API key: its id and its secret.")

    async def __call__(self, request: StarletteRequest) -> AccountId:
        account: AccountId = request.state.account
        return account


class _ReadRequest(StarletteRequest):
    """A request whose body has been read and parsed, so that the framework does neither."""

    def __init__(self, request: StarletteRequest, raw: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body, self._value = raw, value

    async def json(self) -> Any:
        return self._value


class GuardedRoute(APIRoute):
    """Credentials come first, then unknown parameters, then the body, then everything else."""

    async def body_of(self, request: StarletteRequest, value: Any) -> Any:  # noqa: ARG002  # for others
        """What of the JSON of a request's body is read: all of it."""
        return value

    def get_route_handler(self) -> Callable[[StarletteRequest], Coroutine[Any, Any, Response]]:
        """What answers a request for this route."""
        handle = super().get_route_handler()
        checks_query = bool(self.dependant.query_params)  # by a model that refuses unknown ones

        async def guarded(request: StarletteRequest) -> Response:
            http = request.state.http = read_request(request.scope, request.receive)
            try:
                request.state.account = await _account(http, request.app.state.callers)
                if http.query and not checks_query:
                    raise _invalid("query", "must be empty")
                if http.query.count("&") >= MOST_PARAMETERS:
                    raise _invalid("query", f"has more than {MOST_PARAMETERS} parameters")
                raw = await http.body()  # of every method: judged before anything is changed
                if http.method in _WITH_BODY:
                    value = await self.body_of(request, await json_value(http))
                    if self.body_field is None and value != {}:
                        raise _invalid("body", "must be empty")
                    request = _ReadRequest(request, raw, value)
                return await handle(request)
            except (HTTPException, RequestValidationError, ProblemError):
                raise  # answered by the application's handlers
            except ClientDisconnectedError:
                return Response(status_code=400)  # no one reads it
            except Exception as error:  # noqa: BLE001  # whatever it is, the client gets a problem
                raise failed(failure_of(error)) from None

        return guarded


async def _account(http: Request, callers: Callers) -> AccountId:
    header = http.header(b"authorization") or ""
    # Base64 is ASCII; anything else is as wrong as any other credential.
    account = await callers.account(header) if header.isascii() else None
    if account is None:
        raise ProblemError(
            401,
            "unauthorized",
            "These credentials are not an API key's id and its secret.",
            headers={"WWW-Authenticate": CHALLENGE},
        )
    return account


def _invalid(place: str, detail: str) -> ProblemError:
    return invalid([FieldError(place=place, field="", detail=detail)])
