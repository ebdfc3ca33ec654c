"""Builds the service: the one place that knows every part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.immediate_claims import ImmediateClaims
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.application.ports import Clock, Engine, Ids, Sender, Store, WebhookSender
from billhook.application.service import InvoiceService
from billhook.lifecycle.guards import GuardsOf
from billhook.messaging.outbox_counts import MAX_COUNT
from billhook.model.customer import Medium
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook_adapters.composition.apis import (
    ServedApi,
    mount_table,
    registered,
    served,
    webhook_formats,
)
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.engines import MakeEngine, delivery
from billhook_adapters.composition.guards import installed_guards
from billhook_adapters.composition.parts import (
    AS_SHIPPED,
    ApplicationParts,
    Looks,
    own_parts,
)
from billhook_adapters.composition.senders import report_to, senders
from billhook_adapters.composition.settings import EngineName, Settings
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.engine.thread import EngineThread
from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import Mounted, MountTable
from billhook_adapters.http.core.shared_transactions import SharedTransactions
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.observability import Metrics, observed, traced
from billhook_adapters.observability.left_out_rows import LeftOutRows
from billhook_adapters.observability.outbox_gauges import OutboxGauges
from billhook_adapters.observability.refused_sms import RefusedSms
from billhook_adapters.observability.request_log import RequestLog, log_request
from billhook_adapters.system.api_keys import EditableKeyring
from billhook_adapters.system.backend import Backend
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.outbox_report import outbox_report
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.secret_box import SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender

CONCURRENCY = 8
"""How many messages a process hands over at a time: one that is slow holds up no neighbour."""

INLINE_HEAD_START = timedelta(minutes=1)
"""How long the engine leaves a fresh message to a service that delivers inline."""


def webhook_sender(given: Settings, apis: Iterable[ServedApi] | None = None) -> WebhookSender:
    """What sends webhook events over the network, in the formats of these APIs.

    Unless APIs are given, in those of all that are installed. Raises ApiError.
    """
    box = None if given.secret_key is None else SecretBox(given.secret_key)
    formats = webhook_formats(registered() if apis is None else [one.api for one in apis])
    return HttpWebhookSender(Poster(), box, SystemClock(), formats)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that serves one database."""

    backend: Backend
    keys: EditableKeyring
    service: InvoiceService
    background_jobs: BackgroundJobs
    engine: Engine
    app: App
    table: MountTable
    """What `app` serves, and where."""
    delivering: EngineThread | None
    """What delivers while `app` is served; None where that is left to workers."""


