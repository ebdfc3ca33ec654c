"""One scenario, made from a seed: accounts, invoices, callers, workers, and their failures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.command import AnyCommand
from billhook.application.commands import DraftAndSend
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.application.ports import Ids, Sender, Store
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import LIVE, MessageId
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook.model.payment import Reference
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.testing import (
    NOON,
    a_customer,
    a_document,
    a_line,
    a_webhook_endpoint,
    an_account,
)
from billhook_adapters.testing.builders import add_webhook_endpoint, open_account
from billhook_adapters.testing.faults import (
    FaultyClock,
    FaultySender,
    FaultyStore,
    FaultyWebhookSender,
)
from billhook_adapters.testing.running import RunningService
from simulation.clients import Client, RequestLog
from simulation.probabilities import probabilities
from simulation.receivers import GONE, REJECTING, Provider, WebhookReceivers
from simulation.scheduler import ExclusiveStore, Process, Scheduler

MINUTE = timedelta(minutes=1)
POLLS = tuple(timedelta(seconds=seconds) for seconds in (1, 10, 40))
ONE, TWO = AccountId("acc_1"), AccountId("acc_2")

POLICIES: list[dict[str, Any]] = [
    {},
    {"retries": {"max_attempts": 2, "first_wait": timedelta(seconds=10)}},
    {"rate_limits": {"email": {"most": 2, "within": MINUTE}}},
]

DOCUMENTS = [
    a_document(
        lines=(a_line(unit_amount=100, quantity=1),),
        media=media,
        expire_by=None if open_for is None else NOON + open_for,
        customer=customer,
    )
    for media in ((Medium.EMAIL,), (Medium.EMAIL, Medium.SMS))
    for open_for in (None, None, timedelta(seconds=50), 10 * MINUTE)
    for customer in (a_customer(), a_customer(), a_customer(email=GONE))
]

WEBHOOK_ENDPOINTS = [
    (),
    (a_webhook_endpoint(account=ONE),),
    (a_webhook_endpoint(account=ONE), a_webhook_endpoint("sub_2", account=ONE, url=REJECTING)),
]


class CountingIds:
    """Ids in order, so that a run is the same every time."""

    def __init__(self, random: Random) -> None:
        self._next, self.jitter = count(1), random.random

    def invoice(self) -> InvoiceId:
        return InvoiceId(f"inv_minted_{next(self._next)}")

    def message(self) -> MessageId:
        return MessageId(f"msg_{next(self._next)}")

    def webhook_event(self) -> MessageId:
        return MessageId(f"evt_{next(self._next)}")

    def payment(self) -> Reference:
        return Reference(f"pay_{next(self._next)}")

    def short_url(self) -> str:
        return f"https://bill.example/i/{next(self._next)}"


@dataclass(frozen=True)
class Build:
    """How the parts are put together. The broken variants do it in other ways."""

    def store(self, store: Store) -> Store:
        """What the service stores its decisions in."""
        return store

    def sender(self, sender: Sender, ids: Ids) -> Sender:
        """What sends messages."""
        return sender

    def background_jobs(self, running: RunningService) -> BackgroundJobs:
        """What engines run."""
        return running.background_jobs


@dataclass(eq=False)
class Scenario:
    """One run."""

    seed: int
    build: Build = field(default_factory=Build)

    def __post_init__(self) -> None:
        random = Random(self.seed)  # noqa: S311  # a seeded run
        self.scheduler = scheduler = Scheduler(random, probabilities(random))
        self.ids = CountingIds(random)
        self.rows = ExclusiveStore(scheduler)
        self.store = FaultyStore(self.rows, scheduler)
        self.clock = FaultyClock(scheduler, scheduler)
        self.provider = Provider(scheduler.now)
        self.webhook_receivers = WebhookReceivers()
        self.log = RequestLog()
        self.invoices = [
            InvoiceKey(random.choice((ONE, ONE, TWO)), InvoiceId(f"inv_{number}"))
            for number in range(random.randrange(1, 4))
        ]
        running = RunningService(
            self.store,
            self.clock,
            ids=self.ids,
            sender=self.build.sender(FaultySender(self.provider, scheduler), self.ids),
            webhook_sender=FaultyWebhookSender(self.webhook_receivers, scheduler),
            **random.choice(POLICIES),
        )
        service = running.service
        open_account(service, an_account(TWO, number_prefix="INV-"))
        self.background_jobs = self.build.background_jobs(running)
        for webhook_endpoint in random.choice(WEBHOOK_ENDPOINTS):
            add_webhook_endpoint(service, webhook_endpoint)
        made = [self._made(random, key) for key in self.invoices]
        for command, answer in zip(made, service.execute_all(made), strict=True):
            self.log.requests[str(command.key)].answers.append(answer)
        self.inline = random.random() < 0.15
        self.concurrency = 1
        self.started = count(1)

    def run(self) -> None:
        """Run everything at once, with failures; then finish what is left without any."""
        scheduler, random = self.scheduler, self.scheduler.random
        callers = [
            Client(
                scheduler,
                self._service,
                self.log,
                self.invoices,
                DOCUMENTS,
                random.randrange(2, 6),
            )
            for _ in range(random.randrange(1, 3))
        ]
        clients = [
            scheduler.spawn(f"client-{n}", Process(f"service-{n}"), caller.act)
            for n, caller in enumerate(callers)
        ]
        for _ in range(random.randrange(1, 4)):
            self._worker()
        steps = count()
        patience = random.randrange(60)
        callers_left = set(clients)

        def done() -> bool:
            if callers_left & set(scheduler.actors):
                return False
            return next(steps) > patience

        scheduler.run(done)
        self._finish()

    def _made(self, random: Random, key: InvoiceKey) -> AnyCommand:
        """An invoice that exists before anything fails."""
        return self.log.add(
            DraftAndSend(
                account=key.account,
                invoice=key.invoice,
                document=random.choice(DOCUMENTS),
                media=None if random.random() < 0.5 else (),
                key=f"made_{key.invoice}",
            )
        )

    def _service(self) -> InvoiceService:
        store = self.build.store(self.store)
        if self.inline:
            return InlineDeliveryService(self.background_jobs)
        return InvoiceService(store, self.clock, self.ids)

    def _worker(self, begins_in: timedelta = timedelta(0)) -> None:
        name = f"worker-{next(self.started)}"
        process = Process(name, again=self._replace)
        self.scheduler.spawn(name, process, lambda: self._work(name, begins_in))

    def _replace(self) -> None:
        if self.scheduler.random.random() >= self.scheduler.probabilities.retired:
            self._worker(self.scheduler.random.choice(POLLS))

    def _work(self, name: str, begins_in: timedelta) -> None:
        def handled(became: AttemptResult) -> None:
            self.scheduler.record(name, "delivers", became)

        engine = EmbeddedEngine(self.background_jobs, pause=self.scheduler.sleep, handled=handled)
        self.scheduler.sleep(begins_in)
        while True:
            try:
                engine.drain()
            except ConnectionError:
                self.scheduler.record(name, "gives up a round")
            self.scheduler.sleep(self.scheduler.random.choice(POLLS))

    def _finish(self) -> None:
        scheduler = self.scheduler
        scheduler.record("-", "No failures from here on.")
        self.engine = EmbeddedEngine(self.background_jobs, pause=scheduler.sleep)
        for _ in range(100):
            self.engine.drain()
            due = self._next()
            if due is None:
                return
            scheduler.time = max(scheduler.time, due)
        raise AssertionError("messages are still due after 100 rounds")

    def _next(self) -> datetime | None:
        rows = self.rows._rows
        waiting = [
            one.due_at
            for one in rows.messages.values()
            if one.status in LIVE and one.due_at is not None
        ]
        lasting = [
            one.document.expire_by
            for one in rows.invoices.values()
            if one.status in ("issued", "partially_paid") and one.document.expire_by is not None
        ]
        return min([*waiting, *lasting], default=None)
