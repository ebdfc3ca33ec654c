"""What every route does first: who is calling, and a body within limits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import HTTPBase
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from billhook.model.base import AccountId
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.native.errors import FieldError, ProblemError, invalid
from billhook_adapters.http.native.parsing import json_body
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

CHALLENGE = 'Basic realm="billhook", charset="UTF-8"'


class Caller(SecurityBase):
    """The account of the credentials, which the route has checked before."""

    def __init__(self) -> None:
        self.scheme_name = "Basic"
        self.model = HTTPBase(scheme="basic", description="An API key: its id and its secret.")

    async def __call__(self, request: Request) -> AccountId:
        account: AccountId = request.state.account
        return account


class _Read(Request):
    """A request whose body was read and judged, so that nothing reads it once more."""

    def __init__(self, request: Request, raw: bytes, said: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body, self._said = raw, said

    async def json(self) -> Any:
        return self._said


class GuardedRoute(APIRoute):
    """Credentials come first, then unknown parameters, then the body, then everything else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request for this route."""
        handle = super().get_route_handler()
        judged = bool(self.dependant.query_params)  # by a model, which refuses unknown ones

        async def guarded(request: Request) -> Response:
            try:
                request.state.account = await _account(request)
                if request.url.query and not judged:
                    raise _must_be_empty("query")
                if request.method in ("POST", "PATCH"):
                    raw, said = await json_body(request)
                    if self.body_field is None and said != {}:
                        raise _must_be_empty("body")
                    request = _Read(request, raw, said)
                return await handle(request)
            except (HTTPException, RequestValidationError, ProblemError):
                raise  # answered by the application's handlers
            except ClientDisconnect:
                return Response(status_code=400)  # nobody reads it
            except OverloadedError:
                raise ProblemError(
                    503,
                    "overloaded",
                    "More arrived at once than can be answered in time; try again.",
                    headers={"Retry-After": "1"},
                ) from None
            except Exception as bug:  # noqa: BLE001  # the caller learns that it failed, and no more
                # The kind alone: an error's own words may quote a row or a header.
                _log.error("a request failed: %s", kind(bug))
                raise ProblemError(
                    500, "server_error", "Something failed here; try again."
                ) from None

        return guarded


async def _account(request: Request) -> AccountId:
    header = request.headers.get("authorization", "")
    # Base64 is ASCII; anything else is as wrong as any other credential.
    callers: Callers = request.app.state.callers
    account = await callers.account(header) if header.isascii() else None
    if account is None:
        raise ProblemError(
            401,
            "unauthorized",
            "These credentials are not an API key's id and its secret.",
            headers={"WWW-Authenticate": CHALLENGE},
        )
    return account


def _must_be_empty(place: str) -> ProblemError:
    return invalid([FieldError(place=place, field="", detail="must be empty")])
