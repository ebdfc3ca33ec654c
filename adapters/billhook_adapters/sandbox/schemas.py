"""What the requests and the responses of the sandbox's own routes hold. Times are in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

from billhook.model.base import Text, Value
from billhook.model.customer import Medium, Suppression
from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.sandbox.faults import Fault, SetFault
from billhook_adapters.sandbox.request_log import LoggedRequest
from billhook_adapters.sandbox.state import Effect, Move
from billhook_adapters.sandbox.webhooks import CapturedWebhook
from billhook_adapters.sandbox.workspaces import NAME, NamedWorkspace, root_of

FIRST, LAST = 0, 32503679999
"""Seconds since 1970, to the end of the year 2999: later times overflow."""

Seconds = Annotated[int, Strict(), Field(ge=FIRST, le=LAST)]
Name = Annotated[str, Strict(), StringConstraints(pattern=rf"\A{NAME.pattern}\z")]


class ClockIn(Value):
    """Where the clock is put: forward by so many seconds, to an instant, or to what is due next."""

    advance_seconds: Seconds | None = None
    now: Seconds | None = None
    to_next: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (
            len([one for one in (self.advance_seconds, self.now, self.to_next) if one is not None])
            != 1
        ):
            raise ValueError("give one of advance_seconds, now and to_next")
        return self


class DeliveryReportIn(Value):
    """What a provider reports later about a message in the outbox."""

    message: Annotated[Text, Field(min_length=1, max_length=64)]
    became: Literal["delivered", "bounced"]
    suppresses: Suppression | None = None

    @model_validator(mode="after")
    def _suppresses_goes_with_bounced(self) -> Self:
        if self.suppresses is not None and self.became != "bounced":
            raise ValueError("suppresses goes with bounced")
        return self


class NameIn(Value):
    """The name of a snapshot or a workspace."""

    name: Name


class OutboxQuery(Value):
    """Which messages are listed."""

    invoice_id: Annotated[Text, Field(max_length=64)] | None = None
    account_id: Annotated[Text, Field(max_length=64)] | None = None
    medium: Medium | None = None
    to: Annotated[Text, Field(max_length=320)] | None = None

    def wants(self, message: CapturedMessage) -> bool:
        """Whether a message is listed."""
        return (
            self.invoice_id in (None, message.invoice)
            and self.account_id in (None, message.account)
            and self.medium in (None, message.medium)
            and self.to in (None, message.to)
        )


class WebhookQuery(Value):
    """Which webhooks are listed."""

    invoice_id: Annotated[Text, Field(max_length=64)] | None = None
    account_id: Annotated[Text, Field(max_length=64)] | None = None

    def wants(self, webhook: CapturedWebhook) -> bool:
        """Whether a webhook is listed."""
        return self.invoice_id in (None, webhook.invoice) and self.account_id in (
            None,
            webhook.account,
        )


class Out(BaseModel):
    """A part of a response."""

    model_config = ConfigDict(frozen=True)


class PaymentOut(Out):
    """A payment, and the invoice after it; amounts in smallest units."""

    id: str
    amount: int
    currency: str
    invoice_id: str
    status: str
    amount_paid: int
    amount_due: int
    callback_url: str | None = None
    """Where the payer is sent; left out where the invoice has no such URL."""


class EffectOut(Out):
    """One thing that a move of the clock caused."""

    at: int
    name: str
    account_id: str
    invoice_id: str
    detail: str
    to: str | None
    reason: str | None

    @classmethod
    def of(cls, effect: Effect) -> Self:
        """An effect as JSON."""
        return cls(
            at=seconds(effect.at),
            name=effect.name,
            account_id=effect.account,
            invoice_id=effect.invoice,
            detail=effect.detail,
            to=effect.to,
            reason=effect.reason,
        )


class ClockOut(Out):
    """The time of the sandbox."""

    now: int
    next: int | None
    """When something happens next: within ten years, and null if nothing does."""


class MoveOut(Out):
    """The time after a move, and what the move caused, in the order of time."""

    now: int
    effects: list[EffectOut]

    @classmethod
    def of(cls, move: Move) -> Self:
        """A move as JSON."""
        return cls(now=seconds(move.until), effects=[*map(EffectOut.of, move.effects)])


class MessageOut(Out):
    """A message as its reader got it; `subject` and `html` are null for an SMS."""

    id: str
    at: int | None
    account_id: str
    invoice_id: str
    medium: Medium
    to: str
    text: str
    subject: str | None
    html: str | None

    @classmethod
    def of(cls, message: CapturedMessage) -> Self:
        """A message as JSON."""
        return cls(
            id=message.id,
            at=None if message.at is None else seconds(message.at),
            account_id=message.account,
            invoice_id=message.invoice,
            medium=message.medium,
            to=message.to,
            text=message.text,
            subject=message.subject,
            html=message.html,
        )


class WebhookOut(Out):
    """A webhook as its receiver got it: `body` is the text that was signed."""

    number: int
    at: int
    account_id: str
    invoice_id: str
    event: str
    url: str
    body: str
    headers: Mapping[str, str]
    signature: str | None
    accepted: bool
    refusal: str | None
    """Why it counts as not accepted, such as `answered 500`."""
    answer_status: int | None
    """The status that the receiver answered; null where no answer came."""
    answer_body: str
    """The first 4,096 bytes of the receiver's answer."""

    @classmethod
    def of(cls, webhook: CapturedWebhook) -> Self:
        """A webhook as JSON."""
        return cls(
            number=webhook.number,
            at=seconds(webhook.at),
            account_id=webhook.account,
            invoice_id=webhook.invoice,
            event=webhook.event,
            url=webhook.url,
            body=webhook.body.decode(),  # every format is JSON, which is UTF-8
            headers=dict(webhook.headers),
            signature=webhook.signature,
            accepted=webhook.accepted,
            refusal=webhook.refusal,
            answer_status=webhook.answer_status,
            answer_body=webhook.answer_body.decode(errors="replace"),
        )


