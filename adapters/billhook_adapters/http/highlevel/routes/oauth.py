"""The routes of OAuth, by which a client turns what it was given into access tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from pydantic.alias_generators import to_camel
from returns.result import Success

from billhook_adapters.http.core.authentication import Tenancy, bearer_token
from billhook_adapters.http.core.parsing import from_json
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.highlevel.access_tokens import SaveGrant, Tenancies, Tokens
from billhook_adapters.http.highlevel.errors import (
    NO_AGENCY,
    OTHER_LOCATION,
    UNKNOWN_CLIENT,
    UNKNOWN_CODE,
    UNKNOWN_GRANT_TYPE,
    UNKNOWN_REFRESH_TOKEN,
    invalid_response,
)
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.oauth import (
    LocationTokenIn,
    TokenIn,
    tokens_answered,
)
from billhook_adapters.system.api_keys import hashed

_FORM = "application/x-www-form-urlencoded"
_NOT_STORED = (b"cache-control", b"no-store")


async def issue_token(request: Request, context: ApiContext, tenancies: Tenancies) -> Response:
    """New tokens for a client: its id is a location, its secret the location's bearer token.

    A code is not compared with anything: the consent that it stands for is the token that the
    operator made.
    """
    payload = checked(await _fields(request), TokenIn)
    key = await tenancies.location_key(payload.client_secret)
    if key is None or key.location is None or key.location != payload.client_id:
        return _refused(401, "invalid_client", UNKNOWN_CLIENT)
    key_id, used = hashed(payload.client_secret), None
    if payload.grant_type == "refresh_token":
        refresh = payload.refresh_token or ""
        if await tenancies.refreshed_key(refresh) != (key_id, key):
            return _refused(400, "invalid_grant", UNKNOWN_REFRESH_TOKEN)
        used = hashed(refresh)
    elif payload.grant_type != "authorization_code":
        return _refused(400, "unsupported_grant_type", UNKNOWN_GRANT_TYPE)
    elif not payload.code:
        return _refused(400, "invalid_grant", UNKNOWN_CODE)
    tokens = Tokens.new(key_id)
    saved = await context.batched.execute(
        SaveGrant(
            account=key.account,
            key_id=key_id,
            access=hashed(tokens.access),
            refresh=hashed(tokens.refresh),
            used=used,
        )
    )
    if not isinstance(saved, Success):
        return _refused(400, "invalid_grant", UNKNOWN_REFRESH_TOKEN)
    return _answered(tokens, Tenancy(key.account, key.location), refresh=True)


async def issue_location_token(
    request: Request, context: ApiContext, tenancies: Tenancies
) -> Response:
    """An access token of the location that the bearer token opens; an access token makes none."""
    payload = checked(await _fields(request), LocationTokenIn)
    token = bearer_token(request.header(b"authorization")) or ""
    key = await tenancies.location_key(token)
    if key is None or key.location is None:
        return invalid_response(401, NO_AGENCY)
    if payload.location_id != key.location or payload.company_id != key.account:
        return invalid_response(403, OTHER_LOCATION)
    key_id = hashed(token)
    tokens = Tokens.new(key_id)
    saved = await context.batched.execute(
        SaveGrant(account=key.account, key_id=key_id, access=hashed(tokens.access), refresh=None)
    )
    if not isinstance(saved, Success):
        return invalid_response(401, NO_AGENCY)
    return _answered(tokens, Tenancy(key.account, key.location), refresh=False)


async def _fields(request: Request) -> Mapping[str, Any]:
    """The fields of a form, or of a JSON object, in camel case. Raises InvalidRequestError."""
    raw = await request.body()
    given: object
    try:
        if request.media_type == _FORM:
            pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=20)
            given = dict(pairs)
        else:
            given = from_json(raw) if raw.strip() else {}
    except ValueError:
        raise InvalidRequestError(400, "The request body is not a valid form") from None
    if not isinstance(given, dict):
        raise InvalidRequestError(422, "body must be an object")
    fields = cast("dict[str, Any]", given)
    return {to_camel(name) if "_" in name else name: value for name, value in fields.items()}


def _answered(tokens: Tokens, tenancy: Tenancy, *, refresh: bool) -> Response:
    answer = json_response(tokens_answered(tokens, tenancy, refresh=refresh))
    return answer._replace(headers=(_NOT_STORED,))


def _refused(status: int, code: str, message: str) -> Response:
    """An error in the form of RFC 6749, and in the vendor's envelope."""
    body = {"statusCode": status, "message": message, "error": code, "error_description": message}
    return json_response(body, status)._replace(headers=(_NOT_STORED,))
