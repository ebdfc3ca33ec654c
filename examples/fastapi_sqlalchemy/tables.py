"""The shop's own tables: an invoice as JSON, with columns beside it for the shop's own queries."""

from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from billhook import Invoice, InvoiceNotFound, Notification, Payment, RefusedError

engine = create_engine("sqlite:///shop.db")


class Table(DeclarativeBase):
    """Creates all tables: `Table.metadata.create_all(engine)`."""


class InvoiceRow(Table):
    """An update names the version that it read, and raises StaleDataError if that has changed."""

    __tablename__ = "invoices"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    status: Mapped[str]
    due: Mapped[int]
    due_by: Mapped[datetime | None]
    invoice: Mapped[dict[str, Any]] = mapped_column(JSON)
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @classmethod
    def read(cls, session: Session, id: str) -> Self:
        row = session.get(cls, id)
        if row is None:
            raise RefusedError(InvoiceNotFound())
        return row

    def as_invoice(self) -> Invoice:
        return Invoice.model_validate(self.invoice)

    def hold(self, invoice: Invoice) -> Invoice:
        """Set all columns from one version of the invoice."""
        self.id, self.version, self.status = invoice.id, invoice.version, invoice.status
        self.due, self.due_by = invoice.due, invoice.document.due_by
        self.invoice = invoice.model_dump(mode="json")
        return invoice


class PaymentRow(Table):
    """Its reference is the key: a payment that is reported again is not counted twice."""

    __tablename__ = "payments"
    reference: Mapped[str] = mapped_column(primary_key=True)
    invoice: Mapped[str] = mapped_column(ForeignKey(InvoiceRow.id))
    amount: Mapped[int]

    @classmethod
    def of(cls, invoice: str, payment: Payment) -> Self:
        return cls(reference=payment.reference, invoice=invoice, amount=payment.amount)


class MessageRow(Table):
    """A message for a worker to send: one a day by each medium, however often it is requested."""

    __tablename__ = "messages"
    invoice: Mapped[str] = mapped_column(ForeignKey(InvoiceRow.id), primary_key=True)
    medium: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    address: Mapped[str]

    @classmethod
    def of(cls, sent: Notification, day: date) -> Self:
        return cls(invoice=sent.invoice, medium=sent.medium, day=day, address=sent.address)
