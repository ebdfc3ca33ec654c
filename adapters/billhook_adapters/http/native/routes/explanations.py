"""The routes that explain and store nothing: verdicts, what-if, forecasts, and messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import WithJsonSchema
from returns.result import Failure

from billhook.messaging.delivery import MessageId, MessageKey, MessageNotFound
from billhook.sentences import sentence
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.errors import ProblemError
from billhook_adapters.http.native.explanations import (
    ForecastOut,
    MessageExplanationOut,
    VerdictOut,
    VerdictsOut,
    WhatIfOut,
)
from billhook_adapters.http.native.openapi import BODY, problems
from billhook_adapters.http.native.request import TheAccount, TheInvoice, TheService, unwrapped
from billhook_adapters.http.native.schemas.what_if import ForecastIn, WhatIfIn
from billhook_adapters.system.ids import is_id

router = APIRouter(route_class=GuardedRoute)


@router.get("/invoices/{id}/explain", responses=problems(404), tags=["explanations"])
async def explain_invoice(batched: TheService, account: TheAccount, id: TheInvoice) -> VerdictsOut:
    """For every operation: that it is allowed now, or every reason why not."""
    found = unwrapped(await batched.read(lambda service: service.explain(account, id)))
    return VerdictsOut(verdicts=[VerdictOut.of(verdict) for verdict in found])


@router.get("/invoices/{id}/forecast", responses=problems(404), tags=["explanations"])
async def forecast_messages(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    selection: Annotated[ForecastIn, Query()],
) -> ForecastOut:
    """The messages that the payer will be sent within some days, if nothing changes."""
    period = timedelta(days=selection.days)
    found = unwrapped(await batched.read(lambda service: service.forecast(account, id, period)))
    return ForecastOut.of(found)


@router.post("/invoices/{id}/what-if", responses=problems(404, *BODY), tags=["explanations"])
async def try_operations(
    batched: TheService, account: TheAccount, id: TheInvoice, payload: WhatIfIn
) -> WhatIfOut:
    """What operations would do, one after the other. Nothing is stored, and nothing sent."""
    unwrapped(await batched.read(lambda service: service.get(account, id)))
    commands = payload.commands(account, id)
    return WhatIfOut.of(await batched.read(lambda service: service.what_if(*commands)))


@router.get("/messages/{id}/explain", responses=problems(404), tags=["explanations"])
async def explain_message(
    batched: TheService,
    account: TheAccount,
    id: Annotated[
        str,
        Path(description="The message's id.", examples=["msg_Hq3kD0a8xYb2Zc"]),
        WithJsonSchema({"type": "string", "maxLength": 64}),
    ],
) -> MessageExplanationOut:
    """Why a message was sent or not: the rule, and the invoice as it was then."""
    key = MessageKey(account, MessageId(id))
    found = await batched.read(lambda service: service.explain_message(key)) if is_id(id) else None
    if found is None or isinstance(found, Failure):
        raise ProblemError(404, MessageNotFound.code, sentence(MessageNotFound()))
    return MessageExplanationOut.of(found.unwrap())
