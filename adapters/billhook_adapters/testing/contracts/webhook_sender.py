"""The contract of a sender of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import pytest
from returns.result import Failure, Success

from billhook.application.ports import WebhookContext, WebhookSender
from billhook.application.records import RecordedEvent
from billhook.lifecycle.events import InvoiceCancelled
from billhook.messaging.delivery import SendError
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.invoice import Status
from billhook_adapters.testing.builders import (
    NOON,
    a_webhook_endpoint,
    a_webhook_event,
    an_invoice,
)


class WebhookSenderContract:
    """What every sender of webhooks does.

    Provide `sender`, `broken_sender`, which reaches no endpoint, and `received`, which answers the
    bodies that endpoints got so far; and `webhook_endpoint` where the sender needs another one,
    such as one with a secret.

    class TestMyWebhookSender(WebhookSenderContract):
        @pytest.fixture
        def sender(self, server):
            return MyWebhookSender(server.url)
    """

    @pytest.fixture
    def sender(self) -> WebhookSender:
        raise NotImplementedError("give the suite a fixture `sender`")

    @pytest.fixture
    def broken_sender(self) -> WebhookSender:
        raise NotImplementedError("give the suite a fixture `broken_sender`")

    @pytest.fixture
    def received(self) -> Callable[[], Sequence[bytes]]:
        raise NotImplementedError("give the suite a fixture `received`")

    @pytest.fixture
    def webhook_endpoint(self) -> WebhookEndpoint:
        """The endpoint that the event is sent to."""
        return a_webhook_endpoint()

    @pytest.fixture
    def context(self, webhook_endpoint: WebhookEndpoint) -> WebhookContext:
        """The event of a cancelled invoice, and its endpoint."""
        invoice = an_invoice(Status.CANCELLED)
        events = [RecordedEvent(invoice.key, invoice.version, InvoiceCancelled(NOON))]
        return WebhookContext(a_webhook_event(), webhook_endpoint, invoice, events, ())

    def test_an_event_is_accepted_and_received(
        self,
        sender: WebhookSender,
        context: WebhookContext,
        received: Callable[[], Sequence[bytes]],
    ) -> None:
        assert isinstance(sender.send(context), Success)
        assert len(received()) == 1

    def test_equal_contexts_are_sent_as_equal_bytes(
        self,
        sender: WebhookSender,
        context: WebhookContext,
        received: Callable[[], Sequence[bytes]],
    ) -> None:
        for _ in range(2):
            assert isinstance(sender.send(context), Success)
        first, again = received()
        assert first == again

    def test_an_endpoint_out_of_reach_is_an_error_and_no_exception(
        self, broken_sender: WebhookSender, context: WebhookContext
    ) -> None:
        answer = broken_sender.send(context)
        assert isinstance(answer, Failure)
        assert isinstance(answer.failure(), get_args(SendError))
