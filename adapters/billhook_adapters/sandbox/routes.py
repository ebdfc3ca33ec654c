"""The routes of the sandbox, in place of a payer, of providers, and of time: one table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from pydantic import BaseModel
from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError
from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.delivery_reports import Bounced, Delivered, DeliveryReport, ReportedOutcome
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.sandbox import schemas
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.deliveries import deliver_all, deliver_messages
from billhook_adapters.sandbox.faults import MOST_FAULTS, Fault
from billhook_adapters.sandbox.moves import Moves, MoveStoppedError
from billhook_adapters.sandbox.openapi import Route
from billhook_adapters.sandbox.payments import Payer, PaymentIn
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.schemas import LAST, seconds
from billhook_adapters.sandbox.state import Recorded
from billhook_adapters.sandbox.webhooks import CapturingWebhookSender
from billhook_adapters.sandbox.workspace import (
    MOST_SNAPSHOTS,
    TooManySnapshotsError,
    UnknownSnapshotError,
    Workspace,
)
from billhook_adapters.sandbox.workspaces import (
    MOST_WORKSPACES,
    TooManyWorkspacesError,
    Workspaces,
    WorkspaceTakenError,
)

_REPORTED = "reported at /sandbox"


class Served(NamedTuple):
    """What the routes work on."""

    batched: BatchedService
    background_jobs: BackgroundJobs
    accounts: Collection[AccountId]
    clock: MovableClock
    recorded: Recorded
    moves: Moves
    payer: Payer
    webhooks: CapturingWebhookSender
    log: RequestLog
    workspace: Workspace | None
    """None where the database is kept."""
    workspaces: Workspaces | None
    """None in a workspace that was made by another one."""
    error_response: Callable[[DomainError], Response]
    """Words the errors of the domain."""


class RefusedError(Exception):
    """A request that cannot be served; the text says why."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status


Answer = BaseModel | Response


async def _pay(served: Served, invoice: str, payload: PaymentIn) -> Answer:
    for account in served.accounts:
        found = await served.batched.read(
            partial(InvoiceService.get, account=account, invoice=InvoiceId(invoice))
        )
        if not isinstance(found, Failure):
            break
    else:
        raise RefusedError("No account has an invoice of this id.", 404)
    made = await served.payer.pay(found.unwrap(), payload)
    if isinstance(made, Failure):
        return served.error_response(made.failure())
    payment, after, callback_url = made.unwrap()
    paid = schemas.PaymentOut(
        id=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        invoice_id=after.id,
        status=after.status.value,
        amount_paid=after.paid,
        amount_due=after.due,
        callback_url=callback_url,
    )
    return json_response(paid.model_dump(exclude_none=True))


async def _time(served: Served) -> Answer:
    due_at = await served.batched.read(lambda _: served.moves.next_at())
    return schemas.ClockOut(
        now=seconds(served.clock.now()), next=None if due_at is None else seconds(due_at)
    )


async def _move(served: Served, payload: schemas.ClockIn) -> Answer:
    now = served.clock.now()
    if payload.to_next:
        due_at = await served.batched.read(lambda _: served.moves.next_at())
        if due_at is None:
            raise RefusedError("to_next: nothing happens within the next ten years.")
        to = max(due_at, now)
    elif payload.now is not None:
        to = datetime.fromtimestamp(payload.now, UTC)
    else:
        to = now + timedelta(seconds=payload.advance_seconds or 0)
    if to.timestamp() > LAST:
        year = datetime.fromtimestamp(LAST, UTC).year
        raise RefusedError(f"The clock can be moved to the end of the year {year} at most.")
    try:
        move = await served.moves.moved(to)
    except MoveStoppedError:
        text = "The sandbox was closed or restored while its clock was moved."
        raise RefusedError(text, 409) from None
    return schemas.MoveOut.of(move)


async def _moves(served: Served) -> Answer:
    return schemas.MovesOut(items=[*map(schemas.MoveOut.of, served.recorded.moves)])


