"""The service's own parts over HTTP, beside the vendor APIs: probes, hosted pages, callbacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.hosted_invoice import HostedInvoice
from billhook_adapters.composition.apis import unserved
from billhook_adapters.composition.senders import delivery_reports
from billhook_adapters.composition.settings import Settings
from billhook_adapters.engine.thread import EngineThread
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import Mount, Mounted
from billhook_adapters.http.health.api import HealthApi
from billhook_adapters.observability import Metrics
from billhook_adapters.system.api_keys import Keyring

PAGES = "the hosted pages"


class Looks(NamedTuple):
    """How pages and PDFs look."""

    language: str = "en"
    """For payers whose language is not known."""
    fonts: Path | None = None


AS_SHIPPED = Looks()


class ApplicationParts(NamedTuple):
    """What the service's own parts are made of."""

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


def own_parts(parts: ApplicationParts) -> Sequence[Mounted]:
    """The probes, and the hosted pages."""
    return [health(parts), *pages(parts)]


def health(parts: ApplicationParts) -> Mounted:
    """The probes, at the root."""
    delivering = parts.delivering
    alive = (lambda: True) if delivering is None else (lambda: delivering.alive)
    app = HealthApi(parts.metrics, parts.check, alive)
    return Mounted("the probes", Mount(), app, HealthApi.routes)


def pages(
    parts: ApplicationParts, *, pay: Callable[[HostedInvoice], Awaitable[str | None]] | None = None
) -> Sequence[Mounted]:
    """The pages behind short URLs, below the path of these; none without such a path.

    `pay` is as in `HostedPageApi`.
    """
    mount = page_mount(parts.base_url)
    if mount is None or parts.base_url is None:
        return []
    from billhook_adapters.documents.font_chain import installed_fonts
    from billhook_adapters.documents.pdf import Printer
    from billhook_adapters.http.hosted_page.api import HostedPageApi

    app = HostedPageApi(
        parts.batched,
        parts.base_url,
        parts.background_jobs.clock,
        language=parts.looks.language,
        printer=Printer(
            installed_fonts(parts.looks.fonts),
            parts.looks.language,
            count_missing=parts.metrics.missing_glyphs,
        ),
        pay=pay,
    )
    return [Mounted(PAGES, mount, app, HostedPageApi.routes, owns_mount=True)]


def page_mount(base_url: str | None) -> Mount | None:
    """Where the pages of short URLs are mounted; None where these have no path of their own.

    >>> page_mount("https://bill.example/i/"), page_mount("https://bill.example/")
    (Mount(host=None, prefix='/i'), None)
    """
    path = "" if base_url is None else urlsplit(base_url).path.rstrip("/")
    return Mount(prefix=path) if path else None


def callbacks(given: Settings, batched: BatchedService) -> Sequence[Mounted]:
    """Where providers report what became of messages, where that is set up."""
    return [
        Mounted("the delivery callbacks", Mount(prefix=prefix), app, app.routes, owns_mount=True)
        for prefix, app in delivery_reports(given, batched).items()
    ]


def reserved(base_url: str | None) -> Sequence[Mounted]:
    """The paths that no vendor API can have: those of the service's own parts."""
    own = Mounted(
        "billhook", Mount(), unserved, {*HealthApi.routes, "/delivery-callbacks", "/sandbox"}
    )
    mount = page_mount(base_url)
    return [own] if mount is None else [own, Mounted(PAGES, mount, unserved, (), owns_mount=True)]
