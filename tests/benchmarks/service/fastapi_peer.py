"""The peer on FastAPI and SQLAlchemy's ORM; its arguments are FOLDER PORT.

The duties of `notify_by` and no more: who calls, may it be sent, one durable row, one line in the
access log. As its users write it: models, a session a request, and uvicorn with its own access log.

The route is `async` and its few queries block the loop: in threads, as FastAPI runs a plain
function, the same took more CPU, because requests then wait for SQLite's one writer.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import ForeignKey, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from benchmarks.service import seed

ADDRESS = {"email": "email", "sms": "contact"}
NOTIFIED = ("issued", "partially_paid")


class Base(DeclarativeBase):
    """The peer's tables."""


class ApiKey(Base):
    """A key of an account: the secret only as its SHA-256, as billhook keeps it."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    secret_sha256: Mapped[str] = mapped_column(String(64))


class Invoice(Base):
    """An invoice, flat; its lines would be rows of their own, which notifying never reads."""

    __tablename__ = "invoices"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int]
    paid: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    customer_name: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(256))
    contact: Mapped[str | None] = mapped_column(String(32))
    short_url: Mapped[str] = mapped_column(String(256), unique=True)
    created_at: Mapped[datetime]
    expire_by: Mapped[datetime | None]


class OutboxMessage(Base):
    """A message to send."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    invoice: Mapped[str] = mapped_column(ForeignKey("invoices.id"), index=True)
    medium: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(256))
    status: Mapped[str] = mapped_column(String(16), default="queued")
    requested_at: Mapped[datetime]


engine = create_engine(
    f"sqlite:///{Path(sys.argv[1]) / 'peer.sqlite3'}",
    connect_args={"isolation_level": None},  # the driver begins nothing by itself
)
sessions = sessionmaker(engine)
app = FastAPI()


@event.listens_for(engine, "connect")
def _durable(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


@event.listens_for(engine, "begin")
def _write(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # else two deciders could read the same row


async def session() -> AsyncIterator[Session]:
    """The session of a request; what it did not commit is undone."""
    with sessions() as one:
        yield one


TheSession = Annotated[Session, Depends(session)]


async def caller(database: TheSession, authorization: Annotated[str, Header()] = "") -> str:
    """The account of the API key of a request. Raises HTTPException on any other credential."""
    try:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise HTTPException(401) from None
    key_id, _, secret = given.partition(":")
    key = database.get(ApiKey, key_id)
    if key is None or not compare_digest(sha256(secret.encode()).hexdigest(), key.secret_sha256):
        raise HTTPException(401)
    return key.account


@app.post("/v1/invoices/{id}/notify_by/{medium}")
async def notify_by(
    id: str, medium: str, account: Annotated[str, Depends(caller)], database: TheSession
) -> dict[str, bool]:
    """Queue a message to the payer."""
    if medium not in ADDRESS:
        raise HTTPException(400, "medium is not known")
    of_account = select(Invoice).where(Invoice.id == id, Invoice.account == account)
    invoice = database.scalars(of_account).one_or_none()
    if invoice is None:
        raise HTTPException(400, "The id provided does not exist")
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251  # a peer: its own clock
    is_over = invoice.expire_by is not None and invoice.expire_by <= now
    if is_over or invoice.status not in NOTIFIED:
        raise HTTPException(400, f"Operation not allowed for Invoice in {invoice.status} status.")
    address = getattr(invoice, ADDRESS[medium])
    if not address:
        raise HTTPException(400, "The invoice has no address of that medium")
    message = OutboxMessage(
        account=account, invoice=id, medium=medium, address=address, requested_at=now
    )
    database.add(message)
    database.commit()  # durable before it is answered
    return {"success": True}


def invoices(count: int) -> Iterator[Invoice]:
    """So many issued invoices."""
    for number in range(count):
        email, contact = seed.payer(number)
        yield Invoice(
            id=seed.invoice(number),
            account=seed.ACCOUNT,
            status="issued",
            amount=99800,
            currency="INR",
            customer_name="Ravi",
            email=email,
            contact=contact,
            short_url=seed.BASE_URL + seed.page(number),
            created_at=datetime(2026, 1, 1),  # noqa: DTZ001  # SQLite has no zones; UTC is meant
        )


def main() -> None:
    """Make, seed and serve."""
    Base.metadata.create_all(engine)
    hashed = sha256(seed.SECRET.encode()).hexdigest()
    with sessions.begin() as one:
        one.add(ApiKey(id=seed.KEY_ID, account=seed.ACCOUNT, secret_sha256=hashed))
        one.add_all(invoices(seed.INVOICES))
    uvicorn.run(app, port=int(sys.argv[2]), loop="uvloop", http="httptools")


if __name__ == "__main__":
    main()
