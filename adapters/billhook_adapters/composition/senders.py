"""The senders that an operator has set up, each found by the scheme of its URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from returns.result import Result

from billhook.application.ports import Sender
from billhook.messaging.delivery_reports import DeliveryReport
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook_adapters.composition.plugins import SENDERS, PluginError, load, names
from billhook_adapters.composition.settings import SettingError, Settings
from billhook_adapters.composition.variables import variable
from billhook_adapters.documents.message_texts import Writer
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.system.optional_dependencies import needs


class SenderContext(NamedTuple):
    """What a sender is given beside its URL."""

    writer: Writer
    """Writes the texts of messages."""
    mail_from: str | None
    """The operator's address that e-mails are sent from; None for other media."""
    language: str
    """The language of payers whose own is unknown."""
    callbacks: Callbacks | None
    """Where the provider may report deliveries over HTTP."""


@dataclass(frozen=True, slots=True)
class SenderPlugin:
    """What a distribution registers as an entry point of the group `billhook.senders`.

    The entry point's name is the scheme of the URLs that `make` takes.
    """

    medium: Medium
    example: str
    """A URL of the right shape, which error messages show."""
    make: Callable[[str, SenderContext], Sender]
    """The sender of a URL; raises ValueError, without the URL in it, on one of a wrong shape."""


class ReceiveReports(Protocol):
    """What records delivery reports: `InvoiceService.receive`."""

    def __call__(
        self, delivery_reports: Sequence[DeliveryReport], /
    ) -> list[Result[Message, Any]]: ...


@runtime_checkable
class ReportingSender(Protocol):
    """A sender that gets delivery reports over its own connection."""

    receive: ReceiveReports | None


def senders(settings: Settings) -> Mapping[Medium, Sender]:
    """The senders that are set up; a message by any other medium becomes a dead letter.

    Raises SettingError, and MessageTemplateError on a template that could fail later.
    """
    urls = {"smtp_url": Medium.EMAIL, "sms_url": Medium.SMS}
    wanted = {name: url for name in urls if (url := getattr(settings, name)) is not None}
    if not wanted:
        return {}
    with needs("messages"):
        from billhook_adapters.documents.templating import Templates
    context = SenderContext(
        Templates(settings.templates, settings.language),
        settings.mail_from,
        settings.language,
        settings.callbacks,
    )
    return {
        urls[name]: _sender(variable(name), urls[name], wanted[name], context) for name in wanted
    }


def report_to(senders: Mapping[Medium, Sender], receive: ReceiveReports) -> None:
    """Pass the delivery reports that senders get over their own connections to `receive`."""
    for sender in senders.values():
        if isinstance(sender, ReportingSender):
            sender.receive = receive


def delivery_reports(settings: Settings, batched: BatchedService) -> Mapping[str, HttpApi]:
    """What serves providers that report deliveries over HTTP, where that is set up."""
    if settings.callbacks is None or settings.sms_url is None:
        return {}
    with needs("sms"):
        from billhook_adapters.http.delivery_callbacks.api import DeliveryCallbacksApi
        from billhook_adapters.sms.provider_urls import twilio_token
    token = twilio_token(settings.sms_url)
    return {"/delivery-callbacks": DeliveryCallbacksApi(batched, settings.callbacks, token)}


def _sender(name: str, medium: Medium, url: str, context: SenderContext) -> Sender:
    scheme = url.partition("://")[0].lower()
    try:
        plugin = _plugin(scheme, medium) if scheme in names(SENDERS) else None
    except PluginError as error:
        raise SettingError(f"{name}: {error}") from error
    if plugin is None:
        raise SettingError(f"{name} must begin with one of {', '.join(_schemes(medium))}")
    try:
        return plugin.make(url, context)
    except ValueError:
        raise SettingError(f"{name} must have the shape {plugin.example}") from None


def _plugin(scheme: str, medium: Medium) -> SenderPlugin | None:
    found = load(SENDERS, scheme)
    return found if isinstance(found, SenderPlugin) and found.medium is medium else None


def _schemes(medium: Medium) -> list[str]:
    found: list[str] = []
    for name in names(SENDERS):
        with suppress(PluginError):  # one that cannot be loaded is none to choose
            if _plugin(name, medium) is not None:
                found.append(f"{name}://")
    return found
