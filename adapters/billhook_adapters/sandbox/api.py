"""The routes of the sandbox, in place of a payer, of providers, and of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, ValidationError
from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError
from billhook.messaging.delivery import (
    MessageId,
    MessageKey,
    Permanent,
    SendError,
    Transient,
    Unknown,
)
from billhook.messaging.delivery_reports import Bounced, Delivered, DeliveryReport, ReportedOutcome
from billhook.model.base import AccountId, Text, Value
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.parsing import from_json, parsed
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.memory.outbox import CapturedMessage, CapturedSender
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.deliveries import deliver_all
from billhook_adapters.sandbox.payments import Payer, PaymentIn
from billhook_adapters.sandbox.resettable import Reset
from billhook_adapters.sandbox.webhooks import CapturedWebhook

FIRST, LAST = (
    0,
    32503679999,
)  # seconds since 1970, to the end of the year 2999: later times overflow


class InvalidBodyError(Exception):
    """The body is not JSON; the text says why."""


class ClockIn(Value):
    """Where the clock is put: forward by so many seconds, or to an instant."""

    advance_seconds: Annotated[int, Strict(), Field(ge=0, le=LAST)] | None = None
    now: Annotated[int, Strict(), Field(ge=FIRST, le=LAST)] | None = None


class FaultIn(Value):
    """How the provider of a medium fails its next messages: all, or those to one address."""

    medium: Medium
    fault: Literal["transient", "permanent", "unknown"]
    times: Annotated[int, Strict(), Field(ge=1, le=1000)] = 1
    to: Annotated[Text, Field(min_length=1, max_length=320)] | None = None


class DeliveryReportIn(Value):
    """What a provider reports later about a message in the outbox."""

    message: Annotated[Text, Field(min_length=1, max_length=64)]
    became: Literal["delivered", "bounced"]
    suppresses: Suppression | None = None


_REASON = "requested at /sandbox"
_FAULTS: Mapping[str, SendError] = MappingProxyType(
    {
        "transient": Transient(_REASON),
        "permanent": Permanent(_REASON),
        "unknown": Unknown(_REASON),
    }
)


class SandboxApi(HttpApi):
    """Serves `/sandbox`, without credentials: nothing in a sandbox is private.

    `error_response` words the errors of the domain.
    """

    routes = frozenset(
        {
            "/invoices/*/payments",
            "/clock",
            "/outbox",
            "/delivery-reports",
            "/faults",
            "/webhooks",
            "/reset",
        }
    )

    def __init__(
        self,
        batched: BatchedService,
        background_jobs: BackgroundJobs,
        accounts: Collection[AccountId],
        clock: MovableClock,
        outbox: Mapping[Medium, CapturedSender],
        payer: Payer,
        *,
        webhooks: Sequence[CapturedWebhook],
        reset: Reset | None,
        error_response: Callable[[DomainError], Response],
    ) -> None:
        self._batched, self._background_jobs, self._accounts = batched, background_jobs, accounts
        self._clock, self._outbox, self._error_response = clock, outbox, error_response
        self._payer, self._webhooks, self._reset = payer, webhooks, reset

    async def serve(self, request: Request) -> Response:
        """Do what a route of the sandbox does."""
        try:
            return await self._route(request)
        except InvalidBodyError as invalid:
            return _invalid(str(invalid))
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_input=False)[0]
            field = ".".join(map(str, first["loc"])) or "body"
            return _invalid(f"{field}: {first['msg']}")

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure."""
        return _FAILURES.get(failure) or _invalid(failure.detail, failure.status)

    async def _route(self, request: Request) -> Response:
        match request.method, request.path:
            case "POST", ("invoices", invoice, "payments"):
                return await self._pay(
                    InvoiceId(invoice), PaymentIn.model_validate(await _body(request))
                )
            case "GET", ("clock",):
                return self._time()
            case "POST", ("clock",):
                return await self._move(ClockIn.model_validate(await _body(request)))
            case "GET", ("outbox",):
                return await self._sent()
            case "GET", ("webhooks",):
                return await self._posted()
            case "POST", ("reset",):
                return await self._begin_anew()
            case "POST", ("delivery-reports",):
                return await self._receive(DeliveryReportIn.model_validate(await _body(request)))
            case "POST", ("faults",):
                return self._break(FaultIn.model_validate(await _body(request)))
            case _:
                return _invalid("The sandbox has no such route.", 404)

    async def _pay(self, name: InvoiceId, payload: PaymentIn) -> Response:
        for account in self._accounts:
            found = await self._batched.read(
                partial(InvoiceService.get, account=account, invoice=name)
            )
            if not isinstance(found, Failure):
                break
        else:
            return _invalid("No account has an invoice of this id.", 404)
        made = await self._payer.pay(found.unwrap(), payload)
        if isinstance(made, Failure):
            return self._error_response(made.failure())
        payment, invoice, callback_url = made.unwrap()
        return json_response(
            {
                "id": payment.reference,
                "amount": payment.amount,
                "currency": payment.currency,
                "invoice_id": invoice.id,
                "status": invoice.status.value,
                "amount_paid": invoice.paid,
                "amount_due": invoice.due,
                **({} if callback_url is None else {"callback_url": callback_url}),
            }
        )

    def _time(self) -> Response:
        return json_response({"now": int(self._clock.now().timestamp())})

    async def _move(self, payload: ClockIn) -> Response:
        if (payload.now is None) == (payload.advance_seconds is None):
            return _invalid("Give either advance_seconds or now.")
        if payload.now is not None:
            now = datetime.fromtimestamp(payload.now, UTC)
        else:
            now = self._clock.now() + timedelta(seconds=payload.advance_seconds or 0)
        if now.timestamp() > LAST:
            return _invalid(
                f"advance_seconds: the year {datetime.fromtimestamp(LAST, UTC).year} is the last."
            )
        self._clock.set(now)
        await self._batched.read(lambda _: self._background_jobs.sweep())
        return self._time()

    async def _sent(self) -> Response:
        await asyncio.to_thread(deliver_all, self._background_jobs)
        # All senders keep their messages in one list.
        sender = next(iter(self._outbox.values()), None)
        return json_response(
            {"items": [] if sender is None else [_message(one) for one in sender.delivered]}
        )

    async def _posted(self) -> Response:
        await asyncio.to_thread(deliver_all, self._background_jobs)
        return json_response({"items": [_webhook(one) for one in self._webhooks]})

    async def _begin_anew(self) -> Response:
        if self._reset is None:
            return _invalid("The database is kept; start the sandbox without --database.")
        await self._reset()
        return json_response({})

    async def _receive(self, payload: DeliveryReportIn) -> Response:
        outcome: ReportedOutcome = Delivered()
        if payload.became == "bounced":
            outcome = Bounced(_REASON, payload.suppresses)
        elif payload.suppresses is not None:
            return _invalid("suppresses goes with bounced.")
        name = MessageId(payload.message)
        reports = [DeliveryReport(MessageKey(account, name), outcome) for account in self._accounts]
        for result in await self._batched.read(
            lambda service: service.record_delivery_reports(reports)
        ):
            if isinstance(result, Success):
                message = result.unwrap()
                return json_response(
                    {"id": message.id, "status": message.status, "to": message.address}
                )
        return _invalid("No account has a message of this id.", 404)

    def _break(self, payload: FaultIn) -> Response:
        provider = self._outbox[payload.medium]
        faults = provider.faults if payload.to is None else provider.faults_to[payload.to]
        faults.extend([_FAULTS[payload.fault]] * payload.times)
        return json_response({"waiting": len(faults)})


