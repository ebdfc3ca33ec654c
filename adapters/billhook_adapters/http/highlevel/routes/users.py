"""The routes of users, of which an account has one."""

from __future__ import annotations

from typing import Any

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import OTHER_LOCATION, UNKNOWN_USER
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.users import UsersIn, user_entity


async def list_users(request: AuthenticatedRequest) -> Response:
    """The users of a location: the account's own."""
    request.check_location()
    return json_response({"users": [await _user(request)]})


async def search_users(request: AuthenticatedRequest) -> Response:
    """The account's own user, if the query selects it."""
    payload = checked(dict(request.query), UsersIn)
    if payload.company_id != request.account:
        raise InvalidRequestError(403, OTHER_LOCATION)
    if payload.location_id:
        request.check_location()
    user = await _user(request)
    found = [user] if payload.selects(user) else []
    return json_response({"users": found, "count": len(found)})


async def get_user(request: AuthenticatedRequest) -> Response:
    """The account's own user."""
    user = await _user(request)
    if request.http.path[1] != user["id"]:
        raise InvalidRequestError(400, UNKNOWN_USER)
    return json_response(user)


async def _user(request: AuthenticatedRequest) -> dict[str, Any]:
    account = await request.batched.read(lambda service: service.account(request.account))
    if account is None:  # pragma: no cover  # a token has an account
        raise InvalidRequestError(400, UNKNOWN_USER)
    return user_entity(account, request.tenancy.location)
