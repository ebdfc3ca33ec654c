"""A provider named by one URL, and refused with the shape that it should have."""

from __future__ import annotations

import pytest

from billhook_adapters.sms.kannel import KannelGateway
from billhook_adapters.sms.msg91 import Msg91Account
from billhook_adapters.sms.provider_urls import SHAPES, Provider, provider
from billhook_adapters.sms.smpp import SmppCentre
from billhook_adapters.sms.twilio import TwilioAccount


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("kannel://acme:hu%3Ash@sms.example:13013?from=ACME&smsc=in&dlt-entity=1&dlt-template=2",
         KannelGateway("http://sms.example:13013/cgi-bin/sendsms", "acme", "hu:sh", "ACME", "in",
                       "1", "2")),
        ("kannels://acme:hush@sms.example/send",
         KannelGateway("https://sms.example/send", "acme", "hush")),
        ("twilio://AC1:hush@api.twilio.com?from=+12025550123",
         TwilioAccount("AC1", "hush", "+12025550123")),
        ("msg91://hush@control.msg91.com?template=T&template-hi=U&template-en.reminder=R&header=H",
         Msg91Account("hush", {"en": "T", "hi": "U", "en.reminder": "R"}, "H")),
        ("smpp://acme:hush@smsc.example:2776?from=ACME",
         SmppCentre("smsc.example", "acme", "hush", "ACME", 2776)),
    ],
)  # fmt: skip
def test_a_url_names_a_provider(url: str, named: Provider) -> None:
    assert provider(url) == named


@pytest.mark.parametrize("url", SHAPES.values())
def test_each_shape_is_one_that_is_taken(url: str) -> None:
    assert provider(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "must begin with one of kannel://"),
        ("https://hush@sms.example", "must begin with one of kannel://"),
        ("kannel://sms.example", "must have the shape kannel://"),
        ("kannel://acme:hush@sms.example?form=ACME", "must have the shape kannel://"),
        ("kannel://acme:hush@sms.example:port", "must be a URL such as"),
        ("kannel://acme:hush@?from=A", "must have the shape kannel://"),
        ("twilio://AC1:hush@api.twilio.com", "must have the shape twilio://"),
        ("msg91://hush@control.msg91.com", "must have the shape msg91://"),
        ("msg91://hush:x@control.msg91.com?template=T", "must have the shape msg91://"),
        ("smpp://acme:hush@smsc.example", "must have the shape smpp://"),
        ("smpp://acme:hush@smsc.example?from=A&x", "must be a URL such as"),
    ],
)
def test_what_names_none_is_refused_without_its_secret(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        provider(url)
    assert "hush" not in str(refused.value)