def _message(one: CapturedMessage) -> Mapping[str, str | None]:
    return {
        "id": one.id,
        "medium": one.medium.value,
        "to": one.to,
        "text": one.text,
        "subject": one.subject,
        "html": one.html,
        "invoice_id": one.invoice,
    }


def _webhook(one: CapturedWebhook) -> Mapping[str, object]:
    # Every format is JSON, which is UTF-8: the text is the bytes that were signed.
    return {
        "url": one.url,
        "body": one.body.decode(),
        "headers": dict(one.headers),
        "accepted": one.accepted,
    }


async def _body(request: Request) -> Any:
    try:
        return await parsed(from_json, await request.body() or b"{}")
    except ValueError as malformed:
        raise InvalidBodyError(f"The body is not valid JSON: it {malformed}.") from None


def _invalid(description: str, status: int = 400) -> Response:
    return json_response(
        {"error": {"code": "BAD_REQUEST_ERROR", "description": description}}, status
    )


_FAILURES: Mapping[RequestFailure, Response] = MappingProxyType(
    {
        RequestFailure.BODY_TOO_LARGE: _invalid("The body is too large.", 413),
        RequestFailure.OVERLOADED: _invalid("Too many requests at once; try again.", 429),
        RequestFailure.UNAVAILABLE: _invalid("The database cannot be used now; try again.", 503),
        RequestFailure.SERVER_ERROR: _invalid("The sandbox failed.", 500),
    }
)
