"""Events over a store: sent from its own rows, retried under one id, the same each time."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel, Notify, Pay
from billhook.application.ports import Store, WebhookContext
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    MessageKey,
    Permanent,
    SendError,
    Unknown,
)
from billhook.messaging.webhooks import WebhookEvent, WebhookEventType
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import (
    NOON,
    TOMORROW,
    a_payment,
    a_webhook_endpoint,
    add_webhook_endpoint,
)
from billhook_adapters.testing.contracts.service_suite import ServiceSuite
from billhook_adapters.testing.running import ACCOUNT, issued

FAR = NOON + timedelta(days=365)
ID = InvoiceId("inv_1")


class Listening:
    """A webhook sender that keeps what it sends, and then answers, fails or raises as set."""

    def __init__(self) -> None:
        self.sent: list[WebhookContext] = []
        self.answers: deque[SendError | BaseException] = deque()

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Keep it, then do what comes next."""
        self.sent.append(context)
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return Success(Accepted("200")) if answer is None else Failure(answer)


class WebhooksSuite(ServiceSuite):
    """Webhook events of the service, sent by background jobs."""

    @pytest.fixture
    def listening(self) -> Listening:
        """The webhook sender."""
        return Listening()

    @pytest.fixture
    def background_jobs(
        self, store: Store, clock: SettableClock, listening: Listening
    ) -> BackgroundJobs:
        """What wakes up when a webhook event falls due."""
        return BackgroundJobs(store, clock, RandomIds(), {}, listening)

    def test_every_event_is_sent_once_to_each_webhook_endpoint_as_of_its_version(
        self,
        service: InvoiceService,
        store: Store,
        background_jobs: BackgroundJobs,
        listening: Listening,
    ) -> None:
        add_webhook_endpoint(service, a_webhook_endpoint("sub_1"))
        add_webhook_endpoint(service, a_webhook_endpoint("sub_2", events=(WebhookEventType.PAID,)))
        add_webhook_endpoint(service, a_webhook_endpoint("sub_3", account="acc_2"))
        first = issued(service)
        service.execute(Notify(account=ACCOUNT, invoice=ID, medium=Medium.EMAIL)).unwrap()
        second = service.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(1))).unwrap()
        rest = a_payment(second.due, "pay_2")
        third = service.execute(Pay(account=ACCOUNT, invoice=ID, payment=rest)).unwrap()
        outbox = webhook_events(store)
        assert [background_jobs.deliver(one.key) for one in outbox * 2] == [
            *[AttemptResult.ATTEMPTED] * 4,
            *[AttemptResult.NOTHING] * 4,
        ]
        sent = {
            (
                one.webhook_endpoint.id,
                one.webhook_event.event_type,
                one.invoice.version,
            ): one.invoice
            for one in listening.sent
        }
        assert sent == {
            ("sub_1", WebhookEventType.ISSUED, 2): first,
            ("sub_1", WebhookEventType.PARTIALLY_PAID, 3): second,
            ("sub_1", WebhookEventType.PAID, 4): third,
            ("sub_2", WebhookEventType.PAID, 4): third,
        }
        assert len({one.webhook_event.id for one in listening.sent}) == 4
        assert all(one.events[-1].version == one.invoice.version for one in listening.sent)

    def test_a_retry_sends_the_same_under_the_same_id_though_the_invoice_moved_on(
        self,
        service: InvoiceService,
        store: Store,
        background_jobs: BackgroundJobs,
        listening: Listening,
        clock: SettableClock,
    ) -> None:
        add_webhook_endpoint(service, a_webhook_endpoint())
        issued(service)
        (webhook_event,) = webhook_events(store)
        listening.answers.append(Unknown("timed out"))
        background_jobs.deliver(webhook_event.key)
        service.execute(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        clock.advance(timedelta(minutes=1))
        assert background_jobs.deliver(webhook_event.key) is AttemptResult.ATTEMPTED
        before, after = listening.sent
        assert before.invoice == after.invoice
        assert list(before.events) == list(after.events)
        assert before.webhook_event.id == after.webhook_event.id == webhook_event.id

    def test_a_sender_that_died_is_followed_under_the_same_id(
        self,
        service: InvoiceService,
        store: Store,
        background_jobs: BackgroundJobs,
        listening: Listening,
        clock: SettableClock,
    ) -> None:
        add_webhook_endpoint(service, a_webhook_endpoint())
        issued(service)
        (webhook_event,) = webhook_events(store)
        listening.answers.append(KilledError())
        with pytest.raises(KilledError):
            background_jobs.deliver(webhook_event.key)
        assert background_jobs.deliver(webhook_event.key) is AttemptResult.NOTHING
        clock.advance(LEASE)
        assert list(store.sendable(clock.now(), 10)) == [webhook_event.key]
        assert background_jobs.deliver(webhook_event.key) is AttemptResult.ATTEMPTED
        before, after = listening.sent
        assert (before.webhook_event.id, before.invoice) == (after.webhook_event.id, after.invoice)
        assert list(before.events) == list(after.events)
        assert webhook_events(store) == []

    def test_a_final_failure_silences_its_webhook_endpoint(
        self,
        service: InvoiceService,
        store: Store,
        background_jobs: BackgroundJobs,
        listening: Listening,
    ) -> None:
        add_webhook_endpoint(service, a_webhook_endpoint())
        issued(service)
        service.execute(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        first, second = webhook_events(store)
        listening.answers.append(Permanent("410 Gone"))
        assert background_jobs.deliver(first.key) is AttemptResult.ATTEMPTED
        assert background_jobs.deliver(second.key) is AttemptResult.SUPPRESSED
        issued(service, "inv_2")
        assert webhook_events(store) == []
        keys = (first.key, second.key)
        with store.snapshot() as snapshot:
            ended = snapshot.messages(keys)
            assert list(snapshot.webhook_endpoints((ACCOUNT,))[ACCOUNT]) == [
                a_webhook_endpoint(silenced=True)
            ]
        assert [(ended[key].status, ended[key].reason) for key in keys] == [
            (DeliveryStatus.FAILED, "410 Gone"),
            (DeliveryStatus.SUPPRESSED, "unsubscribed"),
        ]

    def test_the_sweep_sends_an_expiry_once(
        self,
        service: InvoiceService,
        store: Store,
        background_jobs: BackgroundJobs,
        clock: SettableClock,
    ) -> None:
        issued(service, expire_by=TOMORROW)
        add_webhook_endpoint(service, a_webhook_endpoint())
        clock.set(TOMORROW)
        assert [background_jobs.sweep(), background_jobs.sweep()] == [1, 0]
        (expired,) = webhook_events(store)
        assert (expired.event_type, expired.version) == (WebhookEventType.EXPIRED, 3)

    def test_a_replayed_command_sends_once(self, service: InvoiceService, store: Store) -> None:
        issued(service)
        add_webhook_endpoint(service, a_webhook_endpoint())
        cancel = Cancel(account=ACCOUNT, invoice=ID, key="once")
        service.execute_all([cancel, cancel])
        service.execute(cancel).unwrap()
        assert [one.event_type for one in webhook_events(store)] == [WebhookEventType.CANCELLED]


class KilledError(BaseException):
    """Ends a process while it sends; no handler may catch it."""


def webhook_events(store: Store) -> list[WebhookEvent]:
    """The webhook events that are still to be sent, by invoice and version."""
    keys: list[MessageKey] = list(store.sendable(FAR, 100))
    with store.snapshot() as snapshot:
        outbox = snapshot.messages(keys).values()
    live = [one for one in outbox if isinstance(one, WebhookEvent)]
    return sorted(live, key=lambda one: (one.invoice, one.version, one.webhook_endpoint))
