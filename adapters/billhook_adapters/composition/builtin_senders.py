"""billhook's own senders, registered in pyproject.toml as those of others are."""

from __future__ import annotations

from billhook.application.ports import Sender
from billhook.model.customer import Medium
from billhook_adapters.composition.senders import SenderContext, SenderPlugin
from billhook_adapters.system.optional_dependencies import needs


def _smtp(url: str, context: SenderContext) -> Sender:
    from billhook_adapters.email import SmtpSender
    from billhook_adapters.email.server_url import smtp_server

    if context.mail_from is None:
        raise ValueError("an e-mail needs an address that it is sent from")
    return SmtpSender(smtp_server(url), context.mail_from, writer=context.writer)


def _kannel(url: str, context: SenderContext) -> Sender:
    with needs("sms"):
        from billhook_adapters.sms.kannel import KannelSender
        from billhook_adapters.sms.provider_urls import kannel
    return KannelSender(kannel(url), context.writer, context.callbacks)


def _twilio(url: str, context: SenderContext) -> Sender:
    with needs("sms"):
        from billhook_adapters.sms.provider_urls import twilio
        from billhook_adapters.sms.twilio import TwilioSender
    return TwilioSender(twilio(url), context.writer, context.callbacks)


def _msg91(url: str, context: SenderContext) -> Sender:
    with needs("sms"):
        from billhook_adapters.sms.msg91 import Msg91Sender
        from billhook_adapters.sms.provider_urls import msg91
    return Msg91Sender(msg91(url), context.language)


def _smpp(url: str, context: SenderContext) -> Sender:
    with needs("sms"):
        from billhook_adapters.sms.provider_urls import smpp
        from billhook_adapters.sms.smpp import SmppSender
    return SmppSender(smpp(url), context.writer)


SMTP = SenderPlugin(Medium.EMAIL, "smtp://user:password@host:587 (STARTTLS)", _smtp)
SMTPS = SenderPlugin(Medium.EMAIL, "smtps://user:password@host:465 (TLS)", _smtp)
SMTP_PLAIN = SenderPlugin(
    Medium.EMAIL, "smtp+plain://host (for a server on the same machine)", _smtp
)
KANNEL = SenderPlugin(
    Medium.SMS, "kannel://user:password@host:13013/cgi-bin/sendsms?from=ACME", _kannel
)
KANNELS = SenderPlugin(
    Medium.SMS, "kannels://user:password@host:13013/cgi-bin/sendsms?from=ACME", _kannel
)
TWILIO = SenderPlugin(
    Medium.SMS, "twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+12025550123", _twilio
)
MSG91 = SenderPlugin(Medium.SMS, "msg91://AUTH_KEY@control.msg91.com?template=TEMPLATE_ID", _msg91)
SMPP = SenderPlugin(Medium.SMS, "smpp://user:password@host:2775?from=ACME", _smpp)