def build_application(
    database: str | Backend,
    *,
    clock: Clock | None = None,
    ids: Ids,
    senders: Mapping[Medium, Sender],
    webhook_sender: WebhookSender | None = None,
    inline: bool = False,
    keyring: Callable[[Store], EditableKeyring] | None = None,
    apis: Sequence[ServedApi] | None = None,
    parts: Callable[[ApplicationParts], Sequence[Mounted]] = own_parts,
    charges_automatically: bool = False,
    engine: EngineName = EngineName.EMBEDDED,
    delivers: bool = True,
    rate_limits: RateLimits = UNLIMITED,
    sms_enabled: bool = True,
    base_url: str | None = None,
    looks: Looks = AS_SHIPPED,
    guards: GuardsOf | None = None,
    log: RequestLog | None = log_request,
) -> Application:
    """The service over a database or the one at this URL; its clock is the database's unless given.

    `apis` are the vendor APIs that it serves, all that are installed unless given; `parts` makes
    what it serves beside them. With `base_url` the pages of invoices are served below its path;
    it is what `ids` begins short URLs with.

    A server that has a lifespan delivers while it serves `app`, unless `engine` or `delivers`
    leaves that to workers; without a lifespan, call the engine of the service. With `inline`
    messages are delivered before a request is answered. With `sms_enabled` False no SMS is
    accepted or sent. Callers are known by the API keys of the database, unless another keyring is
    given. With `charges_automatically` payers are charged by someone else. `guards` are those that
    are installed, unless given. `log` writes down each request. Raises ApiError where the APIs
    cannot be served like this, and PluginError where guards cannot be imported.
    """
    chosen = served() if apis is None else apis
    guards = installed_guards() if guards is None else guards
    backend = open_backend(database) if isinstance(database, str) else database
    clock = clock or backend.clock()
    store, make_engine = delivery(backend, engine, clock)
    keys = backend.keyring if keyring is None else keyring(store)
    metrics = Metrics()
    left_out, sms_refused = LeftOutRows(metrics), RefusedSms(metrics)
    background_jobs = BackgroundJobs(
        store,
        clock,
        ids,
        senders,
        webhook_sender,
        rate_limits=rate_limits,
        sms_enabled=sms_enabled,
        sms_refused=sms_refused,
        guards=guards,
    )
    report_to(senders, InvoiceService(store, clock, ids).record_delivery_reports)
    immediate_claims = ImmediateClaims(background_jobs)
    service = (
        InlineDeliveryService(background_jobs, left_out=left_out)
        if inline
        else InvoiceService(
            store,
            clock,
            ids,
            left_out=left_out,
            sms_enabled=sms_enabled,
            sms_refused=sms_refused,
            can_send_to=background_jobs.can_send_to,
            guards=guards,
            immediate_claims=immediate_claims,
        )
    )
    metrics.watch(
        OutboxGauges(
            lambda: outbox_report(store.outbox_counts(clock.now(), MAX_COUNT), clock.now())
        )
    )
    threads = backend.writer_threads
    batched = BatchedService(
        service,
        # One writer where it is delivered inline: a repeated key meets the result of the first.
        writer_threads=min(threads, 1) if inline else threads,
        reads_wait=threads > 1,  # there is a server, which may be far away
        decided=metrics.batch_decided,
    )
    shared = SharedTransactions(batched, store)
    woken = replace(
        background_jobs,
        head_start=INLINE_HEAD_START if inline else timedelta(0),
        # Several writers lock rows, each in its own order.
        run=shared if threads == 1 and not inline else None,
    )
    delivery_engine = observed_engine(make_engine, woken, metrics)
    is_embedded = engine is EngineName.EMBEDDED
    delivering = EngineThread(delivery_engine) if delivers and is_embedded else None

    context = ApiContext(batched, keys, clock, charges_automatically)
    table = mount_table(
        chosen,
        {one.api.name: one.api.application(context) for one in chosen},
        parts(
            ApplicationParts(
                batched,
                keys,
                background_jobs,
                delivering,
                metrics,
                lambda: backend.check(clock.now()),
                base_url,
                looks,
            )
        ),
    )

    def started() -> None:
        shared.start()
        if delivering is not None:
            delivering.start()
            if isinstance(delivery_engine, EmbeddedEngine):
                immediate_claims.start(delivery_engine)

    def stopped() -> None:
        immediate_claims.stop()
        if delivering is not None:
            delivering.stop()
        shared.stop()

    app = build_app(table, started=started, stopped=stopped)
    app = traced(observed(app, metrics, table.templates, log), table.templates, os.environ)
    return Application(
        backend, keys, service, background_jobs, delivery_engine, app, table, delivering
    )


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
        background_jobs.store.record_repairs(messages, background_jobs.clock.now())

    return make_engine(background_jobs, concurrency=concurrency, handled=handled, repaired=repaired)


def build_worker(
    given: Settings, *, ids: Ids, concurrency: int = CONCURRENCY
) -> tuple[Engine, Metrics]:
    """An engine without a server, as these settings have it, with the clock of the database."""
    backend = open_backend(given.database)
    clock = backend.clock()
    store, make_engine = delivery(backend, given.engine, clock)
    by_medium = senders(given)
    report_to(by_medium, InvoiceService(store, clock, ids).record_delivery_reports)
    metrics = Metrics()
    background_jobs = BackgroundJobs(
        store,
        clock,
        ids,
        by_medium,
        webhook_sender(given),
        rate_limits=given.rate_limits,
        sms_enabled=given.sms_enabled,
        sms_refused=RefusedSms(metrics),
        guards=installed_guards(),
    )
    return observed_engine(make_engine, background_jobs, metrics, concurrency), metrics


def do_nothing() -> None:
    """Do nothing."""
