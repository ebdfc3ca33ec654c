"""An invoice as a row: its JSON, with columns beside it for queries, and the rules as methods.

A method raises RefusedError where a rule says no, and then it has changed nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models

from billhook import (
    AccountId,
    Conflict,
    Deliverability,
    Document,
    Invoice,
    InvoiceId,
    Notification,
    Payment,
    RefusedError,
    cancel,
    draft,
    issue,
    notify,
    or_raise,
    pay,
)

Time = datetime | None
SHOP, BETWEEN_MESSAGES = AccountId("shop"), timedelta(minutes=10)


class InvoiceRow(models.Model):
    id: models.CharField[str, str] = models.CharField(primary_key=True, max_length=64)
    version: models.IntegerField[int, int] = models.IntegerField()
    status: models.CharField[str, str] = models.CharField(max_length=16, db_index=True)
    due: models.BigIntegerField[int, int] = models.BigIntegerField()
    due_by: models.DateTimeField[Time, Time] = models.DateTimeField(null=True)
    notified_at: models.DateTimeField[Time, Time] = models.DateTimeField(null=True)
    data = models.JSONField()

    def __str__(self) -> str:
        return self.id

    @property
    def invoice(self) -> Invoice:
        return Invoice.model_validate(self.data)

    @classmethod
    def issue(cls, id: str, document: Document, *, now: datetime, short_url: str) -> Self:
        drafted = or_raise(draft(document, account=SHOP, id=InvoiceId(id), now=now)).invoice
        issued = or_raise(issue(drafted, now=now, short_url=short_url)).invoice
        return cls.objects.create(id=id, **columns(issued))

    def pay(self, payment: Payment, *, now: datetime) -> None:
        self._replace(columns(or_raise(pay(self.invoice, payment, now=now)).invoice))

    def cancel(self, *, now: datetime) -> None:
        self._replace(columns(or_raise(cancel(self.invoice, now=now)).invoice))

    def notify(self, medium: str, *, now: datetime) -> Notification:
        """What to send, and to whom; the next message can be requested ten minutes later."""
        last = self.notified_at
        deliverability = Deliverability(not_before=last and last + BETWEEN_MESSAGES)
        sent = or_raise(notify(self.invoice, medium, now=now, deliverability=deliverability))
        self._replace({"notified_at": now})
        return sent

    def _replace(self, values: dict[str, Any]) -> None:
        """Change the row that was read: Conflict, if someone else has changed it since."""
        seen = {"version": self.version, "notified_at": self.notified_at}
        if not type(self).objects.filter(pk=self.pk, **seen).update(**values):
            actual = type(self).objects.get(pk=self.pk).version
            raise RefusedError(Conflict(self.version, actual))
        for name, value in values.items():
            setattr(self, name, value)


def columns(invoice: Invoice) -> dict[str, Any]:
    return {
        "version": invoice.version,
        "status": invoice.status,
        "due": invoice.due,
        "due_by": invoice.document.due_by,
        "data": invoice.model_dump(mode="json"),
    }