class ReportedOut(Out):
    """A message after a report about it."""

    id: str
    status: str
    to: str


class FaultOut(Out):
    """A fault that is set; `left` is how often it still happens, null where it goes by its rate."""

    id: int
    left: int | None
    fault: Fault

    @classmethod
    def of(cls, one: SetFault) -> Self:
        """A fault as JSON."""
        return cls(id=one.id, left=one.left, fault=one.fault)


class RequestOut(Out):
    """A request to an API and its answer; a body that is no text is shown with `�`."""

    number: int
    at: int
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: str
    idempotency_key: str | None
    status: int | None
    answer_headers: list[tuple[str, str]]
    answer: str
    milliseconds: float
    fault: str | None

    @classmethod
    def of(cls, request: LoggedRequest) -> Self:
        """A request as JSON."""
        return cls(
            number=request.number,
            at=seconds(request.at),
            method=request.method,
            path=request.target,
            headers=[*request.headers],
            body=request.body.decode(errors="replace"),
            idempotency_key=request.idempotency_key,
            status=request.status,
            answer_headers=[*request.answer_headers],
            answer=request.answer.decode(errors="replace"),
            milliseconds=round(request.milliseconds, 3),
            fault=request.fault,
        )


class WorkspaceOut(Out):
    """A workspace: where it is, and the credentials that lead to it."""

    name: str
    path: str
    key_id: str
    key_secret: str
    token: str
    location: str

    @classmethod
    def of(cls, one: NamedWorkspace) -> Self:
        """A workspace as JSON."""
        (key,), (location,) = one.credentials.keys, one.credentials.locations
        return cls(
            name=one.name,
            path=root_of(one.name),
            key_id=key.id,
            key_secret=key.secret,
            token=location.token,
            location=location.id,
        )


class NameOut(Out):
    """A name."""

    name: str


class Nothing(Out):
    """An empty object."""


class MessagesOut(Out):
    """Messages, the oldest first."""

    items: list[MessageOut]


class WebhooksOut(Out):
    """Webhooks, the oldest first."""

    items: list[WebhookOut]


class FaultsOut(Out):
    """The faults that are set, the oldest first."""

    items: list[FaultOut]


class RequestsOut(Out):
    """Requests, the oldest first."""

    items: list[RequestOut]


class MovesOut(Out):
    """The latest moves of the clock, the oldest first."""

    items: list[MoveOut]


class NamesOut(Out):
    """Names, the oldest first."""

    items: list[NameOut]

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Names as JSON."""
        return cls(items=[NameOut(name=name) for name in names])


class WorkspacesOut(Out):
    """Workspaces, the oldest first."""

    items: list[WorkspaceOut]


class ErrorOut(Out):
    """Why a request was refused."""

    code: str
    description: str


class RefusedOut(Out):
    """A refused request."""

    error: ErrorOut


def seconds(at: datetime) -> int:
    """Seconds since 1970.

    >>> seconds(datetime.fromisoformat("1970-01-02T00:00:00Z"))
    86400
    """
    return int(at.timestamp())
