"""The bodies of answers that explain: verdicts, what commands would do, forecasts, messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field
from returns.result import Failure, Result

from billhook.application.message_history import DecisionPoint, MessageExplanation
from billhook.application.outlook import ForecastMessage, WhatIf, invoice_after
from billhook.lifecycle.errors import DomainError
from billhook.lifecycle.explain import Verdict
from billhook.lifecycle.operation import Operation
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField
from billhook.sentences import sentence
from billhook_adapters.http.native.errors import details_of
from billhook_adapters.http.native.serializers import EventOut, InvoiceOut, MessageOut, Out


class ReasonOut(Out):
    """One reason against an operation, and what would help."""

    code: str = Field(examples=["operation_not_allowed"])
    detail: str
    remedy: str
    field: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, error: DomainError) -> Self:
        """The answer that shows this error."""
        return cls(
            code=error.code,
            detail=sentence(error),
            remedy=error.remedy.value,
            field=error.field,
            details=details_of(error),
        )


class VerdictOut(Out):
    """Whether an operation is allowed now, or every reason why not."""

    operation: Operation
    medium: Medium | None
    allowed: bool
    reasons: list[ReasonOut]
    editable: list[DocumentField]

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """The answer that shows this verdict."""
        return cls(
            operation=verdict.operation,
            medium=verdict.medium,
            allowed=verdict.allowed,
            editable=sorted(verdict.editable),
            reasons=[ReasonOut.of(reason) for reason in verdict.reasons],
        )


class VerdictsOut(Out):
    """Every operation; `notify` once for each medium."""

    verdicts: list[VerdictOut]


class TriedOut(Out):
    """What one operation would do: the invoice after it, or why it would be refused."""

    allowed: bool
    invoice: InvoiceOut | None
    reason: ReasonOut | None

    @classmethod
    def of(cls, result: Result[Any, Any]) -> Self:
        """The answer that shows a result."""
        if isinstance(result, Failure):
            return cls(allowed=False, invoice=None, reason=ReasonOut.of(result.failure()))
        invoice = invoice_after(result)
        shown = None if invoice is None else InvoiceOut.of(invoice)
        return cls(allowed=True, invoice=shown, reason=None)


class WhatIfOut(Out):
    """What operations would do, one after the other. Nothing was stored, and nothing sent."""

    results: list[TriedOut]
    messages: list[MessageOut] = Field(description="The messages that would be queued.")

    @classmethod
    def of(cls, tried: WhatIf) -> Self:
        """The answer that shows what was tried."""
        return cls(
            results=[TriedOut.of(result) for result in tried.results],
            messages=[MessageOut.of(message) for message in tried.messages],
        )


class ForecastMessageOut(Out):
    """A message that will be sent if nothing changes."""

    at: datetime
    medium: Medium
    address: str
    reminder: int | None = Field(description="Which reminder it is, counted from 1, if it is one.")


class ForecastOut(Out):
    """The messages that the payer will be sent if nothing changes, the earliest first."""

    messages: list[ForecastMessageOut]

    @classmethod
    def of(cls, messages: tuple[ForecastMessage, ...]) -> Self:
        """The answer that shows a forecast."""
        return cls(messages=[ForecastMessageOut.model_validate(one) for one in messages])


class DecisionPointOut(Out):
    """A time at which the rules decided, and the invoice as it was then."""

    at: datetime
    version: int
    status: Status

    @classmethod
    def of(cls, point: DecisionPoint) -> Self:
        """The answer that shows this point."""
        return cls.model_validate(point)


class MessageExplanationOut(Out):
    """Why a message was sent or not: the rule, and the invoice as it was then."""

    message: MessageOut
    requested: DecisionPointOut
    ended: DecisionPointOut | None = Field(
        description="When it was sent or given up; null while it waits."
    )
    reason: ReasonOut | None = Field(
        description="Why the rules refused it at `ended`; the `reason` of the message is its code."
    )
    events: list[EventOut] = Field(description="Those of the invoice up to then.")

    @classmethod
    def of(cls, found: MessageExplanation) -> Self:
        """The answer that shows this explanation."""
        return cls(
            message=MessageOut.of(found.message),
            requested=DecisionPointOut.of(found.requested),
            ended=None if found.ended is None else DecisionPointOut.of(found.ended),
            reason=None if found.error is None else ReasonOut.of(found.error),
            events=[EventOut.of(event) for event in found.events],
        )
