"""The one place where the parts are put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.application.ports import Clock, Engine, Ids, Sender, Store, WebhookSender
from billhook.application.service import InvoiceService
from billhook.messaging.outbox import MOST_COUNTED
from billhook.model.customer import Medium
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook_adapters.composition.backends import MakeEngine, delivery, open_backend
from billhook_adapters.composition.senders import report_to, senders
from billhook_adapters.composition.settings import EngineName, Settings
from billhook_adapters.engine.thread import EngineThread
from billhook_adapters.http import native
from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import App
from billhook_adapters.http.health.api import Probes
from billhook_adapters.http.highlevel.api import HighLevelApi
from billhook_adapters.http.highlevel.routes import invoices as highlevel
from billhook_adapters.http.razorpay.routes import invoices as razorpay
from billhook_adapters.observability import Metrics, observed, traced
from billhook_adapters.observability.outbox_gauges import OutboxGauges
from billhook_adapters.observability.outbox_report import outbox_report
from billhook_adapters.system.api_keys import EditableKeyring, Keyring
from billhook_adapters.system.backend import Backend
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.webhooks import Poster, SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender

ROUTES = frozenset(
    {
        *razorpay.TEMPLATES,
        *highlevel.TEMPLATES,
        *(f"/api{path}" for path in native.TEMPLATES),
        "/i/*",
        "/i/*/invoice.pdf",
        "/i/*/pay",
        "/i/*/stop/*",
        "/delivery-callbacks/*/*",
        "/delivery-callbacks/*/*/*/*",
        "/sandbox/invoices/*/payments",
        "/healthz",
        "/readyz",
        "/metrics",
    }
)
"""What requests are counted by, so that no stranger's path becomes a name."""

TAKEN = (
    "/v1", "/invoices", "/api", "/sandbox", "/delivery-callbacks", "/healthz", "/readyz", "/metrics",
)  # fmt: skip
"""What is served already, so that no page can be there."""

CONCURRENCY = 8
"""How many messages a process hands over at a time: one that is slow holds up no neighbour."""

INLINE_HEAD_START = timedelta(minutes=1)
"""How long the engine leaves a fresh message to a service that delivers inline."""


class Looks(NamedTuple):
    """How what payers read is made."""

    language: str = "en"
    """What they read of whom nothing is known."""
    fonts: Path | None = None


AS_SHIPPED = Looks()


class ApplicationParts(NamedTuple):
    """What faces beside the vendors' dialects are made of."""

    batched: BatchedService
    keys: Keyring
    background_jobs: BackgroundJobs
    delivering: EngineThread | None
    """None where messages are delivered by workers of their own."""
    metrics: Metrics
    check: Callable[[], None]
    """Raises where the database cannot be used."""
    base_url: str | None
    """What short URLs begin with, where their pages are served here."""
    looks: Looks

    async def usable(self) -> object:
        """Raise where the database cannot be used."""
        return await self.batched.read(lambda _: self.check())


def beside(parts: ApplicationParts) -> Mapping[str, App]:
    """What is served beside the vendors' dialects, by prefix."""
    delivering = parts.delivering
    alive = (lambda: True) if delivering is None else (lambda: delivering.alive)
    probes = Probes(parts.metrics, parts.usable, alive)
    return {
        **pages(parts),
        "/invoices": HighLevelApi(parts.batched, parts.keys),
        "/api": native.native_api(parts.batched, parts.keys),
        "/healthz": probes,
        "/readyz": probes,
        "/metrics": probes,
    }


def pages(parts: ApplicationParts, *, simulating: bool = False) -> Mapping[str, App]:
    """The pages behind short URLs, below a path of their own; without one they are not served."""
    path = "" if parts.base_url is None else urlsplit(parts.base_url).path.rstrip("/")
    if parts.base_url is None or path in ("", *TAKEN):
        return {}
    from billhook_adapters.documents.pdf import Printer
    from billhook_adapters.http.hosted_page.api import HostedPageApi

    printer = Printer(parts.looks.fonts, parts.looks.language)
    return {
        path: HostedPageApi(
            parts.batched,
            parts.base_url,
            parts.background_jobs.clock,
            language=parts.looks.language,
            printer=printer,
            simulating=simulating,
        )
    }


