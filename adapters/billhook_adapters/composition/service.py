"""The one place where the parts are put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Engine as Database

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.application.ports import Clock, Engine, Ids, Sender, Store, WebhookSender
from billhook.application.service import InvoiceService
from billhook.messaging.outbox import MAX_COUNT
from billhook.model.customer import Medium
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook_adapters.composition.senders import hear, senders
from billhook_adapters.composition.settings import EngineName, Settings
from billhook_adapters.engine.embedded import EmbeddedEngine
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
from billhook_adapters.observability.outbox_report import told
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.keys import SqlKeyring
from billhook_adapters.sql.store import SqlStore
from billhook_adapters.system.api_keys import EditableKeyring, Keyring
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.optional_dependencies import needs
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

WRITER_THREADS = {"sqlite": 0, "postgresql": 2}
"""In how many threads commands are decided: SQLite has one writer, and it is not waited for."""

HANDS = 8
"""How many messages a process hands over at a time: one that is slow holds up no neighbour."""

INLINE_HEAD_START = timedelta(minutes=1)
"""How long the engine leaves a fresh message to a desk that delivers inline."""


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

    database: Database
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
    database, store = opened(url, clock, engine)
    keys = SqlKeyring(database) if keyring is None else keyring(store)
    background_jobs = BackgroundJobs(store, clock, ids, senders, webhook_sender, rates=rates)
    hear(senders, InvoiceService(store, clock, ids).record_delivery_reports)
    service = (
        InlineDeliveryService(background_jobs) if inline else InvoiceService(store, clock, ids)
    )
    metrics = Metrics()
    metrics.watch(
        OutboxGauges(lambda: told(store.outbox_counts(clock.now(), MAX_COUNT), clock.now()))
    )
    woken = replace(background_jobs, head_start=INLINE_HEAD_START) if inline else background_jobs
    delivers = an_engine(engine, woken, database, metrics)
    delivering = EngineThread(delivers) if engine is EngineName.EMBEDDED else None

    def check() -> None:
        store.check(clock.now())

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
        writer_threads=min(WRITER_THREADS[database.dialect.name], 1)
        if inline
        else WRITER_THREADS[database.dialect.name],
        decided=metrics.gathered,
    )
    app = traced(observed(app, metrics, ROUTES), ROUTES, os.environ)
    return Application(database, keys, service, background_jobs, delivers, app)


def opened(url: str, clock: Clock, engine: EngineName) -> tuple[Database, SqlStore]:
    """The database and its store, which wakes the engine that is to deliver."""
    database = open_database(url)
    if engine is EngineName.EMBEDDED:
        return database, SqlStore(database)
    with needs("procrastinate"):
        from billhook_adapters.engine.procrastinate import WakeUps, prepare
    prepare(database)
    return database, SqlStore(database, queued=WakeUps(clock).named)


def an_engine(
    name: EngineName,
    background_jobs: BackgroundJobs,
    database: Database,
    metrics: Metrics,
    hands: int = HANDS,
) -> Engine:
    """What delivers the messages of a database."""

    def handled(outcome: AttemptResult) -> None:
        metrics.handled(outcome.value)

    def repaired(messages: int) -> None:
        background_jobs.store.note_repairs(messages, background_jobs.clock.now())

    if name is EngineName.EMBEDDED:
        return EmbeddedEngine(background_jobs, hands=hands, handled=handled)
    from billhook_adapters.engine.procrastinate import ProcrastinateEngine

    return ProcrastinateEngine(
        background_jobs, database, hands=hands, handled=handled, repaired=repaired
    )


def build_worker(
    given: Settings, *, clock: Clock, ids: Ids, hands: int = HANDS
) -> tuple[Engine, Metrics]:
    """An engine without a server, as these settings have it."""
    database, store = opened(given.database, clock, given.engine)
    by_medium = senders(given)
    hear(by_medium, InvoiceService(store, clock, ids).record_delivery_reports)
    background_jobs = BackgroundJobs(
        store, clock, ids, by_medium, webhook_sender(given), rates=given.rates
    )
    metrics = Metrics()
    return an_engine(given.engine, background_jobs, database, metrics, hands), metrics


def nothing() -> None:
    """Do nothing."""