async def _sent(served: Served, wanted: schemas.OutboxQuery) -> Answer:
    await asyncio.to_thread(deliver_messages, served.background_jobs)
    found = filter(wanted.wants, [*served.recorded.messages])
    return schemas.MessagesOut(items=[*map(schemas.MessageOut.of, found)])


async def _posted(served: Served, wanted: schemas.WebhookQuery) -> Answer:
    await asyncio.to_thread(deliver_all, served.background_jobs)
    found = filter(wanted.wants, [*served.recorded.webhooks])
    return schemas.WebhooksOut(items=[*map(schemas.WebhookOut.of, found)])


async def _resend(served: Served, number: str) -> Answer:
    found = next((one for one in served.recorded.webhooks if str(one.number) == number), None)
    if found is None:
        raise RefusedError("No webhook has this number.", 404)
    return schemas.WebhookOut.of(await asyncio.to_thread(served.webhooks.resend, found))


async def _requests(served: Served) -> Answer:
    return schemas.RequestsOut(items=[*map(schemas.RequestOut.of, served.log)])


async def _receive(served: Served, payload: schemas.DeliveryReportIn) -> Answer:
    outcome: ReportedOutcome = Delivered()
    if payload.became == "bounced":
        outcome = Bounced(_REPORTED, payload.suppresses)
    name = MessageId(payload.message)
    reports = [DeliveryReport(MessageKey(account, name), outcome) for account in served.accounts]
    for result in await served.batched.read(
        lambda service: service.record_delivery_reports(reports)
    ):
        if isinstance(result, Success):
            message = result.unwrap()
            return schemas.ReportedOut(
                id=message.id, status=message.status.value, to=message.address
            )
    raise RefusedError("No account has a message of this id.", 404)


async def _set_fault(served: Served, payload: Fault) -> Answer:
    added = served.recorded.faults.add(payload)
    if added is None:
        raise RefusedError(f"{MOST_FAULTS} faults are set; clear some by DELETE /sandbox/faults.")
    return schemas.FaultOut.of(added)


async def _faults(served: Served) -> Answer:
    return schemas.FaultsOut(items=[*map(schemas.FaultOut.of, served.recorded.faults)])


async def _clear_faults(served: Served) -> Answer:
    served.recorded.faults.clear()
    return schemas.Nothing()


async def _remove_fault(served: Served, fault: str) -> Answer:
    if not (fault.isdecimal() and len(fault) < 10 and served.recorded.faults.remove(int(fault))):
        raise RefusedError("No fault that is set has this id.", 404)
    return schemas.Nothing()


async def _reset(served: Served) -> Answer:
    await _workspace(served).reset()
    return schemas.Nothing()


async def _snapshots(served: Served) -> Answer:
    return schemas.NamesOut.of(_workspace(served).snapshots)


async def _save(served: Served, payload: schemas.NameIn) -> Answer:
    try:
        await _workspace(served).save(payload.name)
    except TooManySnapshotsError:
        raise RefusedError(f"There are {MOST_SNAPSHOTS} snapshots; delete one.") from None
    return schemas.NameOut(name=payload.name)


async def _restore(served: Served, name: str) -> Answer:
    try:
        await _workspace(served).restore(name)
    except UnknownSnapshotError:
        raise RefusedError("There is no snapshot of this name.", 404) from None
    return schemas.NameOut(name=name)


async def _delete_snapshot(served: Served, name: str) -> Answer:
    try:
        _workspace(served).delete(name)
    except UnknownSnapshotError:
        raise RefusedError("There is no snapshot of this name.", 404) from None
    return schemas.Nothing()


async def _list_workspaces(served: Served) -> Answer:
    found = _workspaces(served)
    return schemas.WorkspacesOut(items=[*map(schemas.WorkspaceOut.of, found)])


