"""Reserving: a draft gets the short URL that it is issued under, and stays a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from returns.result import Failure, Result, Success

from billhook.application.command import InvoiceCommand
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.apply import Change, apply
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.events import ShortUrlReserved
from billhook.lifecycle.issue import issue
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.reserve import reserve_short_url
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing import NOON, an_invoice
from unit.running_service import ACME, ONE, InMemoryService

LATER = NOON + timedelta(hours=1)
URL = "https://bill.example/i/reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(InvoiceCommand[Invoice, OperationNotAllowed]):
    """A custom command that reserves."""

    kind: ClassVar = "reserve"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed]:
        return reserve_short_url(invoice, now=context.now, short_url=URL).map(context.keep)


def test_a_draft_gets_its_short_url_and_stays_a_draft() -> None:
    draft = an_invoice(Status.DRAFT)
    reserved = Invoice.model_validate(
        {**dict(draft), "version": 2, "updated_at": LATER, "short_url": URL}
    )
    assert reserve_short_url(draft, now=LATER, short_url=URL) == Success(
        Change(reserved, ShortUrlReserved(LATER, URL))
    )


def test_an_invoice_is_issued_under_the_short_url_that_it_reserved() -> None:
    reserved = reserve_short_url(an_invoice(Status.DRAFT), now=NOON, short_url=URL).unwrap()
    issued = issue(reserved.invoice, now=LATER, short_url="https://bill.example/i/other").unwrap()
    assert issued.invoice.short_url == URL
    assert apply(reserved.invoice, issued.event) == issued.invoice


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
def test_only_a_draft_reserves_one(status: Status) -> None:
    invoice = an_invoice(status)
    assert reserve_short_url(invoice, now=NOON, short_url=URL) == Failure(
        OperationNotAllowed(Operation.ISSUE, status, (Status.DRAFT,))
    )
    with pytest.raises(ValueError, match="only a draft without a short URL"):
        apply(invoice, ShortUrlReserved(NOON, URL))


def test_a_reserved_short_url_is_never_replaced() -> None:
    reserved = reserve_short_url(an_invoice(Status.DRAFT), now=NOON, short_url=URL).unwrap()
    with pytest.raises(ValueError, match="only a draft without a short URL"):
        apply(reserved.invoice, ShortUrlReserved(NOON, "https://bill.example/i/other"))


def test_a_reserved_short_url_is_stored_and_sends_no_webhook() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint(events=tuple(WebhookEventType))
    running.drafted()
    reserved = running.service.execute(Reserve(account=ACME, invoice=ONE)).unwrap()
    assert running.service.by_short_url(URL).unwrap().invoice == reserved
    assert [event.event_type for event in running.webhook_events()] == [WebhookEventType.CREATED]
