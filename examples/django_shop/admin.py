"""The admin site: invoices are looked at there, and changed by actions alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.contrib import admin, messages
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from billhook import RefusedError
from django_shop.models import InvoiceRow

if TYPE_CHECKING:
    Rows = admin.ModelAdmin[InvoiceRow]
else:  # it is generic in its stubs alone
    Rows = admin.ModelAdmin


class Action(Protocol):
    def __call__(self, row: InvoiceRow, /, *, now: datetime) -> None: ...


@admin.register(InvoiceRow)
class InvoiceAdmin(Rows):
    list_display = fields = readonly_fields = ("id", "status", "due", "due_by", "notified_at")
    list_filter = ("status",)
    actions = ("notify_by_email", "cancel")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: InvoiceRow | None = None) -> bool:
        return False

    @admin.action(description="Send by e-mail", permissions=["change"])
    def notify_by_email(self, request: HttpRequest, rows: QuerySet[InvoiceRow]) -> None:
        def send(row: InvoiceRow, *, now: datetime) -> None:
            address = row.notify("email", now=now).address
            send_mail("Your invoice", row.invoice.short_url or "", None, [address])

        self._each(request, rows, send, "sent")

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, rows: QuerySet[InvoiceRow]) -> None:
        self._each(request, rows, InvoiceRow.cancel, "cancelled")

    def _each(
        self, request: HttpRequest, rows: QuerySet[InvoiceRow], act: Action, done: str
    ) -> None:
        """One transaction for each row: what refuses one of them is no reason for the others."""
        for row in rows:
            try:
                with transaction.atomic():
                    act(row, now=timezone.now())
                    self.log_change(request, row, done)
            except (RefusedError, OSError) as error:  # OSError: of the mail server
                self.message_user(request, f"{row}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{row}: {done}")
