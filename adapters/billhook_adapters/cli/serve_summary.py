"""What `billhook serve` shows on a terminal before it serves: all that is set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from billhook_adapters.cli.output import print_table

if TYPE_CHECKING:
    from billhook_adapters.composition.apis import ServedApi
    from billhook_adapters.composition.settings import Settings


def print_summary(
    settings: Settings, apis: Sequence[ServedApi], workers: int, warnings: Sequence[str]
) -> None:
    """Print the settings, without their secrets, and the warnings."""
    rows = [
        ("database", _shown(settings.database)),
        ("processes", str(workers)),
        ("pages of invoices", settings.base_url),
        *((f"API {one.api.name}", _place(one)) for one in apis),
        ("e-mail", _shown(settings.smtp_url)),
        ("SMS", _shown(settings.sms_url) if settings.sms_enabled else "switched off"),
        ("delivery", "in this service" if settings.server_delivers else "by `billhook worker`"),
        ("log", f"{settings.log_level}, JSON lines on stderr"),
        *(("warning", warning) for warning in warnings),
    ]
    print_table("What is set up", ("setting", "value"), rows)


def _shown(url: str | None) -> str:
    """A URL without user, password and options."""
    if url is None:
        return "-"
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{parts.path}"


def _place(served: ServedApi) -> str:
    return f"{served.mount.host or ''}{served.mount.prefix}" or "/"
