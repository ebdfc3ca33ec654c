"""A provider is what its URL says."""

from __future__ import annotations

from billhook_adapters.sms.kannel import KannelGateway
from billhook_adapters.sms.msg91 import Msg91Account
from billhook_adapters.sms.provider_urls import kannel, msg91, smpp, twilio, twilio_token
from billhook_adapters.sms.smpp import SmppCentre
from billhook_adapters.sms.twilio import TwilioAccount

TWILIO = "twilio://AC1:hush@api.twilio.com?from=+12025550123"


def test_a_kannel_gateway_has_optional_names_and_a_path() -> None:
    url = "kannel://acme:hu%3Ash@sms.example:13013?from=ACME&smsc=in&dlt-entity=1&dlt-template=2"
    assert kannel(url) == KannelGateway(
        "http://sms.example:13013/cgi-bin/sendsms", "acme", "hu:sh", "ACME", "in", "1", "2"
    )
    assert kannel("kannels://acme:hush@sms.example/send") == KannelGateway(
        "https://sms.example/send", "acme", "hush"
    )


def test_a_twilio_account_has_a_number_and_a_token_that_signs_callbacks() -> None:
    assert twilio(TWILIO) == TwilioAccount("AC1", "hush", "+12025550123")
    assert twilio_token(TWILIO) == "hush"
    assert twilio_token("smpp://acme:hush@smsc.example?from=ACME") is None


def test_an_msg91_account_has_a_template_for_each_language_and_kind() -> None:
    url = "msg91://hush@control.msg91.com?template=T&template-hi=U&template-en.reminder=R&header=H"
    assert msg91(url) == Msg91Account("hush", {"en": "T", "hi": "U", "en.reminder": "R"}, "H")


def test_a_short_message_centre_has_a_port() -> None:
    assert smpp("smpp://acme:hush@smsc.example:2776?from=ACME") == SmppCentre(
        "smsc.example", "acme", "hush", "ACME", 2776
    )
