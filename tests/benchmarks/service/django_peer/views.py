"""The peer's one route: fetch, ask the state machine, write the outbox row, commit, answer."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_fsm import TransitionNotAllowed
from django_peer.access import KeyAuthentication
from django_peer.models import Invoice, OutboxMessage
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

ADDRESS = {"email": "email", "sms": "contact"}


def refused(description: str) -> Response:
    """A refusal in the vendor's envelope."""
    return Response({"error": {"code": "BAD_REQUEST_ERROR", "description": description}}, 400)


class NotifyBy(APIView):
    """POST /v1/invoices/:id/notify_by/:medium."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (IsAuthenticated,)

    def post(self, request: Any, id: str, medium: str) -> Response:
        """Queue a message to the payer."""
        if medium not in ADDRESS:
            return refused("medium is not known")
        with transaction.atomic():
            invoice = (
                Invoice.objects.select_for_update()
                .filter(pk=id, account=request.user.account)
                .first()
            )
            if invoice is None:
                return refused("The id provided does not exist")
            address = getattr(invoice, ADDRESS[medium])
            if invoice.expire_by is not None and invoice.expire_by <= timezone.now():
                return refused("Operation not allowed for Invoice in expired status.")
            try:
                invoice.notify()
            except TransitionNotAllowed:
                return refused(f"Operation not allowed for Invoice in {invoice.status} status.")
            if not address:
                return refused("The invoice has no address of that medium")
            OutboxMessage.objects.create(
                account=invoice.account, invoice=invoice, medium=medium, address=address
            )
        return Response({"success": True})