async def _add_workspace(served: Served, payload: schemas.NameIn) -> Answer:
    try:
        return schemas.WorkspaceOut.of(await _workspaces(served).add(payload.name))
    except WorkspaceTakenError:
        raise RefusedError(
            "name: there is a workspace of this name, or a key of it.", 409
        ) from None
    except TooManyWorkspacesError:
        raise RefusedError(f"There are {MOST_WORKSPACES} workspaces; delete one.") from None


async def _remove_workspace(served: Served, name: str) -> Answer:
    if not await _workspaces(served).remove(name):
        raise RefusedError("There is no workspace of this name.", 404)
    return schemas.Nothing()


def _workspace(served: Served) -> Workspace:
    if served.workspace is None:
        raise RefusedError("The database is kept; start the sandbox without --database.")
    return served.workspace


def _workspaces(served: Served) -> Workspaces:
    if served.workspaces is None:
        raise RefusedError("Send this to the default workspace of a sandbox without --database.")
    return served.workspaces


ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/invoices/{invoice_id}/payments",
        "The payer pays.",
        _pay,
        schemas.PaymentOut,
        PaymentIn,
    ),
    Route("GET", "/clock", "The time.", _time, schemas.ClockOut),
    Route(
        "POST",
        "/clock",
        "Move the clock; what is due by then happens.",
        _move,
        schemas.MoveOut,
        schemas.ClockIn,
    ),
    Route(
        "GET",
        "/clock/moves",
        "The latest moves of the clock, and what each caused.",
        _moves,
        schemas.MovesOut,
    ),
    Route(
        "GET",
        "/outbox",
        "What was sent, once all that is due has been.",
        _sent,
        schemas.MessagesOut,
        schemas.OutboxQuery,
    ),
    Route(
        "POST",
        "/delivery-reports",
        "A provider reports what became of a message.",
        _receive,
        schemas.ReportedOut,
        schemas.DeliveryReportIn,
    ),
    Route(
        "GET",
        "/webhooks",
        "The webhooks that were posted, once all that are due have been.",
        _posted,
        schemas.WebhooksOut,
        schemas.WebhookQuery,
    ),
    Route(
        "POST",
        "/webhooks/{number}/resend",
        "Post the same webhook again.",
        _resend,
        schemas.WebhookOut,
    ),
    Route(
        "GET",
        "/requests",
        "The latest requests to the APIs, with their responses.",
        _requests,
        schemas.RequestsOut,
    ),
    Route("GET", "/faults", "The faults that are set.", _faults, schemas.FaultsOut),
    Route(
        "POST", "/faults", "Let a provider or the APIs fail.", _set_fault, schemas.FaultOut, Fault
    ),
    Route("DELETE", "/faults", "Let nothing fail any more.", _clear_faults, schemas.Nothing),
    Route(
        "DELETE", "/faults/{id}", "Let one fault happen no more.", _remove_fault, schemas.Nothing
    ),
    Route("POST", "/reset", "Make everything as it was at the start.", _reset, schemas.Nothing),
    Route("GET", "/snapshots", "The snapshots.", _snapshots, schemas.NamesOut),
    Route(
        "POST",
        "/snapshots",
        "Take a snapshot of everything.",
        _save,
        schemas.NameOut,
        schemas.NameIn,
    ),
    Route(
        "POST",
        "/snapshots/{name}/restore",
        "Make everything as it was in a snapshot.",
        _restore,
        schemas.NameOut,
    ),
    Route("DELETE", "/snapshots/{name}", "Forget a snapshot.", _delete_snapshot, schemas.Nothing),
    Route(
        "GET",
        "/workspaces",
        "The workspaces beside the default one.",
        _list_workspaces,
        schemas.WorkspacesOut,
    ),
    Route(
        "POST",
        "/workspaces",
        "Make a workspace with an account of its own.",
        _add_workspace,
        schemas.WorkspaceOut,
        schemas.NameIn,
    ),
    Route("DELETE", "/workspaces/{name}", "Close a workspace.", _remove_workspace, schemas.Nothing),
)
"""The routes below `/sandbox`."""
