"""The routes: each reads, decides and writes in one transaction."""

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, assert_never

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from returns.pipeline import is_successful
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import exc, sessionmaker

import billhook
from billhook import Document, Invoice, Payment, RefusedError, Remedy, as_json, or_raise
from fastapi_sqlalchemy.tables import InvoiceRow, MessageRow, PaymentRow, engine

app, sessions = FastAPI(), sessionmaker(engine)


def clock() -> datetime:
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(clock)]


@app.post("/invoices", status_code=201)
def create(document: Document, now: Now) -> Invoice:
    new = billhook.InvoiceId(f"inv_{secrets.token_hex(8)}")
    url = f"https://shop.example/{secrets.token_urlsafe(16)}"
    drafted = billhook.draft(document, account=billhook.AccountId("shop"), id=new, now=now)
    issued = billhook.issue(or_raise(drafted).invoice, now=now, short_url=url)
    with sessions.begin() as session:
        session.add(row := InvoiceRow())
        return row.hold(or_raise(issued).invoice)


@app.get("/invoices/{id}")
def read(id: str, now: Now) -> Invoice:
    with sessions() as session:
        return billhook.as_of(InvoiceRow.read(session, id).as_invoice(), now)


@app.post("/invoices/{id}/payments")
def pay(id: str, payment: Payment, now: Now) -> Invoice:
    with sessions() as session:
        row = InvoiceRow.read(session, id)
        before = row.as_invoice()
        result = billhook.pay(before, payment, now=now)
        if is_successful(result):
            session.add(PaymentRow.of(id, payment))
            after = row.hold(result.unwrap().invoice)
            try:
                session.commit()
            except exc.StaleDataError:  # another request was first
                session.rollback()
                raise RefusedError(billhook.Conflict(before.version, row.version)) from None
            except IntegrityError:
                raise RefusedError(billhook.ReferenceReused()) from None
            return after
    match result.failure():
        case billhook.OperationNotAllowed() | billhook.GuardRefused() as error:
            raise RefusedError(error)
        case billhook.BelowMinimum() | billhook.CurrencyMismatch() as error:
            raise HTTPException(422, as_json(error))
        case billhook.Overpayment() | billhook.PartialNotAllowed() as error:
            raise HTTPException(422, as_json(error))
        case billhook.InstalmentNotFound() | billhook.InstalmentOverpayment() as error:
            raise HTTPException(422, as_json(error))
        case _ as unhandled:
            assert_never(unhandled)


@app.post("/invoices/{id}/notify/{medium}", status_code=202)
def notify(id: str, medium: str, now: Now) -> str:
    with sessions() as session:
        invoice = InvoiceRow.read(session, id).as_invoice()
        notification = or_raise(billhook.notify(invoice, medium, now=now))
        session.add(MessageRow.of(notification, now.date()))
        with suppress(IntegrityError):  # the message of this day is there already
            session.commit()
        return notification.address


@app.exception_handler(RefusedError)
def refused(_: Request, refusal: RefusedError) -> JSONResponse:
    unknown = isinstance(refusal.error, billhook.InvoiceNotFound)
    wrong = refusal.error.remedy in (Remedy.SUPPLY_FIELD, Remedy.OTHER_MEDIUM)
    status = 404 if unknown else 422 if wrong else 409
    return JSONResponse({"detail": as_json(refusal.error)}, status)


@app.exception_handler(RequestValidationError)
def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    field = ".".join(map(str, error.errors()[0]["loc"][1:]))
    detail = {"code": "invalid", "remedy": "change_field", "field": field}
    return JSONResponse({"detail": detail}, 422)
