"""What the buttons of an invoice's page do: each is a command, and its result is a notice."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError
from returns.result import Failure, Result

from billhook.application.command import Command
from billhook.application.commands import Cancel, Delete, Expire, Issue, Notify
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.money import major, minor
from billhook.sentences import sentence
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.invoice import read_known
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import amount, moment, words
from billhook_adapters.sandbox.payments import PaymentIn

_LIST = "/console/invoices"


async def act(
    sources: Sources, pages: Pages, account: str, invoice: str, fields: Fields
) -> Response:
    """Do what the button of a form says, and return to the invoice with a notice."""
    found = await read_known(sources, account, invoice)
    if found is None:
        return pages.not_found()
    one, path = found.invoice, f"{_LIST}/{account}/{invoice}"
    match fields.get("operation"):
        case "pay":
            return await _pay(sources, pages, one, path, fields.get("amount", ""))
        case "clock":
            return await _wait_for_expiry(sources, pages, one, path)
        case ("sms" | "email") as medium:
            notify = Notify(account=one.account, invoice=one.id, medium=Medium(medium))
            sent = await sources.batched.execute(notify)
            if isinstance(sent, Failure):
                return pages.back(path, sentence(sent.failure()), refused=True)
            return pages.back(path, f"The message to {sent.unwrap().address} was requested.")
        case "issue":
            return await _decided(sources, pages, Issue(account=one.account, invoice=one.id), path)
        case "cancel":
            return await _decided(sources, pages, Cancel(account=one.account, invoice=one.id), path)
        case "expire":
            return await _decided(sources, pages, Expire(account=one.account, invoice=one.id), path)
        case "delete":
            deleted = await sources.batched.execute(Delete(account=one.account, invoice=one.id))
            if isinstance(deleted, Failure):
                return pages.back(path, sentence(deleted.failure()), refused=True)
            return pages.back(_LIST, f"The draft {one.id} was deleted.")
        case _:
            return pages.problem(400, "Not possible", "operation: choose one of the buttons.")


async def _decided(
    sources: Sources, pages: Pages, command: Command[Invoice, Any], path: str
) -> Response:
    result: Result[Invoice, Any] = await sources.batched.execute(command)
    if isinstance(result, Failure):
        return pages.back(path, sentence(result.failure()), refused=True)
    return pages.back(path, f"The invoice is {words(result.unwrap().status)}.")


async def _pay(sources: Sources, pages: Pages, invoice: Invoice, path: str, text: str) -> Response:
    currency = invoice.document.currency
    try:
        payment = PaymentIn(amount=minor(Decimal(text), currency))
    except (InvalidOperation, ValidationError, ValueError, OverflowError):
        example = f"{major(invoice.due or 1, currency):f}"
        refusal = f"amount: enter an amount in {currency} above zero, such as {example}."
        return pages.back(path, refusal, refused=True)
    made = await sources.payer.pay(invoice, payment)
    if isinstance(made, Failure):
        return pages.back(path, sentence(made.failure()), refused=True)
    done = made.unwrap()
    said = f"The payer paid {amount(payment.amount, currency)} as {done.payment.reference}."
    if done.callback_url is not None:
        said += f" The payer is then sent to {done.callback_url}"
    return pages.back(path, said)


async def _wait_for_expiry(sources: Sources, pages: Pages, invoice: Invoice, path: str) -> Response:
    expires = invoice.document.expire_by
    if expires is None or expires <= sources.now():
        refusal = "The invoice does not expire at a later time; the clock was not moved."
        return pages.back(path, refusal, refused=True)
    await sources.moves.moved(expires)
    zone = sources.clock.zone(None)
    return pages.back(path, f"The clock was moved to {moment(expires, zone).text}.")
