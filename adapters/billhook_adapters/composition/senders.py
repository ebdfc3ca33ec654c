"""The providers that an operator has set up: who sends, and where they tell what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from returns.result import Result

from billhook.application.ports import Sender
from billhook.messaging.delivery_reports import DeliveryReport
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook_adapters.composition.settings import SMS_URL, SettingError, Settings
from billhook_adapters.documents.message_texts import Writer
from billhook_adapters.email import SmtpSender
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.sms.provider_urls import Provider


class Receive(Protocol):
    """What keeps receipts: `Desk.receive`."""

    def __call__(
        self, delivery_reports: Sequence[DeliveryReport], /
    ) -> list[Result[Message, Any]]: ...


@runtime_checkable
class Hearing(Protocol):
    """A sender to which receipts come by itself."""

    receive: Receive | None


def senders(given: Settings) -> Mapping[Medium, Sender]:
    """The senders that are set up; a message by another medium ends as a dead letter.

    Raises SettingError, and WrongTemplate on a template that could fail later.
    """
    found: dict[Medium, Sender] = {}
    if given.mail is None and given.sms_url is None:
        return found
    with needs("messages"):
        from billhook_adapters.documents.templating import Templates
    writer = Templates(given.templates, given.language)
    if given.mail is not None:
        found[Medium.EMAIL] = SmtpSender(*given.mail, writer=writer)
    if given.sms_url is not None:
        found[Medium.SMS] = _sms(given.sms_url, given, writer)
    return found


def hear(senders: Mapping[Medium, Sender], receive: Receive) -> None:
    """Let the senders to which receipts come pass them on."""
    for sender in senders.values():
        if isinstance(sender, Hearing):
            sender.receive = receive


def delivery_reports(given: Settings, batched: BatchedService) -> Mapping[str, HttpApi]:
    """Where providers tell over HTTP what became of messages, if they are asked to."""
    if given.callbacks is None or given.sms_url is None:
        return {}
    with needs("sms"):
        from billhook_adapters.http.delivery_callbacks.api import DeliveryCallbacksApi
        from billhook_adapters.sms.twilio import TwilioAccount
    asked = _provider(given.sms_url)
    token = asked.token if isinstance(asked, TwilioAccount) else None
    return {"/delivery-callbacks": DeliveryCallbacksApi(batched, given.callbacks, token)}


def _provider(url: str) -> Provider:
    with needs("sms"):
        from billhook_adapters.sms.provider_urls import provider
    try:
        return provider(url)
    except ValueError as wrong:
        raise SettingError(f"{SMS_URL} {wrong}") from None


def _sms(url: str, given: Settings, writer: Writer) -> Sender:
    with needs("sms"):
        from billhook_adapters.sms.kannel import KannelGateway, KannelSender
        from billhook_adapters.sms.msg91 import Msg91Account, Msg91Sender
        from billhook_adapters.sms.smpp import SmppSender
        from billhook_adapters.sms.twilio import TwilioAccount, TwilioSender
    asked = _provider(url)
    match asked:
        case KannelGateway():
            return KannelSender(asked, writer, given.callbacks)
        case TwilioAccount():
            return TwilioSender(asked, writer, given.callbacks)
        case Msg91Account():
            return Msg91Sender(asked, given.language)
        case _:
            return SmppSender(asked, writer)
