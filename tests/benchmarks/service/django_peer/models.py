"""The peer's rows: API keys, invoices whose status is a state machine, and an outbox."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMField, transition


class ApiKey(models.Model):
    """A key of an account: the secret only as its SHA-256, as billhook keeps it."""

    id = models.CharField(max_length=64, primary_key=True)
    account = models.CharField(max_length=64)
    secret_sha256 = models.CharField(max_length=64)


class Invoice(models.Model):
    """An invoice, flat; its lines would be rows of their own, which notifying never reads."""

    id = models.CharField(max_length=64, primary_key=True)
    account = models.CharField(max_length=64, db_index=True)
    status = FSMField(default="draft", protected=True)
    amount = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    customer_name = models.CharField(max_length=64)
    email = models.CharField(max_length=256, null=True)
    contact = models.CharField(max_length=32, null=True)
    short_url = models.CharField(max_length=256, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expire_by = models.DateTimeField(null=True)

    @transition(field=status, source=["issued", "partially_paid"])
    def notify(self) -> None:
        """Allowed while money is due; changes nothing."""


class OutboxMessage(models.Model):
    """A message to send."""

    account = models.CharField(max_length=64)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE)
    medium = models.CharField(max_length=16)
    address = models.CharField(max_length=256)
    status = models.CharField(max_length=16, default="queued")
    requested_at = models.DateTimeField(auto_now_add=True)