def webhook_sender(given: Settings) -> WebhookSender:
    """What tells subscribers, over the network."""
    box = None if given.secret_key is None else SecretBox(given.secret_key)
    return HttpWebhookSender(Poster(), box, SystemClock())


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that serves one database."""

    backend: Backend
    keys: EditableKeyring
    service: InvoiceService
    background_jobs: BackgroundJobs
    engine: Engine
    app: App


def build_application(
    url: str,
    *,
    clock: Clock,
    ids: Ids,
    senders: Mapping[Medium, Sender],
    webhook_sender: WebhookSender | None = None,
    inline: bool = False,
    keyring: Callable[[Store], EditableKeyring] | None = None,
    apis: Callable[[ApplicationParts], Mapping[str, App]] = beside,
    engine: EngineName = EngineName.EMBEDDED,
    rates: RateLimits = UNLIMITED,
    base_url: str | None = None,
    looks: Looks = AS_SHIPPED,
) -> Application:
    """The service over the database at this URL.

    With `base_url` the pages of invoices are served below its path; it is what `ids` begins short
    URLs with.

    A server that has a lifespan delivers while it serves `app`, unless `engine` leaves that to
    workers; whoever has none calls the service's engine itself. With `inline` messages are handed
    over before they are answered for. Callers are known by the keys of the database, unless
    another keyring is given.
    """
    backend = open_backend(url)
    store, make_engine = delivery(backend, engine, clock)
    keys = backend.keyring if keyring is None else keyring(store)
    background_jobs = BackgroundJobs(store, clock, ids, senders, webhook_sender, rates=rates)
    report_to(senders, InvoiceService(store, clock, ids).record_delivery_reports)
    service = (
        InlineDeliveryService(background_jobs) if inline else InvoiceService(store, clock, ids)
    )
    metrics = Metrics()
    metrics.watch(
        OutboxGauges(
            lambda: outbox_report(store.outbox_counts(clock.now(), MOST_COUNTED), clock.now())
        )
    )
    woken = replace(background_jobs, head_start=INLINE_HEAD_START) if inline else background_jobs
    delivers = observed_engine(make_engine, woken, metrics)
    delivering = EngineThread(delivers) if engine is EngineName.EMBEDDED else None

    def check() -> None:
        backend.check(clock.now())

    app = build_app(
        service,
        keys,
        apis=lambda batched: apis(
            ApplicationParts(
                batched, keys, background_jobs, delivering, metrics, check, base_url, looks
            )
        ),
        started=nothing if delivering is None else delivering.start,
        stopped=nothing if delivering is None else delivering.stop,
        # One lane where it is delivered inline: whoever repeats a key meets the first's outcome.
        writer_threads=min(backend.writer_threads, 1) if inline else backend.writer_threads,
        decided=metrics.gathered,
    )
    app = traced(observed(app, metrics, ROUTES), ROUTES, os.environ)
    return Application(backend, keys, service, background_jobs, delivers, app)


def observed_engine(
    make_engine: MakeEngine,
    background_jobs: BackgroundJobs,
    metrics: Metrics,
    concurrency: int = CONCURRENCY,
) -> Engine:
    """What delivers the messages of a database, and counts the results."""

    def handled(result: AttemptResult) -> None:
        metrics.handled(result.value)

    def repaired(messages: int) -> None:
        background_jobs.store.note_repairs(messages, background_jobs.clock.now())

    return make_engine(background_jobs, concurrency=concurrency, handled=handled, repaired=repaired)


def build_worker(
    given: Settings, *, clock: Clock, ids: Ids, concurrency: int = CONCURRENCY
) -> tuple[Engine, Metrics]:
    """An engine without a server, as these settings have it."""
    store, make_engine = delivery(open_backend(given.database), given.engine, clock)
    by_medium = senders(given)
    report_to(by_medium, InvoiceService(store, clock, ids).record_delivery_reports)
    background_jobs = BackgroundJobs(
        store, clock, ids, by_medium, webhook_sender(given), rates=given.rates
    )
    metrics = Metrics()
    return observed_engine(make_engine, background_jobs, metrics, concurrency), metrics


def nothing() -> None:
    """Do nothing."""
