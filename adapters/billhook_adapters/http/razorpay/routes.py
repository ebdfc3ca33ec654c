"""The vendor's routes: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from returns.result import Failure
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from billhook.account import AccountId
from billhook.desk.commands import Draft, DraftAndSend, Notify, Send
from billhook.desk.desk import Desk
from billhook.desk.sending import Addresses
from billhook.invoice import Invoice, InvoiceId
from billhook.party import Medium
from billhook_adapters.http.auth import basic_account
from billhook_adapters.http.razorpay.entity import entity
from billhook_adapters.http.razorpay.requests import Refused, create_request, worded
from billhook_adapters.http.razorpay.wording import (
    BAD_KEY,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNKNOWN_ROUTE,
    describe,
    envelope,
    medium_unknown,
)

_log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024

Endpoint = Callable[[Request, Desk, AccountId], Awaitable[Response]]


def _signed_in(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        header = request.headers.get("authorization")
        account = await run_in_threadpool(basic_account, header, request.app.state.keys)
        if account is None:
            return _refused(UNAUTHORIZED, status=401)
        return await endpoint(request, request.app.state.desk, account)

    return guarded


async def _create(request: Request, desk: Desk, account: AccountId) -> Response:
    try:
        asked = create_request(await _body(request))
        document = asked.domain()
    except Refused as refused:
        return _refused(str(refused))
    except ValidationError as invalid:
        return _refused(worded(invalid))
    key = _key(request)
    if asked.draft == "1":
        drafted = await run_in_threadpool(
            desk.do, Draft(account=account, document=document, key=key)
        )
        if isinstance(drafted, Failure):
            return _refused(describe(drafted.failure()))
        return JSONResponse(entity(drafted.unwrap(), ()))
    sent = await run_in_threadpool(
        desk.do, DraftAndSend(account=account, document=document, key=key)
    )
    if isinstance(sent, Failure):
        return _refused(describe(sent.failure()))
    return JSONResponse(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def _fetch(request: Request, desk: Desk, account: AccountId) -> Response:
    found = await run_in_threadpool(desk.get, account, _invoice(request))
    if isinstance(found, Failure):
        return _refused(describe(found.failure()))
    return await _entity(desk, account, found.unwrap())


async def _issue(request: Request, desk: Desk, account: AccountId) -> Response:
    command = Send(
        account=account,
        invoice=_invoice(request),
        addresses=Addresses.AVAILABLE,
        again=False,
        key=_key(request),
    )
    sent = await run_in_threadpool(desk.do, command)
    if isinstance(sent, Failure):
        return _refused(describe(sent.failure()))
    return JSONResponse(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def _notify_by(request: Request, desk: Desk, account: AccountId) -> Response:
    medium = request.path_params["medium"]
    if medium not in set(Medium):
        return _refused(medium_unknown(medium))
    command = Notify(
        account=account,
        invoice=_invoice(request),
        medium=Medium(medium),
        key=_key(request),
    )
    queued = await run_in_threadpool(desk.do, command)
    if isinstance(queued, Failure):
        return _refused(describe(queued.failure()))
    return JSONResponse({"success": True})


routes = [
    Route("/v1/invoices", _signed_in(_create), methods=["POST"]),
    Route("/v1/invoices/", _signed_in(_create), methods=["POST"]),  # the PHP SDK's form
    Route("/v1/invoices/{id}", _signed_in(_fetch), methods=["GET"]),
    Route("/v1/invoices/{id}/issue", _signed_in(_issue), methods=["POST"]),
    Route("/v1/invoices/{id}/notify_by/{medium}", _signed_in(_notify_by), methods=["POST"]),
]


def _unknown_route(_: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code not in (404, 405):
        return _refused(error.detail, status=error.status_code)
    return _refused(UNKNOWN_ROUTE)


def _broken(_: Request, error: Exception) -> Response:
    # The kind alone: an error's own words may quote a row or a header.
    _log.error("a request failed: %s", type(error).__name__)
    body = envelope(SERVER_ERROR, code="SERVER_ERROR", reason="server_error")
    return JSONResponse(body, status_code=500)


exception_handlers: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _unknown_route,
    Exception: _broken,
}


async def _body(request: Request) -> Any:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise HTTPException(413, TOO_LARGE)
    try:
        return json.loads(raw or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused("The request body is not valid JSON.") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise HTTPException(400, BAD_KEY)
    return key


def _invoice(request: Request) -> InvoiceId:
    return InvoiceId(request.path_params["id"])


async def _entity(desk: Desk, account: AccountId, invoice: Invoice) -> Response:
    messages = await run_in_threadpool(desk.messages, account, invoice.id)
    return JSONResponse(entity(invoice, messages))


def _refused(description: str, *, status: int = 400) -> Response:
    return JSONResponse(envelope(description), status_code=status)
