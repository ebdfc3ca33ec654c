"""Providers by their URLs, as operators set them.

kannel://user:password@host:13013/cgi-bin/sendsms?from=ACME&smsc=S&dlt-entity=E&dlt-template=T
kannels://...                                     the same over TLS
twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+12025550123     or from=MG...
msg91://AUTH_KEY@control.msg91.com?template=T&template-hi=U&template-en.reminder=R&header=H
smpp://user:password@host:2775?from=ACME

Each function raises ValueError, with no part of the URL in it, on a URL of another shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from billhook_adapters.sms.kannel import KannelGateway
from billhook_adapters.sms.msg91 import Msg91Account
from billhook_adapters.sms.smpp import SmppCentre
from billhook_adapters.sms.twilio import TwilioAccount

P = TypeVar("P")
_TEMPLATE = "template"


def kannel(url: str) -> KannelGateway:
    """The Kannel gateway of a URL."""
    return _parsed(url, _kannel)


def twilio(url: str) -> TwilioAccount:
    """The Twilio account of a URL."""
    return _parsed(url, _twilio)


def twilio_token(url: str) -> str | None:
    """The token with which Twilio signs its callbacks; None for the URL of another provider."""
    return twilio(url).token if urlsplit(url).scheme == "twilio" else None


def msg91(url: str) -> Msg91Account:
    """The MSG91 account of a URL."""
    return _parsed(url, _msg91)


def smpp(url: str) -> SmppCentre:
    """The short-message centre of a URL.

    >>> smpp("smpp://acme:secret@smsc.example?from=ACME")
    SmppCentre(host='smsc.example', user='acme', sender='ACME', port=2775, seconds=10)
    """
    return _parsed(url, _smpp)


def _parsed(url: str, make: Callable[[SplitResult, dict[str, str]], P]) -> P:
    """What `make` takes out of a URL; it removes each option of the query that it uses."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=bool(parts.query)))
    try:
        made = make(parts, options)
    except KeyError as missing:
        raise ValueError(f"the option {missing} is missing") from None
    if not parts.hostname or options:
        raise ValueError("the host is missing, or an option is unknown")
    return made


def _kannel(parts: SplitResult, options: dict[str, str]) -> KannelGateway:
    scheme = "https" if parts.scheme == "kannels" else "http"
    return KannelGateway(
        f"{scheme}://{_host(parts)}{parts.path or '/cgi-bin/sendsms'}",
        *_credentials(parts),
        sender=options.pop("from", None),
        smsc=options.pop("smsc", None),
        dlt_entity=options.pop("dlt-entity", None),
        dlt_template=options.pop("dlt-template", None),
    )


def _twilio(parts: SplitResult, options: dict[str, str]) -> TwilioAccount:
    sid, token = _credentials(parts)
    return TwilioAccount(sid, token, options.pop("from"), f"https://{_host(parts)}")


def _msg91(parts: SplitResult, options: dict[str, str]) -> Msg91Account:
    templates = {
        name.removeprefix(_TEMPLATE).removeprefix("-") or "en": options.pop(name)
        for name in list(options)
        if name.startswith(_TEMPLATE)
    }
    if not templates or not parts.username or parts.password is not None:
        raise ValueError("it needs a template, and an auth key alone")
    return Msg91Account(
        unquote(parts.username),
        templates,
        header=options.pop("header", None),
        dlt_entity=options.pop("dlt-entity", None),
        dlt_template=options.pop("dlt-template", None),
        url=f"https://{_host(parts)}",
    )


def _smpp(parts: SplitResult, options: dict[str, str]) -> SmppCentre:
    user, password = _credentials(parts)
    port = parts.port or 2775
    return SmppCentre(parts.hostname or "", user, password, options.pop("from"), port)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    if not parts.username or not parts.password:
        raise ValueError("it needs a user and a password")
    return unquote(parts.username), unquote(parts.password)


def _host(parts: SplitResult) -> str:
    _ = parts.port  # which raises where it is no number
    return parts.netloc.rpartition("@")[2]
