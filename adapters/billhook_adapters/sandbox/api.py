"""The routes of the sandbox: what a payer, a provider and time would do otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, ValidationError
from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import Pay
from billhook.application.service import InvoiceService
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
from billhook.model.money import PositiveAmount
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import (
    BodyTooLargeError,
    ClientDisconnectedError,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from billhook_adapters.http.core.ids import minted_id
from billhook_adapters.http.core.parsing import from_json
from billhook_adapters.http.razorpay.errors import refusal
from billhook_adapters.memory.outbox import CapturedSender
from billhook_adapters.sandbox.clock import MovableClock

FIRST, LAST = 0, 253402300799  # seconds since 1970, to the end of the year 9999


class PaymentIn(Value):
    """A payment that the payer makes, in smallest units."""

    amount: PositiveAmount
    reference: Annotated[Text, Field(min_length=1, max_length=128)] | None = None


class ClockIn(Value):
    """Where the clock is put: forward by so many seconds, or to an instant."""

    advance_seconds: Annotated[int, Strict(), Field(ge=0, le=LAST)] | None = None
    now: Annotated[int, Strict(), Field(ge=FIRST, le=LAST)] | None = None


class FaultIn(Value):
    """What the provider of a medium answers to its next messages: to all, or to one address."""

    medium: Medium
    fault: Literal["transient", "permanent", "unknown"]
    times: Annotated[int, Strict(), Field(ge=1, le=1000)] = 1
    to: Annotated[Text, Field(min_length=1, max_length=320)] | None = None


class ReceiptIn(Value):
    """What a provider tells later of a message in the outbox."""

    message: Annotated[Text, Field(min_length=1, max_length=64)]
    became: Literal["delivered", "bounced"]
    suppresses: Suppression | None = None


_FAULTS: Mapping[str, SendError] = {
    "transient": Transient("the sandbox was told so"),
    "permanent": Permanent("the sandbox was told so"),
    "unknown": Unknown("the sandbox was told so"),
}


class SandboxApi:
    """Serves `/sandbox`. It asks for no credentials: nothing in a sandbox is anybody's."""

    def __init__(
        self,
        batched: BatchedService,
        background_jobs: BackgroundJobs,
        accounts: Collection[AccountId],
        clock: MovableClock,
        outbox: Mapping[Medium, CapturedSender],
    ) -> None:
        self._batched, self._handlers, self._accounts = batched, background_jobs, accounts
        self._clock, self._outbox = clock, outbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = read_request(scope, receive)
        try:
            given = await self._answer(call)
        except ClientDisconnectedError:
            return
        except BodyTooLargeError:
            given = _refused("The body is too large.", 413)
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_input=False)[0]
            field = ".".join(map(str, first["loc"])) or "body"
            given = _refused(f"{field}: {first['msg']}")
        except ValueError as malformed:
            given = _refused(f"The body is not valid JSON: it {malformed}.")
        await send_response(send, given, head=call.method == "HEAD")

    async def _answer(self, call: Request) -> Response:
        match call.method, call.path[1:]:
            case "POST", ("invoices", invoice, "payments"):
                return await self._pay(
                    InvoiceId(invoice), PaymentIn.model_validate(await _body(call))
                )
            case "GET", ("clock",):
                return self._time()
            case "POST", ("clock",):
                return await self._move(ClockIn.model_validate(await _body(call)))
            case "GET", ("outbox",):
                return self._sent()
            case "POST", ("delivery-reports",):
                return await self._receive(ReceiptIn.model_validate(await _body(call)))
            case "POST", ("faults",):
                return self._break(FaultIn.model_validate(await _body(call)))
            case _:
                return _refused("The sandbox has no such route.", 404)

    async def _pay(self, name: InvoiceId, asked: PaymentIn) -> Response:
        for account in self._accounts:
            found = await self._batched.read(
                partial(InvoiceService.get, account=account, invoice=name)
            )
            if not isinstance(found, Failure):
                break
        else:
            return _refused("No account has an invoice of this id.", 404)
        payment = Payment(
            reference=Reference(asked.reference or minted_id("pay")),
            amount=asked.amount,
            currency=found.unwrap().document.currency,
        )
        paid = await self._batched.execute(Pay(account=account, invoice=name, payment=payment))
        if isinstance(paid, Failure):
            return refusal(paid.failure())
        invoice = paid.unwrap()
        return json_response(
            {
                "id": payment.reference,
                "amount": payment.amount,
                "currency": payment.currency,
                "invoice_id": invoice.id,
                "status": invoice.status.value,
                "amount_paid": invoice.paid,
                "amount_due": invoice.due,
            }
        )

    def _time(self) -> Response:
        return json_response({"now": int(self._clock.now().timestamp())})

    async def _move(self, asked: ClockIn) -> Response:
        if (asked.now is None) == (asked.advance_seconds is None):
            return _refused("Give either advance_seconds or now.")
        try:
            if asked.now is not None:
                self._clock.set(datetime.fromtimestamp(asked.now, UTC))
            else:
                self._clock.advance(timedelta(seconds=asked.advance_seconds or 0))
        except OverflowError:
            return _refused("advance_seconds: the year 9999 is the last.")
        await self._batched.read(lambda _: self._handlers.sweep())
        return self._time()

    def _sent(self) -> Response:
        return json_response(
            {
                "items": [
                    {"id": one.id, "medium": medium.value, "to": one.to, "text": one.text}
                    for medium, sender in self._outbox.items()
                    for one in sender.delivered
                ]
            }
        )

    async def _receive(self, asked: ReceiptIn) -> Response:
        fate: ReportedOutcome = Delivered()
        if asked.became == "bounced":
            fate = Bounced("the sandbox was told so", asked.suppresses)
        elif asked.suppresses is not None:
            return _refused("suppresses goes with bounced.")
        name = MessageId(asked.message)
        told = [DeliveryReport(MessageKey(account, name), fate) for account in self._accounts]
        for answered in await self._batched.read(
            lambda service: service.record_delivery_reports(told)
        ):
            if isinstance(answered, Success):
                message = answered.unwrap()
                return json_response(
                    {"id": message.id, "status": message.status, "to": message.address}
                )
        return _refused("No account has a message of this id.", 404)

    def _break(self, asked: FaultIn) -> Response:
        provider = self._outbox[asked.medium]
        faults = provider.faults if asked.to is None else provider.faults_to[asked.to]
        faults.extend([_FAULTS[asked.fault]] * asked.times)
        return json_response({"waiting": len(faults)})


async def _body(call: Request) -> Any:
    return from_json(await call.body() or b"{}")


def _refused(description: str, status: int = 400) -> Response:
    return json_response(
        {"error": {"code": "BAD_REQUEST_ERROR", "description": description}}, status
    )
