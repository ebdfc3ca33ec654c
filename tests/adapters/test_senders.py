"""A sender is found by the scheme of its URL; a wrong URL is an error that shows no secret."""

from __future__ import annotations

from typing import Any

import pytest

from billhook.model.customer import Medium
from billhook_adapters.composition import builtin_senders
from billhook_adapters.composition.plugins import SENDERS, load, names
from billhook_adapters.composition.senders import SenderPlugin, senders
from billhook_adapters.composition.settings import SettingError, Settings
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.email.server_url import smtp_server
from billhook_adapters.sms.kannel import KannelSender
from billhook_adapters.sms.msg91 import Msg91Sender
from billhook_adapters.sms.smpp import SmppSender
from billhook_adapters.sms.twilio import TwilioSender

SMS = {
    "kannel": KannelSender,
    "kannels": KannelSender,
    "msg91": Msg91Sender,
    "smpp": SmppSender,
    "twilio": TwilioSender,
}
SMTP = ("smtp", "smtp+plain", "smtps")


def configured(**urls: str) -> Any:
    mail_from = "bills@bill.example" if "smtp_url" in urls else None
    return senders(Settings(database="memory://", mail_from=mail_from, **urls))


def example(scheme: str) -> str:
    plugin = load(SENDERS, scheme)
    assert isinstance(plugin, SenderPlugin)
    return plugin.example.partition(" ")[0]


def test_nothing_is_sent_unless_it_is_set_up() -> None:
    assert configured() == {}


@pytest.mark.parametrize("scheme", SMS)
def test_the_example_of_an_sms_provider_works(scheme: str) -> None:
    assert isinstance(configured(sms_url=example(scheme))[Medium.SMS], SMS[scheme])


@pytest.mark.parametrize("scheme", SMTP)
def test_the_example_of_a_mail_server_works(scheme: str) -> None:
    assert isinstance(configured(smtp_url=example(scheme))[Medium.EMAIL], SmtpSender)


def test_every_sender_of_ours_is_registered() -> None:
    ours = [one for one in vars(builtin_senders).values() if isinstance(one, SenderPlugin)]
    registered = [load(SENDERS, name) for name in names(SENDERS)]
    assert sorted(map(id, ours)) == sorted(map(id, registered))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, "starttls")),
        ("smtps://mail.example", SmtpServer("mail.example", 465, "tls")),
        ("smtp+plain://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, "none")),
        (
            "smtp://us%40er:p%3Ass@mail.example:25",
            SmtpServer("mail.example", 25, "starttls", "us@er", "p:ss"),
        ),
    ],
)
def test_a_mail_server_is_what_its_url_says(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


SMS_SCHEMES = "must begin with one of kannel://, kannels://, msg91://, smpp://, twilio://"
SMTP_SCHEMES = "must begin with one of smtp://, smtp+plain://, smtps://"


@pytest.mark.parametrize(
    ("setting", "url", "reason"),
    [
        ("sms_url", "hush", SMS_SCHEMES),
        ("sms_url", "https://hush@sms.example", SMS_SCHEMES),
        ("sms_url", "smtp://u:hush@m.example", SMS_SCHEMES),
        ("sms_url", "kannel://sms.example", "must have the shape kannel://"),
        ("sms_url", "kannel://acme:hush@sms.example?form=ACME", "must have the shape kannel://"),
        ("sms_url", "kannel://acme:hush@sms.example:port", "must have the shape kannel://"),
        ("sms_url", "kannel://acme:hush@?from=A", "must have the shape kannel://"),
        ("sms_url", "twilio://AC1:hush@api.twilio.com", "must have the shape twilio://"),
        ("sms_url", "msg91://hush@control.msg91.com", "must have the shape msg91://"),
        ("sms_url", "msg91://hush:x@control.msg91.com?template=T", "must have the shape msg91://"),
        ("sms_url", "smpp://acme:hush@smsc.example", "must have the shape smpp://"),
        ("sms_url", "smpp://acme:hush@smsc.example?from=A&x", "must have the shape smpp://"),
        ("smtp_url", "http://u:hush@m.example", SMTP_SCHEMES),
        ("smtp_url", "kannel://u:hush@m.example", SMTP_SCHEMES),
        ("smtp_url", "smtp://u:hush@m.example:x", "must have the shape smtp://"),
        ("smtp_url", "smtp://", "must have the shape smtp://"),
    ],
)
def test_a_wrong_url_is_an_error_that_names_the_variable_and_no_secret(
    setting: str, url: str, reason: str
) -> None:
    with pytest.raises(SettingError) as error:
        configured(**{setting: url})
    assert str(error.value).startswith(f"BILLHOOK_{setting.upper()} {reason}")
    assert "hush" not in str(error.value)
